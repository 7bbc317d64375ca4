"""What Cloud Run keeps of what it runs: what its services, its jobs and the functions above it share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from unshipped.core.model import Code, Reading, Remark, Revision, Sign
from unshipped.core.roster import Roster
from unshipped.core.settings import Settings
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.platforms.api import Api, segment
from unshipped.ports import Look
from unshipped.sources.google import _configured, _credentials
from unshipped.sources.google._settings import GoogleSettings
from unshipped.sources.registry.digests import Registries, pinned
from unshipped.sources.shared import hearing
from unshipped.sources.shared.configured import main
from unshipped.sources.shared.parse import shown

_HINT = "let the deploy step pass --update-labels=commit-sha=$(git rev-parse HEAD), or name another label"


def asking(endpoint: str, timeout: float, look: Look) -> Api:
    """An interface of Google Cloud, with who asks."""
    return Api(base=endpoint, timeout=timeout, headers=_credentials.headers(look, timeout))


def one(api: Api, look: Look, where: str, kind: str, name: str) -> steps.Table:
    """One of the services, jobs or functions of a region, which are all asked for in one list."""
    known, unreachable = _known(api, look, where, kind)
    if name in known:
        return known[name]
    if unreachable:
        raise SourceError(Code.SOURCE_ERROR, f"{shown(where)} could not be reached to list its {kind}")
    message = f"{shown(where)} has no {kind[:-1]} {shown(name)} among {len(known)}"
    raise SourceError(Code.NOT_FOUND, message, f"`{kind[:-1]}` names it where it is called otherwise")


def roster(api: Api, look: Look, where: str, kind: str, name: str) -> Roster:
    """All that the same list has. What another product runs there is its business."""
    known, _unreachable = _known(api, look, where, kind)
    own = (one for one, row in known.items() if not steps.text(row, "labels", "goog-managed-by"))
    return Roster(f"{shown(where)}, {kind}", name, frozenset(own))


def _known(api: Api, look: Look, where: str, kind: str) -> tuple[dict[str, steps.Table], bool]:
    return look.once((api.base, where, kind), lambda: _listed(api, f"/v2/{where}/{kind}", kind))


def _listed(api: Api, path: str, key: str) -> tuple[dict[str, steps.Table], bool]:
    """All that a list has, by short name; and whether something of it could not be reached."""
    found: dict[str, steps.Table] = {}
    unreachable = False
    for page in api.pages(path, {"pageSize": "500"}, _credentials.next_page):
        found |= {short(name): row for name, row in steps.named(page, key)}
        unreachable = unreachable or bool(steps.at(page, "unreachable"))
    return found, unreachable


def short(name: str) -> str:
    return name.rpartition("/")[2]


def heard(said: Iterable[tuple[hearing.Part, Iterable[Revision]]], whose: str) -> tuple[Revision, ...]:
    return hearing.heard(said, whose, _HINT)


def reading(
    api: Api, look: Look, service: steps.Table, whose: str, names: GoogleSettings, **above: steps.Table
) -> Reading:
    """What a service serves: every word of each revision that gets traffic, and of what is above it."""
    shares = _shares(service, whose)
    wholes = {"service": service, **above}
    registries = Registries(look, api.end, wanted=names.registry)
    said: list[tuple[hearing.Part, list[Revision]]] = []
    settings: list[Settings] = []
    for name, share in shares.items():
        if share > 0:
            revision = api.get(f"/v2/{steps.text(service, 'name')}/revisions/{segment(name)}")
            part = hearing.Part(name, share, steps.moment(revision, "createTime"))
            containers = steps.rows(revision, "containers")
            container = counts(containers, service)
            # A function is built and deployed in one go: no tag of it can be older than what says so.
            image = "" if above else _deployed(service, name) or steps.text(container, "image")
            own = words(
                part, revision, containers, container, names, wholes, image if _settled(service) else ""
            )
            said.append((part, registries.beside(part, own, [_digest(revision, container)], image)))
            scaling = (steps.at(revision, "scaling"), steps.at(service, "scaling"))
            settings.append(_configured.of_run(name, revision, container, scaling))
    remarks = (*_remarks(service, shares), *registries.remarks)
    return Reading(heard(said, whose), remarks, settings=tuple(settings))


def counts(containers: Sequence[steps.Table], whole: steps.Table) -> steps.Table:
    """The container that counts, of a service or a job: the one that is called as it is, before the rule for
    all platforms, which would take a proxy in front of it.
    """
    return main(containers, "ports", [short(steps.text(whole, "name"))])


def _deployed(service: steps.Table, name: str) -> str:
    """The name that the image of a revision was deployed by. The revision itself has its digest alone; of the
    one that was made last the service keeps what it was made of, until the next one is asked for.
    """
    newest = name == short(steps.text(service, "latestCreatedRevision"))
    made_of = steps.rows(service, "template", "containers") if newest else ()
    return steps.text(counts(made_of, service), "image")


def _settled(service: steps.Table) -> bool:
    """Whether the service has become what was asked for last, so that its template is of what there is."""
    done = service.get("generation") == service.get("observedGeneration")
    return done and service.get("reconciling") is not True


def _digest(revision: object, container: steps.Table) -> str:
    """The image of a container, by what its name was resolved to when the revision was made. A container that
    has no name is the only one.
    """
    resolved = {steps.text(row, "name"): row for row in steps.rows(revision, "containerStatuses")}
    digest = steps.text(resolved, steps.text(container, "name"), "imageDigest")
    return pinned(steps.text(container, "image"), digest)


def words(
    part: hearing.Part,
    labelled: object,
    containers: Sequence[steps.Table],
    container: steps.Table,
    names: GoogleSettings,
    wholes: Mapping[str, steps.Table],
    deployed: str = "",
) -> Iterator[Revision]:
    """The words of what runs, and weak ones of the wholes that it belongs to. `deployed` is the image of the
    container that counts, where that is known by more than its digest.
    """
    heard = [*hearing.of_labels(part, steps.texts(labelled, "labels"), names.labels)]
    for called, whole in wholes.items():
        heard += hearing.of_whole(part, steps.texts(whole, "labels"), names.labels, called)

    def said(one: steps.Table) -> Iterator[Revision]:
        variables = {name: steps.text(row, "value") for name, row in steps.named(one, "env")}
        yield from hearing.of_variables(part, variables, names.variables)
        image = steps.text(one, "image")
        yield from hearing.of_image(part, (one is container and deployed) or image)

    yield from hearing.of_containers(heard, container, containers, said)


def _shares(service: steps.Table, whose: str) -> dict[str, float]:
    """The share of the traffic that each revision really gets, by its short name."""
    shares: dict[str, float] = {}
    for row in steps.rows(service, "trafficStatuses"):
        name = short(steps.text(row, "revision") or steps.text(service, "latestReadyRevision"))
        shares[name] = shares.get(name, 0.0) + steps.number(row, "percent") / 100
    if not any(name and share > 0 for name, share in shares.items()):
        raise SourceError(Code.NO_REVISION, f"{whose} sends its traffic nowhere")
    return shares


def _remarks(service: steps.Table, shares: dict[str, float]) -> Iterator[Remark]:
    created = short(steps.text(service, "latestCreatedRevision"))
    ready = short(steps.text(service, "latestReadyRevision"))
    under_way = list(reconciling(service))
    if ready and not shares.get(ready):
        yield Remark(Sign.LATEST_WITHOUT_TRAFFIC, f"{shown(ready)} is ready and gets no traffic")
    if created != ready and not under_way:  # while it is deployed it is not ready yet
        yield not_ready(created, service)
    yield from under_way


def not_ready(name: str, thing: steps.Table) -> Remark:
    why = shown(steps.text(thing, "terminalCondition", "message"))
    return Remark(Sign.LATEST_NOT_READY, f"{shown(name)} did not become ready{': ' + why if why else ''}")


def reconciling(thing: steps.Table) -> Iterator[Remark]:
    if thing.get("reconciling") is True:
        yield Remark(Sign.CONVERGING, "a deployment is under way", steps.moment(thing, "updateTime"))
