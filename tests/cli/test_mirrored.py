"""A configuration whose repository is an address: nothing has to be cloned by hand."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.repo import Repo
from tests.support.run import run


def test_a_repository_by_url_is_cloned_and_with_fetch_brought_up_to_date(tmp_path: Path):
    upstream = Repo.init(tmp_path / "upstream")
    first = upstream.commit({"api/app.py": "1"})
    (tmp_path / "unshipped.yaml").write_text(
        f"repositories: {{shop: {{url: {upstream.path}}}}}\n"
        f"services: {{api: {{paths: [api], deployed: {first}}}}}\n"
    )
    asked = ["check", "--format", "json", "--fail-on", "info"]
    assert run(asked, tmp_path).code == 0
    second = upstream.commit({"api/app.py": "2"})
    assert run(asked, tmp_path).code == 0
    found = run([*asked, "--fetch"], tmp_path)
    assert found.code == 1
    assert json.loads(found.stdout)["expected"] == {"ref": "origin/main", "commit": second}


def test_a_remote_that_cannot_be_asked_makes_unknown_what_it_feeds_and_nothing_else(tmp_path: Path):
    here, there = Repo.init(tmp_path / "here"), Repo.init(tmp_path / "there")
    commits = [one.commit({"api/app.py": "1"}) for one in (here, there)]
    there.git("remote", "add", "origin", str(tmp_path / "gone"))
    services = [
        f"  {name}: {{repository: {name}, paths: [api], deployed: {commit}}}\n"
        for name, commit in zip(("here", "there"), commits, strict=True)
    ]
    (tmp_path / "unshipped.yaml").write_text(
        f"repositories: {{here: {{path: here}}, there: {{path: there}}}}\nservices:\n{''.join(services)}"
    )
    found = run(["check", "--fetch", "--format", "json"], tmp_path)
    assert found.code == 3
    stands = {one["service"]: one["state"] for one in json.loads(found.stdout)["targets"]}
    assert stands == {"here": "in_sync", "there": "unknown"}
    alone = run(["check", "there", "--fetch"], tmp_path)
    assert (alone.code, alone.stdout) == (3, "")
    assert "gone" in alone.stderr
