"""Services of Amazon ECS: the task definitions whose tasks run, and what each of them says that it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unshipped.core.model import Code, Reading, Revision, Target
from unshipped.core.roster import Roster
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.platforms.settings import fill
from unshipped.ports import Look
from unshipped.sources.aws import _aws, _configured, _definition, _rollout, _tasks
from unshipped.sources.aws._settings import AwsSettings
from unshipped.sources.registry.digests import Registries
from unshipped.sources.shared import hearing
from unshipped.sources.shared.parse import shown
from unshipped.sources.shared.rosters import beside

if TYPE_CHECKING:
    from unshipped.platforms.by_botocore import Aws

_HINT = "let the deploy step tag the task definition or the image with the commit, or name another tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class EcsSource(AwsSettings):
    """Asks Amazon ECS: all services of a cluster, described ten at a time, then the task definitions whose
    tasks run. Needs `ecs:ListServices`, `ecs:DescribeServices` and `ecs:DescribeTaskDefinition`, with
    `registry: true` also `ecs:ListTasks` and `ecs:DescribeTasks`; who asks is found as the AWS command line
    finds it.
    """

    cluster: str = "default"
    """Name of the cluster. Placeholders are replaced."""

    service: str = "{service}"
    """Name of the service in ECS. Placeholders are replaced."""

    container: str = ""
    """The container that counts; by default the one that is called as the service, here or in ECS, or as the
    family of its task definition, else the one with a port, else the first. Placeholders are replaced."""

    def read(self, target: Target, look: Look) -> Reading:
        cluster, name = fill(self.cluster, target), fill(self.service, target)
        aws = self.asking("ecs", target, look)
        known, failed = look.once((*aws.key, cluster), lambda: _services(aws, cluster))
        where = f"Amazon ECS, {aws.place}, cluster {shown(cluster)}"
        roster = Roster(where, name, frozenset(one for one, row in known.items() if _rollout.runs(row)))
        with beside(roster):
            if why := failed.get(name):
                message = (
                    f"ECS does not describe service {shown(name)} of cluster {shown(cluster)}: {shown(why)}"
                )
                raise SourceError(Code.SOURCE_ERROR, message)
            return self._read(aws, look, known, target)._replace(roster=roster)

    def _read(self, aws: Aws, look: Look, known: dict[str, steps.Table], target: Target) -> Reading:
        cluster, name = fill(self.cluster, target), fill(self.service, target)
        if name not in known:
            message = f"ECS has no service {shown(name)} among {len(known)} of cluster {shown(cluster)}"
            raise SourceError(Code.NOT_FOUND, message, "`service` names it where it is called otherwise")
        service, whose = known[name], f"ECS service {shown(name)}"
        said, settings = [], []
        registries = Registries(look, aws.end, wanted=self.registry)
        for arn, share in _rollout.shares(service, whose).items():
            found = aws.ask("describe_task_definition", taskDefinition=arn, include=["TAGS"])
            since = steps.moment(found, "taskDefinition", "registeredAt")
            part = hearing.Part(_rollout.short(arn), share, since)
            container = _definition.counts(found, fill(self.container, target), (target.service, name))
            set_to = _configured.of_task(part.name, found, container)
            parts = [(part, [""])]
            if self.registry:
                parts = _tasks.parts(aws, look, (cluster, name), found, container, part)
            for one, images in parts:
                own = self._words(one, service, found, container)
                said.append((one, registries.beside(one, own, images, set_to.image or "")))
            settings.append(set_to)
        heard = hearing.heard(said, whose, _HINT)
        return Reading(heard, (*_rollout.remarks(service), *registries.remarks), settings=tuple(settings))

    def _words(
        self, part: hearing.Part, service: object, found: object, counts: steps.Table
    ) -> Iterator[Revision]:
        tagged = (
            *hearing.of_labels(part, _aws.tags(found), self.labels, kind="tag"),
            *hearing.of_whole(part, _aws.tags(service), self.labels, "service", kind="tag"),
        )

        def said(container: steps.Table) -> Iterator[Revision]:
            variables = {
                name: steps.text(row, "value") for name, row in steps.named(container, "environment")
            }
            yield from hearing.of_labels(part, steps.texts(container, "dockerLabels"), self.labels)
            yield from hearing.of_variables(part, variables, self.variables)
            yield from hearing.of_image(part, steps.text(container, "image"))

        yield from hearing.of_containers(tagged, counts, _definition.containers(found), said)


def _services(aws: Aws, cluster: str) -> tuple[dict[str, steps.Table], dict[str, str]]:
    """Every service of a cluster, by its name; and of those that were listed and are not described, why. The
    interface describes ten at a time.
    """
    arns = aws.rows("list_services", "serviceArns", cluster=cluster)
    tens = (arns[at : at + 10] for at in range(0, len(arns), 10))
    pages = [aws.ask("describe_services", cluster=cluster, services=ten, include=["TAGS"]) for ten in tens]
    failures = [one for page in pages for one in steps.named(page, "failures", key="arn")]
    known = {name: row for page in pages for name, row in steps.named(page, "services", key="serviceName")}
    return known, {arn.rpartition("/")[2]: steps.text(one, "reason") or "no reason" for arn, one in failures}
