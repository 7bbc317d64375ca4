"""A cache changes how long an answer takes, and nothing else."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import pytest

from tests.cli.program import AT, ask, configure, redirected, start, temporary
from tests.support.history import random_history
from tests.support.patterns import some_ignore, some_paths
from tests.support.repo import Repo, git
from tests.support.run import CompletedRun, Json, run, service, stamp
from unshipped.cache import Cache, _forget
from unshipped.core.model import Severity

ROOMS = ["config", "answers", "tips", "commits", "differences", "graphs", "chains", "maps"]
"""The first one is everybody's, the others are kept for each repository by itself."""
JSON = "--format=json"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def same(answer: CompletedRun, fresh: CompletedRun) -> None:
    assert (answer.code, answer.stdout, answer.stderr) == (fresh.code, fresh.stdout, fresh.stderr)


def room_of(cache: Path, room: str) -> Path:
    """Where the only repository of a cache has a room."""
    [found] = [cache / room] if room == "config" else cache.glob(f"parts/*/{room}")
    return found


def entries(cache: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(cache.rglob("*")) if path.is_file()}


# ---------------------------------------------------------------- warm and cold


@pytest.mark.parametrize("seed", [1, 2])
def test_a_warm_answer_is_the_cold_one_byte_for_byte(tmp_path: Path, cache: Path, seed: int) -> None:
    rng = random.Random(seed)
    history = random_history(tmp_path / "repo", rng, size=120)
    services: dict[str, Json] = {}
    for number in range(6):
        live = rng.choice(history.commits)
        names = [name for name in history.trees[live] if name.isprintable()]
        services[f"s{number}"] = service(some_paths(rng, names), live, some_ignore(rng, names))
    configure(tmp_path, services)
    at = f"--now={stamp(history.last + timedelta(hours=1))}"
    for more in ([JSON], [JSON, "--max-changes=2"], [], [JSON, f"--expected={history.commits[60]}"], [JSON]):
        fresh = ask(tmp_path, *more, at=at)
        assert fresh.code in {0, 1, 3} and fresh.stdout
        same(ask(tmp_path, *more, cache=cache, at=at), fresh)
        same(ask(tmp_path, *more, cache=cache, at=at), fresh)
    # A map is kept where nothing in it is dead.
    rooms = {path.name for path in cache.iterdir()} | {path.name for path in cache.glob("parts/*/*")}
    assert rooms | {"maps"} == {*ROOMS, "parts"}
    assert temporary(cache) == []


@pytest.mark.parametrize(
    "command", [["status"], ["explain", "api"], ["where", "HEAD"], ["affected", "HEAD~1"]]
)
def test_every_command_answers_from_a_warm_cache_as_from_none(
    folder: Path, cache: Path, command: list[str]
) -> None:
    ask(folder, JSON, cache=cache)
    name, *more = command
    at = [] if name == "affected" else [AT]
    fresh = run([name, *more, "--repo=repo", "--config=unshipped.yaml", *at, "--no-cache"], folder)
    for _ in range(2):
        same(run([name, *more, "--repo=repo", "--config=unshipped.yaml", *at], folder), fresh)


# ---------------------------------------------------------------- damage


def flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def foreign(raw: bytes) -> bytes:
    """A whole entry with a right checksum that another version wrote: its key begins otherwise."""
    entry = flipped(raw[4:], 8)
    return crc32(entry).to_bytes(4, "big") + entry


