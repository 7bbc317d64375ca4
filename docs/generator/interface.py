"""`docs/reference/openapi.json`: the interface over HTTP, as programs read it."""

from __future__ import annotations

import json
from datetime import UTC, datetime


def description() -> str:
    """The description that `GET /api/v1/openapi.json` answers, without the version of the program."""
    from unshipped.stores.memory import MemoryStore
    from unshipped.web.access import Anybody
    from unshipped.web.app import application
    from unshipped.web.ground import Ground

    app = application(Ground(MemoryStore(), Anybody(), lambda: datetime.min.replace(tzinfo=UTC)))
    described = app.openapi()
    described["info"]["version"] = "1"
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"
