"""Services of Cloud Run: the revisions that get traffic, and what each of them says that it is."""

from __future__ import annotations

from dataclasses import dataclass

from unshipped.core.model import Reading, Target
from unshipped.platforms.settings import fill
from unshipped.ports import Look
from unshipped.sources.google import _run
from unshipped.sources.google._settings import GoogleSettings
from unshipped.sources.shared.parse import shown
from unshipped.sources.shared.rosters import beside


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudRunSource(GoogleSettings):
    """Asks the Cloud Run Admin API, version 2: all services of a region in one list, then the revisions that
    get traffic. Needs `roles/run.viewer`; who asks is found by Application Default Credentials.
    """

    service: str = "{service}"
    """Name of the service in Cloud Run. Placeholders are replaced."""

    def read(self, target: Target, look: Look) -> Reading:
        name = fill(self.service, target)
        where = self.place(target)
        api = _run.asking(self.endpoint, self.timeout, look)
        roster = _run.roster(api, look, where, "services", name)
        with beside(roster):
            service = _run.one(api, look, where, "services", name)
            found = _run.reading(api, look, service, f"Cloud Run service {shown(name)}", self)
        return found._replace(roster=roster)
