"""One map: whoever reads it draws the same line between what concerns a service and what does not."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.repo import Repo, link
from tests.support.run import NOW, Json, flags, run, stamp

MAP: dict[str, Json] = {
    "api": {"paths": ["api", "shared"], "ignore": ["**/*.md"]},
    "worker": {"paths": ["worker"]},
    "search": {"paths": ["search/*.py", {"path": "nowhere", "optional": True}]},
}


def test_check_affected_and_where_agree_on_every_landing(repo: Repo, tmp_path: Path) -> None:
    before = repo.commit({"worker/lib": link("../shared"), "search/main.py": "1", "search/sub/x.py": "1"})
    for files, concerned in (
        ({"shared/util.py": "2"}, {"api", "worker"}),  # by its path, and by a link
        ({"api/README.md": "2"}, set()),
        ({"search/sub/x.py": "2"}, set()),
        ({"search/main.py": "2", "worker/job.py": "2"}, {"search", "worker"}),
        ({"worker/lib": link("../api")}, {"worker"}),
        ({"api/README.md": "3"}, {"worker"}),  # which the link leads to by now
    ):
        landing = repo.commit(files)
        services = {name: one | {"deployed": before} for name, one in MAP.items()}
        (tmp_path / "unshipped.yaml").write_text(json.dumps({"services": services}))
        look = flags({"repo": repo.path, "config": tmp_path / "unshipped.yaml", "format": "json"})
        now = f"--now={stamp(NOW)}"
        checked = run(["check", *look, now], tmp_path).json["targets"]
        placed = run(["where", landing, *look, now], tmp_path).json["targets"]
        affected = run(["affected", before, landing, *look], tmp_path).json["services"]
        assert {one["service"] for one in checked if one["state"] == "behind"} == concerned
        assert {one["service"] for one in placed if one["place"] == "waiting"} == concerned
        assert {one["service"] for one in affected} == concerned
        before = landing
