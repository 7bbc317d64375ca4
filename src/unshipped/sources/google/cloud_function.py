"""Cloud Functions of both generations: what serves their calls, and what that says that it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from unshipped.core.model import Code, Reading, Remark, Revision, Sign, Target
from unshipped.errors import SourceError
from unshipped.http.checks import check_url
from unshipped.platforms import steps
from unshipped.platforms.api import Api
from unshipped.platforms.settings import fill
from unshipped.ports import Look
from unshipped.sources.google import _configured, _run
from unshipped.sources.google._settings import RUN, GoogleSettings
from unshipped.sources.shared import hearing
from unshipped.sources.shared.parse import shown
from unshipped.sources.shared.rosters import beside

_STATES = {
    "DEPLOYING": (Sign.CONVERGING, "a deployment is under way"),
    "FAILED": (Sign.LATEST_NOT_READY, "the last deployment failed"),
    "UNKNOWN": (Sign.LATEST_NOT_READY, "the last deployment failed, and what serves is not known"),
    "DELETING": (Sign.UNHEALTHY, "it is being deleted"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudFunctionSource(GoogleSettings):
    """Asks the Cloud Functions API, version 2, which lists the functions of both generations. One of the
    second generation is a service of Cloud Run: the revisions that get its traffic are read there. Needs
    `roles/cloudfunctions.viewer` and `roles/run.viewer`.
    """

    function: str = "{service}"
    """Name of the function. Placeholders are replaced."""

    endpoint: str = "https://cloudfunctions.googleapis.com"
    """Where the interface is."""

    run_endpoint: str = RUN
    """Where the interface of Cloud Run is."""

    def __post_init__(self) -> None:
        GoogleSettings.__post_init__(self)
        check_url(self.run_endpoint)

    def read(self, target: Target, look: Look) -> Reading:
        name = fill(self.function, target)
        where = self.place(target)
        functions, run = (_run.asking(at, self.timeout, look) for at in (self.endpoint, self.run_endpoint))
        roster = _run.roster(functions, look, where, "functions", name)
        with beside(roster):
            return self._read(functions, run, look, where, name)._replace(roster=roster)

    def _read(self, functions: Api, run: Api, look: Look, where: str, name: str) -> Reading:
        function = _run.one(functions, look, where, "functions", name)
        whose = f"Cloud Function {shown(name)}"
        remarks = tuple(_remarks(function))
        if steps.text(function, "environment") == "GEN_1":
            words = _first_generation(function, name, whose, self)
            return Reading(words, remarks, settings=(_configured.of_function(name, function),))
        service = _run.short(steps.text(function, "serviceConfig", "service"))
        if not service:
            raise SourceError(Code.NO_REVISION, f"{whose} has no service of Cloud Run that would run it")
        below = _run.one(run, look, where, "services", service)
        served = _run.reading(run, look, below, whose, self, function=function)
        return served._replace(remarks=served.remarks + remarks)


def _first_generation(
    function: steps.Table, name: str, whose: str, names: GoogleSettings
) -> tuple[Revision, ...]:
    part = hearing.Part(name, since=steps.moment(function, "updateTime"))
    words = _run.heard([(part, _words_of(part, function, names))], whose)
    # Until a deployment has succeeded, what is told is what should come, and the one before it may serve.
    arrived = steps.text(function, "state") == "ACTIVE"
    return words if arrived else tuple(word._replace(weak=True) for word in words)


def _words_of(part: hearing.Part, function: steps.Table, names: GoogleSettings) -> Iterator[Revision]:
    yield from hearing.of_labels(part, steps.texts(function, "labels"), names.labels)
    variables = steps.texts(function, "serviceConfig", "environmentVariables")
    yield from hearing.of_variables(part, variables, names.variables)


def _remarks(function: steps.Table) -> Iterator[Remark]:
    sign, message = _STATES.get(steps.text(function, "state"), (None, ""))
    if sign is Sign.CONVERGING:
        yield Remark(sign, message, steps.moment(function, "updateTime"))
    elif sign:
        why = "; ".join(steps.text(row, "message") for row in steps.rows(function, "stateMessages"))
        yield Remark(sign, f"{message}{': ' + shown(why) if why else ''}")