def rewrite(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(change(path.read_bytes()))


def link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": rewrite(lambda raw: b""),
    "three bytes": rewrite(lambda raw: raw[:3]),
    "half": rewrite(lambda raw: raw[: len(raw) // 2]),
    "without its end": rewrite(lambda raw: raw[:-1]),
    "with something behind it": rewrite(lambda raw: raw + b"\0"),
    "another checksum": rewrite(lambda raw: flipped(raw, 0)),
    "another last bit": rewrite(lambda raw: flipped(raw, len(raw) - 1)),
    "zeros": rewrite(lambda raw: bytes(len(raw))),
    "of another version": rewrite(foreign),
    "unreadable": link_to_itself,
    "a directory": directory,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_entry_changes_nothing_and_is_written_again(
    folder: Path, cache: Path, damage: Callable[[Path], object]
) -> None:
    fresh = ask(folder, JSON)
    ask(folder, JSON, cache=cache)
    for room in ROOMS:
        [entry] = room_of(cache, room).iterdir()
        whole = entry.read_bytes()
        if room != "answers":  # which would answer in the place of what stands below it
            shutil.rmtree(room_of(cache, "answers"))
        damage(entry)
        same(ask(folder, JSON, cache=cache), fresh)
        if entry.is_dir():
            entry.rmdir()
            shutil.rmtree(room_of(cache, "answers"))
            ask(folder, JSON, cache=cache)
        assert entry.read_bytes() == whole, room
    assert temporary(cache) == []


# ---------------------------------------------------------------- places that cannot be written

PLACES = ["unshipped.yaml", "unshipped.yaml/below", "/dev/full", "/dev/null/below", "/proc/none", "loop"]


@pytest.mark.parametrize("place", PLACES)
def test_a_cache_that_cannot_be_made_is_none(folder: Path, place: str) -> None:
    (folder / "loop").symlink_to("loop")
    before = (folder / "unshipped.yaml").read_bytes()
    same(ask(folder, JSON, cache=folder / place), ask(folder, JSON))
    assert (folder / "unshipped.yaml").read_bytes() == before


def test_a_file_in_the_place_of_a_room_is_left_alone(folder: Path, cache: Path) -> None:
    ask(folder, JSON, cache=cache)
    for place in [room_of(cache, room) for room in ROOMS]:
        shutil.rmtree(place)
        place.write_text("mine")
    same(ask(folder, JSON, cache=cache), ask(folder, JSON))
    assert set(entries(cache).values()) == {b"mine"}


@pytest.mark.parametrize("blocks", [0, 1])
def test_a_full_disk_costs_time_and_nothing_else(folder: Path, repo: Repo, blocks: int) -> None:
    repo.commits([{"api/app.py": f"newer {number}"} for number in range(40)])
    fresh = ask(folder, JSON)
    for _ in range(2):
        arguments = ["check", JSON, "--repo=repo", "--config=unshipped.yaml", AT]
        same(redirected(arguments, folder, f"ulimit -f {blocks};"), fresh)
    assert temporary(folder / "cache") == []
    same(ask(folder, JSON, cache=folder / "cache"), fresh)


def test_what_is_kept_is_for_its_owner_only(folder: Path, cache: Path) -> None:
    ask(folder, JSON, cache=cache)
    folders = {cache, *(above for entry in entries(cache) for above in entry.relative_to(cache).parents)}
    assert {(cache / one).stat().st_mode & 0o077 for one in folders} == {0}
    assert len(entries(cache)) == len(ROOMS)
    for entry in entries(cache):
        guards = [entry, *entry.parents][: len(entry.parts) - len(cache.parts) + 1]
        assert any(guard.stat().st_mode & 0o077 == 0 for guard in guards), entry


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o1777])
def test_what_others_can_write_is_not_believed(folder: Path, cache: Path, mode: int) -> None:
    ask(folder, JSON, cache=cache)
    cache.chmod(mode)
    for path in entries(cache):
        path.write_bytes(b"")
    same(ask(folder, JSON, cache=cache), ask(folder, JSON))
    assert set(entries(cache).values()) == {b""}


def test_several_at_once_on_one_cache_answer_as_one_alone(folder: Path, cache: Path) -> None:
    fresh = ask(folder, JSON)
    arguments = ["check", JSON, "--repo=repo", "--config=unshipped.yaml", AT]
    for _ in range(2):
        children = [start(arguments, folder, env={"UNSHIPPED_CACHE_DIR": str(cache)}) for _ in range(4)]
        for child in children:
            stdout, stderr = child.communicate(timeout=60)
            assert (child.returncode, stdout.decode(), stderr) == (fresh.code, fresh.stdout, b"")
    assert temporary(cache) == []


# ---------------------------------------------------------------- a repository that moves


def test_a_commit_on_top_of_a_warm_cache_is_seen(folder: Path, repo: Repo, cache: Path) -> None:
    for number in range(3):
        before = ask(folder, JSON, cache=cache)
        repo.commit({"worker/job.py": f"new {number}"})
        after = ask(folder, JSON, cache=cache)
        assert after.target("worker")["behind"] == before.target("worker")["behind"] + 1
        same(after, ask(folder, JSON))


def test_a_merge_of_an_old_branch_on_top_of_a_warm_cache_is_seen(
    folder: Path, repo: Repo, cache: Path
) -> None:
    repo.branch("old", "main~2")
    ask(folder, JSON, cache=cache)
    repo.commit({"worker/old.py": "1"}, on="old")
    repo.merge("old")
    same(ask(folder, JSON, cache=cache), ask(folder, JSON))


def test_a_rewritten_history_is_seen(folder: Path, repo: Repo, cache: Path) -> None:
    ask(folder, JSON, cache=cache)
    repo.branch("main", "main~2")
    repo.commit({"api/app.py": "rewritten"})
    same(ask(folder, JSON, cache=cache), ask(folder, JSON))
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    same(ask(folder, JSON, cache=cache), ask(folder, JSON))
    repo.commit({"api/app.py": "and again"})
    same(ask(folder, JSON, cache=cache), ask(folder, JSON))


def elsewhere(folder: Path) -> Repo:
    """A repository that shares nothing with the first one."""
    other = Repo.init(folder / "other")
    other.commit({"api/app.py": "other\n", "worker/job.py": "other\n"}, message="Other")
    return other


def replaced(folder: Path, repo: Repo) -> None:
    elsewhere(folder)
    shutil.rmtree(repo.path)
    (folder / "other").rename(repo.path)


def test_another_repository_in_the_same_place_is_not_taken_for_the_first(
    folder: Path, repo: Repo, cache: Path
) -> None:
    ask(folder, JSON, cache=cache)
    replaced(folder, repo)
    fresh = ask(folder, JSON)
    assert fresh.target("api")["reason_code"] == "unresolved-revision"
    same(ask(folder, JSON, cache=cache), fresh)


def test_a_deployed_commit_that_is_gone_is_not_taken_for_known(folder: Path, repo: Repo, cache: Path) -> None:
    own = repo.commit({"api/app.py": "own"}, on="hotfix", parents=["main"])
    configure(folder, {"api": service(["api"], own)})
    ask(folder, JSON, cache=cache)
    repo.git("branch", "-D", "hotfix")
    repo.commit({"api/app.py": "newer"})
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    fresh = ask(folder, JSON)
    assert fresh.target("api")["reason_code"] == "unresolved-revision"
    same(ask(folder, JSON, cache=cache), fresh)


def test_a_shallow_clone_that_is_deepened_answers_like_a_fresh_one(
    folder: Path, repo: Repo, cache: Path
) -> None:
    shallow = repo.shallow(2)
    repo.path.rename(folder / "origin")
    shallow.path.rename(folder / "repo")
    git(folder / "repo", "remote", "set-url", "origin", (folder / "origin").as_uri())
    for deepen in ([], ["--deepen=1"], ["--unshallow"]):
        if deepen:
            git(folder / "repo", "fetch", "-q", *deepen)
        same(ask(folder, JSON, cache=cache), ask(folder, JSON))
    assert ask(folder, JSON, cache=cache).target("api")["behind"] == 3


class Colour(str, Enum):
    RED = "red"


class Pair(NamedTuple):
    left: object
    right: object


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, True, "\ud800 ü"], "b": {}},
        [["a", 1], ["b", 2]],
        Pair([Pair(1, "2")], {"colour": Colour.RED, "grade": Severity.WARNING}),
    ],
)
def test_what_is_kept_means_what_json_would_say_of_it(tmp_path: Path, value: object) -> None:
    cache = Cache(tmp_path)
    cache.save("room", b"key", value)
    assert json.dumps(Cache(tmp_path).load("room", b"key")) == json.dumps(value)


