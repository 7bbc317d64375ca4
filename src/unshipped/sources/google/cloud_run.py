"""Services of Cloud Run: the revisions that get traffic, and what each of them says that it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from unshipped.core.model import Reading, Target
from unshipped.ports import Look
from unshipped.sources.google import _run
from unshipped.sources.shared.parse import shown
from unshipped.sources.shared.rosters import beside
from unshipped.sources.shared.settings import check_timeout, check_url, fill


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

    endpoint: str = _run.RUN
    """Where the interface is."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_url(self.endpoint)

    def read(self, target: Target, look: Look) -> Reading:
        name = fill(self.service, target)
        where = _run.place(fill(self.project, target), fill(self.region, target))
        api = _run.asking(self.endpoint, self.timeout, look)
        roster = _run.roster(api, look, where, "services", name)
        with beside(roster):
            service = _run.one(api, look, where, "services", name)
            names = _run.Names(self.labels, self.variables)
            found = _run.reading(api, service, f"Cloud Run service {shown(name)}", names)
        return found._replace(roster=roster)
