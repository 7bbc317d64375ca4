"""After each round the watch leaves a file, by which programs on the same machine are answered."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.repo import Repo, link
from tests.support.run import run, service
from unshipped.app.watch import Shard
from unshipped.cli.options import open_from
from unshipped.cli.serve_rounds import _Rounds
from unshipped.gate import DeploymentDriftError, Where, check_deployment_drift
from unshipped.gate.file import _kept as kept
from unshipped.gate.file import read

GATES = {
    "batches": {"services": ["api"], "mode": "observe", "max_behind": 0, "promote_after": "1d"},
    "strict": {"services": ["api"], "mode": "enforce", "max_behind": 0},
}
FIRST = "2026-02-05T16:37:00+00:00"


@pytest.fixture(autouse=True)
def _forgetful():
    kept.clear()


def watched(folder: Path, *options: str, code: int = 0, **env: str):
    done = asked(folder, "watch", "--once", "--no-fetch", *options, **env)
    assert done.code == code, done.stderr
    return done


def asked(folder: Path, *arguments: str, **env: str):
    return run([*arguments, "--config=unshipped.yaml", "--repo=repo"], folder, env={"USER": "ana", **env})


def declare(folder: Path, live: str, place: str = "verdicts.json") -> Path:
    found = {"services": {"api": service(["api"], live)}, "gates": GATES, "watch": {"verdicts": place}}
    (folder / "unshipped.yaml").write_text(json.dumps(found))
    return folder / place


def test_it_is_readable_for_everybody_and_answers_a_program(repo: Repo, folder: Path):
    place = declare(folder, repo.id("main~3"))
    watched(folder)
    assert stat.S_IMODE(place.stat().st_mode) == 0o644
    with pytest.raises(DeploymentDriftError, match="commits behind"):
        check_deployment_drift(gate="strict", where=Where(file=str(place)))
    declare(folder, repo.id("main"))
    watched(folder)
    assert check_deployment_drift(gate="strict", where=Where(file=str(place))).answer == "allow"


def test_it_is_signed_where_there_is_a_key(repo: Repo, folder: Path):
    place = declare(folder, repo.id("main"))
    watched(folder, UNSHIPPED_VERDICTS_KEY="hunter2")
    assert (
        check_deployment_drift(gate="strict", where=Where(file=str(place), key="hunter2")).answer == "allow"
    )
    wrong = check_deployment_drift(gate="strict", where=Where(file=str(place), key="hunter3"))
    assert "not signed with this key" in str(wrong)


def test_a_gate_has_the_mode_in_it_that_it_has_earned(repo: Repo, folder: Path):
    """Observed for three days without a wrong block: a day for each of the two steps, and it is meant."""
    place, first = declare(folder, repo.id("main")), datetime.fromisoformat(FIRST)
    for hours in range(0, 73, 12):
        at = (first + timedelta(hours=hours)).isoformat()
        watched(folder, f"--now={at}")
        assert asked(folder, "gate", "--gate=batches", f"--now={at}").code == 0
    declare(folder, repo.id("main~3"))
    watched(folder, f"--now={(first + timedelta(hours=73)).isoformat()}")
    assert {name: gate.mode.value for name, (gate, *_) in read(str(place), "").gates.items()} == {
        "batches": "enforce",
        "strict": "enforce",
    }


def test_a_file_that_cannot_be_written_is_no_round_that_went_well(repo: Repo, folder: Path):
    declare(folder, repo.id("main"), "missing/verdicts.json")
    assert (
        "programs do not hear of it: missing/verdicts.json cannot be written"
        in watched(folder, code=3).stderr
    )


GIVEN = {
    "schema_version": 1,
    "given_at": FIRST,
    "question": {"services": ["api"]},
    "bypass": {"id": "0123456789ab", "reason": "the sale", "by": "the boss", "seconds": 86400},
}
SPOOL = "verdicts.json.bypasses"


@pytest.mark.parametrize("way", ["as it is", "by a link", "in other letters"])
def test_what_was_committed_gives_no_bypass(repo: Repo, folder: Path, way: str):
    name = {"as it is": SPOOL, "by a link": "more", "in other letters": SPOOL.title()}[way]
    files: dict[str, Any] = {f"{name}/0123456789ab.json": json.dumps(GIVEN)}
    repo.commit(files | ({SPOOL: link("more")} if way == "by a link" else {}))
    repo.checkout()
    if way == "in other letters":  # on a disk that knows only one of them
        (repo.path / name).rename(repo.path / SPOOL)
    declare(folder, repo.id("main"), "repo/verdicts.json")
    said = watched(folder, f"--now={FIRST}").stderr
    assert f"{SPOOL} is left alone: git tracks it, and who can commit gives no bypass" in said
    assert "the boss" not in asked(folder, "bypass", f"--now={FIRST}").stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize("tracked", [True, False])
def test_a_link_to_where_another_user_wrote_gives_no_bypass(repo: Repo, folder: Path, tracked: bool):
    theirs = folder / "theirs" / "given"
    theirs.mkdir(parents=True)
    (theirs / "0123456789ab.json").write_text(json.dumps(GIVEN))
    os.chown(theirs, 65534, 65534)
    if tracked:
        repo.commit({SPOOL: link(str(theirs))})
        repo.checkout()
    else:
        theirs.parent.chmod(0o1777)
        (repo.path / SPOOL).symlink_to(theirs)
    declare(folder, repo.id("main"), "repo/verdicts.json")
    why = "git tracks it, and who can commit gives no bypass" if tracked else "anybody could have made it"
    assert f"{SPOOL} is left alone: {why}" in watched(folder, f"--now={FIRST}").stderr


def test_what_a_program_left_in_the_repository_is_taken_in(repo: Repo, folder: Path):
    declare(folder, repo.id("main"), "repo/verdicts.json")
    (repo.path / SPOOL).mkdir()
    (repo.path / SPOOL / "0123456789ab.json").write_text(json.dumps(GIVEN))
    assert "api passes gate api" in watched(folder, f"--now={FIRST}").stderr
    assert "the boss" in asked(folder, "bypass", f"--now={FIRST}").stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_that_anybody_could_have_made_gives_no_bypass(repo: Repo, folder: Path):
    shared = folder / "shared"
    (shared / SPOOL).mkdir(parents=True)
    (shared / SPOOL / "0123456789ab.json").write_text(json.dumps(GIVEN))
    declare(folder, repo.id("main"), "shared/verdicts.json")
    os.chown(shared / SPOOL, 65534, 65534)
    shared.chmod(0o1777)
    assert f"{SPOOL} is left alone: anybody could have made it" in watched(folder, f"--now={FIRST}").stderr
    shared.chmod(0o755)
    assert "api passes gate api" in watched(folder, f"--now={FIRST}").stderr


def test_a_second_watcher_leaves_it_on_its_machine_though_the_round_was_done_before(
    repo: Repo, folder: Path, monkeypatch
):
    place, now = declare(folder, repo.id("main")), datetime.now(UTC)
    watched(folder, f"--slot={now.isoformat()}")
    place.unlink()
    given = GIVEN | {"given_at": now.isoformat()}
    (folder / SPOOL).mkdir()
    (folder / SPOOL / "0123456789ab.json").write_text(json.dumps(given))
    monkeypatch.chdir(folder)
    with open_from("repo", "unshipped.yaml", no_cache=True).store() as store:
        anew = partial(open_from, "repo", "unshipped.yaml", no_cache=True)
        _Rounds(anew, store, False, lambda: datetime.now(UTC)).look(Shard(), now)
        assert len(store.rounds(since=now - timedelta(days=1))) == 1
    assert place.exists()
    assert list((folder / SPOOL).iterdir()) == []
