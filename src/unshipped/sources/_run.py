"""What Cloud Run keeps of what it runs: what its services, its jobs and the functions above it share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from unshipped.core.model import Code, Reading, Remark, Revision, Sign
from unshipped.core.roster import Roster
from unshipped.core.settings import Settings
from unshipped.errors import SourceError
from unshipped.ports import Look
from unshipped.sources import _configured, _google, _json, _words
from unshipped.sources._api import Api, segment
from unshipped.sources._parse import shown

RUN = "https://run.googleapis.com"

_HINT = "let the deploy step pass --update-labels=commit-sha=$(git rev-parse HEAD), or name another label"


class Names(NamedTuple):
    """The labels and variables that name the commit, in place of the usual ones."""

    labels: tuple[str, ...]
    variables: tuple[str, ...]


def asking(endpoint: str, timeout: float, look: Look) -> Api:
    """An interface of Google Cloud, with who asks."""
    return Api(base=endpoint, timeout=timeout, headers=_google.headers(look, timeout))


def place(project: str, region: str) -> str:
    return f"projects/{segment(project)}/locations/{segment(region)}"


def one(api: Api, look: Look, where: str, kind: str, name: str) -> _json.Table:
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
    own = (one for one, row in known.items() if not _json.text(row, "labels", "goog-managed-by"))
    return Roster(f"{shown(where)}, {kind}", name, frozenset(own))


def _known(api: Api, look: Look, where: str, kind: str) -> tuple[dict[str, _json.Table], bool]:
    return look.once((api.base, where, kind), lambda: _listed(api, f"/v2/{where}/{kind}", kind))


def _listed(api: Api, path: str, key: str) -> tuple[dict[str, _json.Table], bool]:
    """All that a list has, by short name; and whether something of it could not be reached."""
    found: dict[str, _json.Table] = {}
    unreachable = False
    for page in api.pages(path, {"pageSize": "500"}, _google.next_page):
        found |= {short(name): row for name, row in _json.named(page, key)}
        unreachable = unreachable or bool(_json.at(page, "unreachable"))
    return found, unreachable


def short(name: str) -> str:
    return name.rpartition("/")[2]


def heard(said: list[tuple[_words.Part, Iterator[Revision]]], whose: str) -> tuple[Revision, ...]:
    return _words.heard(said, whose, _HINT)


def reading(api: Api, service: _json.Table, whose: str, names: Names, **above: _json.Table) -> Reading:
    """What a service serves: every word of each revision that gets traffic, and of what is above it."""
    shares = _shares(service, whose)
    wholes = {"service": service, **above}
    said: list[tuple[_words.Part, Iterator[Revision]]] = []
    settings: list[Settings] = []
    for name, share in shares.items():
        if share > 0:
            revision = api.get(f"/v2/{_json.text(service, 'name')}/revisions/{segment(name)}")
            part = _words.Part(name, share, _json.moment(revision, "createTime"))
            containers = _json.rows(revision, "containers")
            said.append((part, words(part, revision, containers, names, wholes)))
            scaling = (_json.at(revision, "scaling"), _json.at(service, "scaling"))
            settings.append(_configured.of_run(name, revision, containers, scaling))
    remarks = tuple(_remarks(service, shares))
    return Reading(heard(said, whose), remarks, settings=tuple(settings))


def words(
    part: _words.Part,
    labelled: object,
    containers: Iterable[_json.Table],
    names: Names,
    wholes: Mapping[str, _json.Table],
) -> Iterator[Revision]:
    """The words of what runs, and weak ones of the wholes that it belongs to."""
    yield from _words.of_labels(part, _json.texts(labelled, "labels"), names.labels)
    for called, whole in wholes.items():
        yield from _words.of_whole(part, _json.texts(whole, "labels"), names.labels, called)
    for container in containers:
        variables = {name: _json.text(row, "value") for name, row in _json.named(container, "env")}
        yield from _words.of_variables(part, variables, names.variables)
        yield from _words.of_image(part, _json.text(container, "image"))


def _shares(service: _json.Table, whose: str) -> dict[str, float]:
    """The share of the traffic that each revision really gets, by its short name."""
    shares: dict[str, float] = {}
    for row in _json.rows(service, "trafficStatuses"):
        name = short(_json.text(row, "revision") or _json.text(service, "latestReadyRevision"))
        shares[name] = shares.get(name, 0.0) + _json.number(row, "percent") / 100
    if not any(name and share > 0 for name, share in shares.items()):
        raise SourceError(Code.NO_REVISION, f"{whose} sends its traffic nowhere")
    return shares


def _remarks(service: _json.Table, shares: dict[str, float]) -> Iterator[Remark]:
    created = short(_json.text(service, "latestCreatedRevision"))
    ready = short(_json.text(service, "latestReadyRevision"))
    if created != ready:
        yield not_ready(created, service)
    elif not shares.get(ready):
        yield Remark(Sign.LATEST_WITHOUT_TRAFFIC, f"{shown(ready)} is ready and gets no traffic")
    yield from reconciling(service)


def not_ready(name: str, thing: _json.Table) -> Remark:
    why = shown(_json.text(thing, "terminalCondition", "message"))
    return Remark(Sign.LATEST_NOT_READY, f"{shown(name)} did not become ready{': ' + why if why else ''}")


def reconciling(thing: _json.Table) -> Iterator[Remark]:
    if thing.get("reconciling") is True:
        yield Remark(Sign.CONVERGING, "a deployment is under way")
