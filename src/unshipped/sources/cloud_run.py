"""Services of Cloud Run: the revisions that get traffic, and what each of them says that it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from unshipped.core.model import Code, Reading, Remark, Revision, Sign, Target
from unshipped.core.roster import Roster
from unshipped.errors import SourceError
from unshipped.ports import Look
from unshipped.sources import _google, _json, _words
from unshipped.sources._api import Api, segment
from unshipped.sources._parse import shown
from unshipped.sources._settings import check_timeout, check_url, fill

_HINT = "let the deploy step pass --update-labels=commit-sha=$(git rev-parse HEAD), or name another label"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudRunSource:
    """Asks the Cloud Run Admin API, version 2: all services of a region in one list, then the revisions that
    get traffic. Needs `roles/run.viewer`; who asks is found by Application Default Credentials.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    project: str
    """Id of the project. `{service}` and `{environment}` are replaced, here and in the next two."""

    region: str
    """Where it runs, such as `us-west2`."""

    service: str = "{service}"
    """Name of the service in Cloud Run."""

    labels: tuple[str, ...] = ()
    """Labels that name the commit, in place of the usual ones."""

    variables: tuple[str, ...] = ()
    """Environment variables that name the commit, in place of the usual ones."""

    timeout: float = 20.0
    """Seconds for everything together."""

    endpoint: str = "https://run.googleapis.com"
    """Where the interface is."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_url(self.endpoint)

    def read(self, target: Target, look: Look) -> Reading:
        name = fill(self.service, target)
        project, region = segment(fill(self.project, target)), segment(fill(self.region, target))
        place = f"projects/{project}/locations/{region}"
        api = Api(base=self.endpoint, timeout=self.timeout, headers=_google.headers(look, self.timeout))
        known = look.once(("cloud-run", self.endpoint, place), lambda: _services(api, place))
        service = known.get(name)
        if service is None:
            message = f"Cloud Run has no service {shown(name)} among {len(known)} in {shown(place)}"
            raise SourceError(Code.NOT_FOUND, message, "`service` names it where it is called otherwise")
        whose = f"Cloud Run service {shown(name)}"
        shares = _shares(service, whose)
        said = [self._said(api, service, revision, share) for revision, share in shares.items() if share > 0]
        roster = Roster(f"Cloud Run, {shown(place)}", name, frozenset(known))
        return Reading(_words.heard(said, whose, _HINT), tuple(_remarks(service, shares)), roster=roster)

    def _said(
        self, api: Api, service: _json.Table, name: str, share: float
    ) -> tuple[_words.Part, Iterator[Revision]]:
        revision = api.get(f"/v2/{_json.text(service, 'name')}/revisions/{segment(name)}")
        part = _words.Part(name, share, _json.moment(revision, "createTime"))
        return part, self._words(part, service, revision)

    def _words(self, part: _words.Part, service: object, revision: object) -> Iterator[Revision]:
        yield from _words.of_labels(part, _json.texts(revision, "labels"), self.labels)
        inherited = _words.of_labels(part, _json.texts(service, "labels"), self.labels, weak=True)
        yield from (word._replace(said_by=f"{word.said_by} of the service") for word in inherited)
        for container in _json.rows(revision, "containers"):
            variables = {name: _json.text(row, "value") for name, row in _json.named(container, "env")}
            yield from _words.of_variables(part, variables, self.variables)
            yield from _words.of_image(part, _json.text(container, "image"))


def _services(api: Api, place: str) -> dict[str, _json.Table]:
    """Every service of a region, by its short name."""
    pages = api.pages(f"/v2/{place}/services", {"pageSize": "500"}, _google.next_page)
    rows = (row for page in pages for row in _json.named(page, "services"))
    return {name.rpartition("/")[2]: row for name, row in rows}


def _shares(service: _json.Table, whose: str) -> dict[str, float]:
    """The share of the traffic that each revision really gets, by its short name."""
    shares: dict[str, float] = {}
    for row in _json.rows(service, "trafficStatuses"):
        name = _json.text(row, "revision") or _json.text(service, "latestReadyRevision")
        short = name.rpartition("/")[2]
        shares[short] = shares.get(short, 0.0) + _json.number(row, "percent") / 100
    if not any(name and share > 0 for name, share in shares.items()):
        raise SourceError(Code.NO_REVISION, f"{whose} sends its traffic nowhere")
    return shares


def _remarks(service: _json.Table, shares: dict[str, float]) -> Iterator[Remark]:
    created, ready = (
        _json.text(service, key).rpartition("/")[2]
        for key in ("latestCreatedRevision", "latestReadyRevision")
    )
    if created != ready:
        why = _json.text(service, "terminalCondition", "message")
        yield Remark(Sign.LATEST_NOT_READY, f"{created} did not become ready{': ' + why if why else ''}")
    elif not shares.get(ready):
        yield Remark(Sign.LATEST_WITHOUT_TRAFFIC, f"{ready} is ready and gets no traffic")
    if service.get("reconciling") is True:
        yield Remark(Sign.CONVERGING, "a deployment is under way")
