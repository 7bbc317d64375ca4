"""Cloud Functions of both generations: what serves their calls, and what that says that it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from unshipped.core.model import Code, Reading, Remark, Revision, Sign, Target
from unshipped.errors import SourceError
from unshipped.ports import Look
from unshipped.sources import _configured, _json, _run, _words
from unshipped.sources._api import Api
from unshipped.sources._parse import shown
from unshipped.sources._rosters import beside
from unshipped.sources._settings import check_timeout, check_url, fill


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudFunctionSource:
    """Asks the Cloud Functions API, version 2, which lists the functions of both generations. One of the
    second generation is a service of Cloud Run: the revisions that get its traffic are read there. Needs
    `roles/cloudfunctions.viewer` and `roles/run.viewer`.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}

    project: str
    """Id of the project. `{service}` and `{environment}` are replaced, here and in the next two."""

    region: str
    """Where it runs, such as `us-west2`."""

    function: str = "{service}"
    """Name of the function."""

    labels: tuple[str, ...] = ()
    """Labels that name the commit, in place of the usual ones."""

    variables: tuple[str, ...] = ()
    """Environment variables that name the commit, in place of the usual ones."""

    timeout: float = 20.0
    """Seconds for everything together."""

    endpoint: str = "https://cloudfunctions.googleapis.com"
    """Where the interface is."""

    run_endpoint: str = _run.RUN
    """Where the interface of Cloud Run is."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_url(self.endpoint)
        check_url(self.run_endpoint)

    def read(self, target: Target, look: Look) -> Reading:
        name = fill(self.function, target)
        where = _run.place(fill(self.project, target), fill(self.region, target))
        functions, run = (_run.asking(at, self.timeout, look) for at in (self.endpoint, self.run_endpoint))
        roster = _run.roster(functions, look, where, "functions", name)
        with beside(roster):
            return self._read(functions, run, look, where, name)._replace(roster=roster)

    def _read(self, functions: Api, run: Api, look: Look, where: str, name: str) -> Reading:
        function = _run.one(functions, look, where, "functions", name)
        names = _run.Names(self.labels, self.variables)
        whose = f"Cloud Function {shown(name)}"
        remarks = tuple(_remarks(function))
        if _json.text(function, "environment") == "GEN_1":
            words = _first_generation(function, name, whose, names)
            return Reading(words, remarks, settings=(_configured.of_function(name, function),))
        service = _run.short(_json.text(function, "serviceConfig", "service"))
        if not service:
            raise SourceError(Code.NO_REVISION, f"{whose} has no service of Cloud Run that would run it")
        below = _run.one(run, look, where, "services", service)
        served = _run.reading(run, below, whose, names, function=function)
        return served._replace(remarks=served.remarks + remarks)


def _first_generation(
    function: _json.Table, name: str, whose: str, names: _run.Names
) -> tuple[Revision, ...]:
    part = _words.Part(name, since=_json.moment(function, "updateTime"))
    words = _run.heard([(part, _words_of(part, function, names))], whose)
    # After a deployment that failed, what is told is what should have come, and the one before it serves.
    failed = _json.text(function, "state") == "FAILED"
    return tuple(word._replace(weak=True) for word in words) if failed else words


def _words_of(part: _words.Part, function: _json.Table, names: _run.Names) -> Iterator[Revision]:
    yield from _words.of_labels(part, _json.texts(function, "labels"), names.labels)
    variables = _json.texts(function, "serviceConfig", "environmentVariables")
    yield from _words.of_variables(part, variables, names.variables)


def _remarks(function: _json.Table) -> Iterator[Remark]:
    state = _json.text(function, "state")
    if state == "DEPLOYING":
        yield Remark(Sign.CONVERGING, "a deployment is under way")
    if state == "FAILED":
        why = "; ".join(_json.text(row, "message") for row in _json.rows(function, "stateMessages"))
        yield Remark(Sign.LATEST_NOT_READY, f"the last deployment failed{': ' + shown(why) if why else ''}")