def test_an_entry_that_ends_too_early_is_none_though_its_checksum_is_right(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.save("room", b"key", ["a", {"b": 1.5}])
    whole = cache.load_bytes("room", b"key")
    assert whole
    for end in range(len(whole)):
        cache.save_bytes("room", b"key", whole[:end])
        assert cache.load("room", b"key") is None


def test_what_is_kept_of_one_repository_takes_no_room_of_the_others(tmp_path: Path) -> None:
    whole = Cache(tmp_path)
    for name in range(100):
        part = whole.part(f"/repositories/{name}")
        part.save("answers", part.key("asked"), name)
    kept = [whole.part(f"/repositories/{name}") for name in range(100)]
    assert [part.load("answers", part.key("asked")) for part in kept] == list(range(100))


def test_repositories_that_nobody_asks_about_any_more_are_forgotten(tmp_path: Path) -> None:
    for name in range(100):
        part = Cache(tmp_path).part(str(name))
        part.save("answers", part.key("asked"), name)
        assert part.directory
        os.utime(Path(part.directory, "answers"), (name * 86400, name * 86400))
    _forget.cache_clear()
    Cache(tmp_path).part("another one")
    parts = [Cache(tmp_path).part(str(name)).directory for name in range(100)]
    assert [one for one in parts if one and Path(one).exists()] == parts[36:]


def test_a_folder_that_others_make_after_it_was_looked_at_is_not_believed(tmp_path: Path) -> None:
    place = tmp_path / "cache"
    cache = Cache(place)
    assert place.stat().st_mode & 0o777 == 0o700, "nobody can make it any more"
    cache.save("room", b"key", [1])
    assert Cache(place).load("room", b"key") == [1]
