"""Jobs of Cloud Run: what the next execution will run, and one that still runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from unshipped.core.model import Reading, Remark, Revision, Sign, Target
from unshipped.platforms import steps
from unshipped.platforms.api import Api, segment
from unshipped.platforms.settings import fill
from unshipped.ports import Look
from unshipped.sources.google import _configured, _run
from unshipped.sources.google._settings import GoogleSettings
from unshipped.sources.registry.digests import Registries
from unshipped.sources.shared import hearing
from unshipped.sources.shared.parse import shown
from unshipped.sources.shared.rosters import beside

_RUNNING = ("EXECUTION_RUNNING", "EXECUTION_PENDING")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudRunJobSource(GoogleSettings):
    """Asks the Cloud Run Admin API, version 2: all jobs of a region in one list, then the latest execution
    where it still runs. What a job is set to run next counts as live. Needs `roles/run.viewer`.
    """

    job: str = "{service}"
    """Name of the job. Placeholders are replaced."""

    def read(self, target: Target, look: Look) -> Reading:
        name = fill(self.job, target)
        where = self.place(target)
        api = _run.asking(self.endpoint, self.timeout, look)
        roster = _run.roster(api, look, where, "jobs", name)
        with beside(roster):
            return self._read(api, look, where, name)._replace(roster=roster)

    def _read(self, api: Api, look: Look, where: str, name: str) -> Reading:
        job = _run.one(api, look, where, "jobs", name)
        runs = [(f"next execution of {name}", steps.at(job, "template"), steps.moment(job, "updateTime"))]
        if steps.text(job, "latestCreatedExecution", "completionStatus") in _RUNNING:
            latest = _run.short(steps.text(job, "latestCreatedExecution", "name"))
            execution = api.get(f"/v2/{steps.text(job, 'name')}/executions/{segment(latest)}")
            runs.append((latest, execution, steps.moment(execution, "createTime")))
        registries = Registries(look, api.end, wanted=self.registry)
        parts = [(hearing.Part(part, 1 / len(runs), since), run) for part, run, since in runs]
        said = [(part, self._said(part, run, job, registries)) for part, run in parts]
        heard = _run.heard(said, f"Cloud Run job {shown(name)}")
        settings = tuple(
            _configured.of_run(part, run, _run.counts(steps.rows(run, "template", "containers"), job))
            for part, run, _ in runs
        )
        return Reading(heard, (*_remarks(name, job), *registries.remarks), settings=settings)

    def _said(
        self, part: hearing.Part, run: object, job: steps.Table, registries: Registries
    ) -> list[Revision]:
        containers = steps.rows(run, "template", "containers")
        container = _run.counts(containers, job)
        own = _run.words(part, run, containers, container, self, {"job": job})
        image = steps.text(container, "image")
        return registries.beside(part, own, [image], image)


def _remarks(name: str, job: steps.Table) -> Iterator[Remark]:
    if steps.text(job, "terminalCondition", "state") == "CONDITION_FAILED":
        yield _run.not_ready(name, job)
    if steps.text(job, "latestCreatedExecution", "completionStatus") == "EXECUTION_FAILED":
        latest = _run.short(steps.text(job, "latestCreatedExecution", "name"))
        yield Remark(Sign.LATEST_NOT_READY, f"the latest execution, {shown(latest)}, failed")
    yield from _run.reconciling(job)
