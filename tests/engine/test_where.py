"""Is that change live? What `where` answers, on histories where it is easily answered wrongly."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.repo import Files, Repo, link
from tests.support.run import NOW, Json, flags, run, service, stamp


def place_of(repo: Repo, change: str, live: str, folder: Path) -> tuple[int, str]:
    """What `where` answers about one change in one service."""
    config = folder / f"{repo.path.name}.yaml"
    config.write_text(json.dumps({"services": {"api": service(["api"], live)}}))
    named = {"repo": repo.path, "config": config, "now": stamp(NOW), "format": "json"}
    done = run(["where", change, *flags(named)], folder)
    return done.code, done.json["targets"][0]["place"]


def test_a_change_whose_revert_is_deployed_as_well_is_not_live(repo: Repo, tmp_path: Path) -> None:
    bad = repo.commit({"api/app.py": "bad", "worker/job.py": "2"})
    good = repo.commit({"api/app.py": "1\n"})
    assert place_of(repo, bad, bad, tmp_path) == (0, "live")
    assert place_of(repo, bad, good, tmp_path) == (0, "cancelled")
    assert place_of(repo, good, good, tmp_path) == (0, "live")
    mended = repo.commit({"api/app.py": "bad but mended"})
    assert place_of(repo, bad, mended, tmp_path) == (0, "live")


def test_a_change_behind_the_end_of_a_shallow_clone_is_never_called_missing(
    repo: Repo, tmp_path: Path
) -> None:
    change = repo.commit({"api/app.py": "2"})
    repo.branch("release")
    repo.commit({"worker/job.py": "2"})
    repo.commit({"api/app.py": "3"})
    live = repo.commit({"worker/job.py": "3"})
    fix = repo.commit({"api/app.py": "4"}, on="release")
    repo.commit({"api/app.py": "4"}, parents=[live, fix])
    assert place_of(repo, change, live, tmp_path) == (0, "live")
    shallow = repo.shallow(3)  # both are there, and not what leads from one to the other
    assert place_of(shallow, change, live, tmp_path) == (3, "unknown")
    assert place_of(shallow, fix, live, tmp_path) == (3, "unknown")
    assert place_of(shallow, live, live, tmp_path) == (4, "not_applicable")  # its own parent is there


def test_what_should_serve_and_cannot_be_told_is_unknown_as_it_is_to_check(
    repo: Repo, tmp_path: Path
) -> None:
    live = repo.id("main")
    change = repo.commit({"api/app.py": "2"})
    config = tmp_path / "unshipped.yaml"
    config.write_text(json.dumps({"services": {"api": service(["api"], live)}}))
    named = {"repo": repo.path, "config": config, "now": stamp(NOW), "expected": "gone"}
    traced = ["explain", "api", "--path", "api/app.py"]
    for command in (["check"], ["where", change], ["where", live], ["where", "#12"], traced):
        done = run([*command, *flags(named)], tmp_path)
        assert (command, done.code) == (command, 3), done.said()
        assert "'gone' is no branch, no tag and no commit here" in " ".join(done.said().split())


def test_where_history_cannot_be_read_nobody_knows_as_it_is_to_check(repo: Repo, tmp_path: Path) -> None:
    live = repo.id("main")
    change = repo.commit({"api/app.py": "2"})
    # The tree is gone, as where a disk failed: the commits that name it can be read.
    broken = repo.commit({"api/app.py": "3"})
    tree = repo.git("rev-parse", f"{broken}^{{tree}}")
    (repo.path / ".git/objects" / tree[:2] / tree[2:]).unlink()
    config = tmp_path / "unshipped.yaml"
    config.write_text(json.dumps({"services": {"api": service(["api"], live)}}))
    named = {"repo": repo.path, "config": config, "now": stamp(NOW)}
    for command in (["check"], ["where", change], ["where", broken]):
        done = run([*command, *flags(named)], tmp_path)
        assert (command, done.code) == (command, 3), done.said()
    assert "git fsck says what is damaged" in done.stdout


def test_what_is_retired_makes_no_exit_code_and_says_so(repo: Repo, tmp_path: Path) -> None:
    first = repo.commit({"old/a": "1"})
    change = repo.commit({"api/app.py": "2", "old/a": "2"})
    config = tmp_path / "retired.yaml"
    gone = {"paths": ["api"], "deployed": {"source": "file", "path": "gone"}, "retired": True}
    still = service(["old"], first) | {"retired": True}
    services = {"api": service(["api"], change), "gone": gone, "still": still}
    config.write_text(json.dumps({"services": services}))
    named = {"repo": repo.path, "config": config, "now": stamp(NOW), "format": "json"}
    done = run(["where", change, *flags(named)], tmp_path)
    assert done.code == 0
    assert {one["service"]: one["place"] for one in done.json["targets"]} == {
        "api": "live",
        "still": "waiting",
        "gone": "unknown",
    }
    assert [one["reason"].endswith("(retired)") for one in done.json["targets"]] == [False, True, True]
    config.write_text(json.dumps({"services": {"gone": gone, "still": still}}))
    assert run(["where", change, *flags(named)], tmp_path).code == 4


def test_what_lies_behind_a_link_that_cannot_be_read_is_not_called_untouched(
    repo: Repo, tmp_path: Path
) -> None:
    live = repo.commit({"api/util.py": link("../shared/util.py")})
    change = repo.commit({"shared/util.py": "2"})
    other = repo.commit({"README.md": "2"})
    assert place_of(repo, change, live, tmp_path) == (1, "waiting")
    partial = repo.partial()
    assert place_of(partial, change, live, tmp_path) == (3, "unknown")
    named = {"repo": partial.path, "config": tmp_path / f"{partial.path.name}.yaml"}
    compared = run(["affected", live, other, *flags(named)], tmp_path)
    assert (compared.code, compared.stdout) == (2, "")
    assert "link 'api/util.py' cannot be read in this partial clone" in compared.stderr


def test_a_map_of_which_a_pattern_is_dead_does_not_say_what_touches_it(repo: Repo, tmp_path: Path) -> None:
    live = repo.commit({"api/app.py": None, "service/app.py": "1"})
    change = repo.commit({"service/app.py": "2"})
    assert place_of(repo, change, live, tmp_path) == (3, "unknown")


def squashed(repo: Repo, *files: Files) -> list[str]:
    """Commits of a branch, and the landing that squashes them all."""
    base = repo.id("main")
    repo.branch("topic")
    commits = [repo.commit(one, on="topic") for one in files]
    repo.commit({"worker/job.py": "beside"})
    return [base, *commits, repo.squash("topic")]


def test_an_early_commit_of_a_squashed_branch_is_where_the_squash_is(repo: Repo, tmp_path: Path) -> None:
    base, first, last, squash = squashed(repo, {"api/app.py": "2"}, {"api/app.py": "3", "api/more.py": "1"})
    assert place_of(repo, first, base, tmp_path) == (1, "waiting")
    assert place_of(repo, first, squash, tmp_path) == (0, "live")
    assert place_of(repo, last, squash, tmp_path) == (0, "live")
    undone = repo.revert(squash)
    assert place_of(repo, first, undone, tmp_path) == (0, "cancelled")
    again = repo.squash("topic")  # the newest one says how it stands
    assert place_of(repo, first, undone, tmp_path) == (1, "waiting")
    assert place_of(repo, first, again, tmp_path) == (0, "live")


def test_a_branch_that_only_a_tag_keeps_is_known_by_it(repo: Repo, tmp_path: Path) -> None:
    base, first, last, _ = squashed(repo, {"api/app.py": "2"}, {"api/app.py": "3"})
    repo.tag("beta", last, annotated=True).git("branch", "-D", "topic")
    assert place_of(repo, first, base, tmp_path) == (1, "waiting")


def test_a_commit_that_its_own_branch_took_back_did_not_land_with_it(repo: Repo, tmp_path: Path) -> None:
    _, first, gone, _, squash = squashed(
        repo, {"api/a.py": "1"}, {"api/a.py": "2"}, {"api/a.py": None, "api/app.py": "2"}
    )
    assert place_of(repo, first, squash, tmp_path) == (0, "cancelled")
    _, first, gone, _, squash = squashed(
        repo, {"worker/a.py": "1", "api/a.py": "1"}, {"api/a.py": "2"}, {"api/a.py": None}
    )
    assert place_of(repo, gone, squash, tmp_path) == (0, "cancelled")


def test_a_squashed_branch_may_be_known_by_annotated_tags_alone(repo: Repo, tmp_path: Path) -> None:
    _, first, last, squash = squashed(repo, {"api/app.py": "2"}, {"api/app.py": "3"})
    repo.tag("v1", last, annotated=True).git("tag", "-a", "-m", "of a tag", "v1-again", "v1")
    repo.git("update-ref", "-d", "refs/heads/topic")
    assert place_of(repo, first, squash, tmp_path) == (0, "live")


def test_a_commit_that_came_after_the_squash_did_not_land_with_it(repo: Repo, tmp_path: Path) -> None:
    _, first, _, squash = squashed(repo, {"api/app.py": "2"}, {"api/app.py": "3"})
    later = repo.commit({"api/app.py": "4"}, on="topic")
    assert place_of(repo, later, squash, tmp_path) == (1, "unmerged")
    # The branch has more than landed, and no name is left for what did: nothing proves it any more.
    assert place_of(repo, first, squash, tmp_path) == (1, "unmerged")


def test_a_squash_onto_a_file_that_moved_on_meanwhile_is_known_by_its_patch(
    repo: Repo, tmp_path: Path
) -> None:
    lines = [f"{number}\n" for number in range(20)]
    repo.commit({"api/app.py": "".join(lines)})
    repo.branch("topic")
    first = repo.commit({"api/app.py": "".join(["a\n", *lines[1:]])}, on="topic")
    repo.commit({"api/app.py": "".join(["b\n", *lines[1:]])}, on="topic")
    live = repo.commit({"api/app.py": "".join([*lines[:-1], "z\n"])})
    repo.commit({"api/app.py": "".join(["b\n", *lines[1:-1], "z\n"])})
    assert place_of(repo, first, live, tmp_path) == (1, "waiting")
    partial = repo.partial()  # it has no content to make a patch of
    assert place_of(partial, first, live, tmp_path) == (1, "unmerged")
    other = Repo.init(tmp_path / "binary")
    other.commit({"api/model": b"\0" + b"1" * 99, "api/app.py": "1"})
    other.branch("topic")
    first = other.commit({"api/model": b"\0" + b"2" * 99}, on="topic")
    other.commit({"api/model": b"\0" + b"3" * 99}, on="topic")
    live = other.commit({"api/model": b"\0" + b"4" * 99})
    assert place_of(other, first, live, tmp_path) == (1, "unmerged")


def test_a_service_of_which_a_pattern_is_dead_is_not_passed_over_where_others_are_affected(
    repo: Repo, tmp_path: Path
) -> None:
    live = repo.id("main")
    repo.commit({"api/app.py": "2", "worker/job.py": "2"})
    config = tmp_path / "unshipped.yaml"
    services = {
        "api": service(["api", "api-libs"], live),  # what differs is known all the same
        "gone": service(["service"], live),
        "worker": service(["worker"], live),
    }
    config.write_text(json.dumps({"services": services}))
    named = {"repo": repo.path, "config": config}
    done = run(["affected", live, *flags(named | {"format": "json"})], tmp_path)
    assert done.code == 3
    assert [one["service"] for one in done.json["services"]] == ["api", "worker"]
    assert [(one["service"], one["reason_code"]) for one in done.json["unknown"]] == [
        ("gone", "dead-pattern")
    ]
    names = run(["affected", live, *flags(named | {"format": "names"})], tmp_path)
    assert (names.code, names.stdout) == (3, "api\nworker\n")
    assert "gone: the pattern 'service' matches nothing in either of the two commits; " in names.stderr
    text = run(["affected", live, *flags(named)], tmp_path)
    assert (text.code, "gone    unknown (dead-pattern)" in text.stdout) == (3, True)


def test_a_pattern_that_has_something_in_one_of_the_two_commits_is_not_dead(
    repo: Repo, tmp_path: Path
) -> None:
    old = repo.id("main")
    new = repo.commit({"web/app.py": "1"})
    config = tmp_path / "unshipped.yaml"
    config.write_text(json.dumps({"services": {"web": service(["web"], new), "api": service(["api"], new)}}))
    for one, other in ((old, new), (new, old)):
        named = {"repo": repo.path, "config": config, "format": "names"}
        done = run(["affected", one, other, *flags(named)], tmp_path)
        assert (done.code, done.stdout) == (0, "web\n")


def test_a_change_that_later_ones_built_upon_is_live_by_a_squash_of_them_all(
    repo: Repo, tmp_path: Path
) -> None:
    repo.branch("production")
    first = repo.commit({"api/app.py": "2"})
    undone = repo.commit({"api/more.py": "1"})
    repo.commit({"api/app.py": "3", "api/more.py": None})
    live = repo.commit({"api/app.py": "3"}, on="production", message="Release")
    assert place_of(repo, first, live, tmp_path) == (0, "live")
    assert place_of(repo, undone, live, tmp_path) == (0, "cancelled")
    waits = repo.commit({"api/app.py": "4"})
    assert place_of(repo, waits, live, tmp_path) == (1, "waiting")


def test_a_pull_request_is_on_each_branch_what_it_landed_as_there(repo: Repo, tmp_path: Path) -> None:
    repo.branch("release")
    repo.commit({"api/app.py": "1\nnewer\n"})
    landed = repo.commit({"api/app.py": "1\nnewer\nmended\n"}, message="Mend it (#12)")
    picked = repo.commit({"api/app.py": "1\nmended\n"}, message="Mend it (#12)", on="release")
    after = repo.commit({"worker/job.py": "2"}, on="release")
    placed = {
        "production": {"deployed": landed},
        "old": {"deployed": after, "expected": {"branch": "release"}},
        "older": {"deployed": repo.id("release~2"), "expected": {"branch": "release"}},
    }
    names: dict[str, Json] = {name: {} for name in placed}
    config = tmp_path / "unshipped.yaml"
    config.write_text(
        json.dumps({"environments": names, "services": {"api": {"paths": ["api"], "environments": placed}}})
    )
    named = {"repo": repo.path, "config": config, "now": stamp(NOW), "format": "json"}
    done = run(["where", "#12", *flags(named)], tmp_path)
    found = {one["environment"]: (one["place"], one["reason"]) for one in done.json["targets"]}
    other = picked if done.json["commit"] == landed else landed
    assert {name: place for name, (place, _) in found.items()} == {
        "production": "live",
        "old": "live",
        "older": "waiting",
    }
    assert any(reason.startswith(f"it landed as {other[:12]}") for _, reason in found.values())
    by_commit = run(["where", landed, *flags(named)], tmp_path)
    assert {one["environment"]: one["place"] for one in by_commit.json["targets"]}["old"] == "unmerged"
