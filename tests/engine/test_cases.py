"""Where "commits behind" goes wrong: the forty known cases, by their numbers.

Here are those that history and content decide. Of the others, in later rooms:

- rollout: 6 known-bad range, 38 stale run finishes last, 26 build in flight (the grace is here)
- sources: 27 several revisions, 28 scaled to zero, 29 label and image, 31 rebuild without a new image,
  33 what endpoints answer, 34 no id at all, 37 long-running process, 40 pinned traffic
- discovery: 32 services in no map, the other half of 16
- fleets: 39 several repositories, the other half of 36
- stores: the time of arrival of 23 (`core/logged/test_arrival.py`), the moved tags of 19
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import BEN, Content, Name, Repo, hour, link, submodule
from tests.support.run import check, counts, service, verdict


def test_01_a_rollback_leaves_everything_after_it_undeployed(repo: Repo) -> None:
    first = repo.id("main")
    repo.commit({"api/app.py": "2"})
    repo.commit({"api/app.py": "3"})
    assert counts(verdict(repo.path, first)) == ("behind", 2, 2, 0, 0)


def test_02_a_deployed_hotfix_branch_has_diverged_from_main(repo: Repo) -> None:
    repo.branch("hotfix")
    repo.commit({"api/app.py": "2"})
    repo.commit({"api/more.py": "1"})
    fix = repo.commit({"api/fix.py": "1"}, on="hotfix")
    assert counts(verdict(repo.path, fix)) == ("diverged", 2, 2, 0, 1)


def test_03_a_squash_merge_of_what_is_deployed_is_in_sync(repo: Repo) -> None:
    repo.branch("topic")
    repo.commit({"api/app.py": "2"}, on="topic")
    live = repo.commit({"api/more.py": "1"}, on="topic")
    squash = repo.squash("topic")
    target = verdict(repo.path, live)
    assert (target["state"], target["changes_behind"], target["cancelled"]) == ("in_sync", 0, 1)
    assert [change["commit"] for change in target["changes"]] == [squash]


def test_04_a_cherry_pick_on_a_release_branch_is_neither_ahead_nor_behind(repo: Repo) -> None:
    repo.branch("release")
    repo.commit({"api/app.py": "2"})
    fix = repo.commit({"api/fix.py": "1"})
    live = repo.cherry_pick(fix, on="release")
    target = verdict(repo.path, live)
    assert counts(target) == ("behind", 2, 1, 1, 0)
    assert (target["changes"][0]["commit"], target["changes"][0]["cancelled"]) == (fix, True)


def test_05_a_change_and_its_revert_cancel_each_other(repo: Repo) -> None:
    first = repo.id("main")
    bad = repo.commit({"api/app.py": "bad"})
    good = repo.revert(bad)
    target = verdict(repo.path, first)
    assert counts(target) == ("in_sync", 2, 0, 2, 0)
    assert [change["commit"] for change in target["changes"]] == [good, bad]
    assert target["behind_since"] is None and target["severity"] == "none"


def test_05_what_is_made_and_unmade_beside_a_change_does_not_count(repo: Repo) -> None:
    first = repo.id("main")
    bad = repo.commit({"api/bad.py": "bad"})
    change = repo.commit({"api/app.py": "2"}, at=hour(2))
    repo.revert(bad)
    target = verdict(repo.path, first)
    assert counts(target) == ("behind", 3, 1, 2, 0)
    assert target["oldest"] == {"commit": change, "landed_at": "2026-02-02T11:00:00Z"}


def test_07_a_force_push_does_not_hide_what_is_deployed(repo: Repo) -> None:
    first = repo.id("main")
    live = repo.commit({"api/app.py": "lost"})
    repo.branch("main", first)
    repo.commit({"api/app.py": "2"})
    assert counts(verdict(repo.path, live)) == ("diverged", 1, 1, 0, 1)


def test_07_a_commit_that_a_force_push_took_away_is_unknown(repo: Repo) -> None:
    first = repo.id("main")
    live = repo.commit({"api/app.py": "lost"})
    repo.branch("main", first)
    run = check(repo.bare().path, {"api": service(["api"], live)})
    assert (run.code, run.target("api")["state"]) == (3, "unknown")
    assert run.target("api")["reason_code"] == "unresolved-revision"


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_08_a_shallow_clone_is_never_counted_on(repo: Repo, depth: int) -> None:
    live = repo.id("main")
    for number in range(4):
        repo.commit({"api/app.py": f"{number}"})
    target = verdict(repo.shallow(depth).path, live)
    assert (target["state"], target["reason_code"]) == ("unknown", "shallow-history")


@pytest.mark.parametrize("form", ["json", "text"])
def test_08_where_a_shallow_clone_cuts_a_merged_branch_the_landings_still_count(
    repo: Repo, form: str
) -> None:
    repo.branch("side")
    repo.commit({"api/old.py": "1"}, on="side")
    repo.commit({"api/old.py": "2"}, on="side")
    live = repo.commit({"api/app.py": "2"})
    repo.merge("side")
    clone = repo.shallow(2).path
    services = {"api": service(["api"], live)}
    run = check(clone, services, expected="origin/main", form=form, fail_on="info")
    assert run.code == 1
    if form == "text":
        assert "1 behind" in run.stdout
        return
    target = run.target("api")
    assert (target["state"], target["changes_behind"], target["behind"]) == ("behind", 1, None)
    assert target["changes"][0]["commits"] == []
    assert target["reasons"][-1] == "single commits were not counted: the clone is shallow"


def test_08_what_serves_off_the_branch_is_unknown_where_a_shallow_clone_may_hide_what_it_has(
    repo: Repo,
) -> None:
    repo.branch("side")
    repo.commit({"api/old.py": "1"}, on="side")
    live = repo.commit({"api/old.py": "2"}, on="side")
    repo.commit({"api/app.py": "2"})
    repo.commit({"api/app.py": "3"})
    target = verdict(repo.shallow(1).path, live, expected="origin/main")
    assert (target["state"], target["reason_code"]) == ("unknown", "shallow-history")


@pytest.mark.parametrize("zero", ["0" * 40, "0" * 7])
def test_09_an_id_of_zeros_is_no_commit(repo: Repo, zero: str) -> None:
    run = check(repo.path, {"api": service(["api"], zero)})
    assert (run.code, run.target("api")["state"]) == (3, "unknown")
    assert run.target("api")["reason_code"] in {"unresolved-revision", "bad-revision", "no-revision"}


def test_10_every_service_is_compared_with_what_it_runs_itself(repo: Repo) -> None:
    first = repo.id("main")
    second = repo.commit({"api/app.py": "2", "worker/job.py": "2"})
    repo.commit({"README.md": "2"})
    run = check(repo.path, {"api": service(["api"], first), "worker": service(["worker"], second)})
    assert counts(run.target("api")) == ("behind", 1, 1, 0, 0)
    assert counts(run.target("worker")) == ("in_sync", 0, 0, 0, 0)


def test_11_a_pull_request_is_one_change_of_many_commits(repo: Repo) -> None:
    first = repo.id("main")
    repo.branch("topic")
    for number in range(4):
        repo.commit({"api/app.py": f"{number}"}, on="topic")
    repo.commit({"worker/job.py": "2"})
    merge = repo.merge("topic", at=hour(5))
    target = verdict(repo.path, first)
    assert counts(target) == ("behind", 4, 1, 0, 0)
    assert target["oldest"] == {"commit": merge, "landed_at": "2026-02-02T14:00:00Z"}


def test_12_a_renamed_folder_is_a_change_until_it_is_deployed(repo: Repo) -> None:
    old = repo.id("main")
    new = repo.rename("api", "services/api")
    assert counts(verdict(repo.path, old)) == ("behind", 1, 1, 0, 0)
    assert counts(verdict(repo.path, old, ["services/api"])) == ("behind", 1, 1, 0, 0)
    for paths in (["api"], ["api", "worker"], ["worker", "api/**"]):
        target = verdict(repo.path, new, paths)
        assert (target["state"], target["reason_code"]) == ("unknown", "dead-pattern")


LINKS: dict[str, dict[Name, Content]] = {
    "to a file": {"api/util.py": link("../shared/util.py")},
    "to a folder": {"api/lib": link("../shared")},
    "to a link": {"api/lib": link("../worker/lib"), "worker/lib": link("../shared")},
    "through a linked folder": {
        "api/util.py": link("../worker/lib/util.py"),
        "worker/lib": link("../shared"),
    },
    "inside a linked folder": {"api/lib": link("../vendor"), "vendor/util.py": link("../shared/util.py")},
    "beside a circle": {"api/a": link("b"), "api/b": link("a"), "api/lib": link("../shared")},
    "beside links to nowhere": {
        "api/a": link("/etc/passwd"),
        "api/b": link("../../x"),
        "api/c": link("../shared/."),
    },
    "up from where a link leads": {
        "api/util.py": link("../worker/lib/../shared/util.py"),
        "worker/lib": link("../shared"),
    },
    "to the root": {"api/all": link("..")},
}


@pytest.mark.parametrize("files", LINKS.values(), ids=LINKS)
def test_13_what_a_link_points_at_belongs_to_the_service(repo: Repo, files: dict[Name, Content]) -> None:
    live = repo.commit(files)
    repo.commit({"shared/util.py": "2\n"})
    target = verdict(repo.path, live)
    assert counts(target) == ("behind", 1, 1, 0, 0)
    assert target["changes"][0]["paths"] == ["shared/util.py"]


def test_13_a_link_that_is_ignored_widens_nothing(repo: Repo) -> None:
    live = repo.commit({"api/tests/lib": link("../../shared")})
    repo.commit({"shared/util.py": "2\n"})
    assert counts(verdict(repo.path, live, ignore=["api/tests"])) == ("in_sync", 0, 0, 0, 0)


def test_13_a_link_that_points_elsewhere_is_a_change(repo: Repo) -> None:
    live = repo.commit({"api/lib": link("../shared")})
    repo.commit({"api/lib": link("../worker")})
    assert counts(verdict(repo.path, live)) == ("behind", 1, 1, 0, 0)


@pytest.mark.parametrize(
    "settings", ["", '[submodule "lib"]\n\tpath = api/lib\n\turl = ../lib\n\tignore = all\n']
)
def test_14_a_moved_submodule_is_a_change(repo: Repo, settings: str) -> None:
    first = repo.id("main")
    live = repo.commit({"api/lib": submodule(first), ".gitmodules": settings})
    repo.commit({"api/lib": submodule(live)})
    repo.checkout()
    assert counts(verdict(repo.path, live)) == ("behind", 1, 1, 0, 0)


def test_15_a_change_of_a_shared_folder_concerns_everyone_who_has_it(repo: Repo) -> None:
    live = repo.id("main")
    repo.commit({"shared/util.py": "2"})
    with_it, without = service(["api", "shared"], live), service(["worker"], live)
    run = check(repo.path, {"api": with_it, "both": with_it, "worker": without})
    assert [run.target(name)["state"] for name in ("api", "both", "worker")] == [
        "behind",
        "behind",
        "in_sync",
    ]


def test_16_files_at_the_root_can_belong_to_a_service(repo: Repo) -> None:
    live = repo.commit({"uv.lock": "1", "Dockerfile": "1", "api/uv.lock": "1"})
    repo.commit({"uv.lock": "2"})
    assert counts(verdict(repo.path, live, ["api", "*.lock"])) == ("behind", 1, 1, 0, 0)
    assert counts(verdict(repo.path, live, ["api", "Dockerfile"])) == ("in_sync", 0, 0, 0, 0)


def test_17_documents_leave_a_service_in_sync_for_ever(repo: Repo) -> None:
    live = repo.id("main")
    for number in range(8):
        repo.commit({"api/README.md": f"{number}", "docs/api.md": f"{number}"})
    assert counts(verdict(repo.path, live, ignore=["**/*.md"], now=hour(5000))) == ("in_sync", 0, 0, 0, 0)


def test_17_a_subject_that_says_docs_hides_no_code(repo: Repo) -> None:
    live = repo.id("main")
    repo.commit({"api/app.py": "2", "api/README.md": "2"}, message="docs: nothing to see")
    assert counts(verdict(repo.path, live, ignore=["**/*.md"])) == ("behind", 1, 1, 0, 0)


def test_18_a_robot_s_commit_counts(repo: Repo) -> None:
    live = repo.id("main")
    robot = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"
    repo.commit({"api/uv.lock": "2"}, author=robot)
    repo.commit({"api/app.py": "2"}, author=BEN)
    target = verdict(repo.path, live)
    assert counts(target) == ("behind", 2, 2, 0, 0)
    assert [change["author"].split(" <")[0] for change in target["changes"]] == ["Ben", "dependabot[bot]"]


@pytest.mark.parametrize("annotated", [False, True])
def test_19_a_tag_stands_for_its_commit(repo: Repo, annotated: bool) -> None:
    live = repo.id("main")
    repo.tag("v1.2.0", live, annotated=annotated)
    newest = repo.commit({"api/app.py": "2"})
    repo.tag("v1.3.0", newest, annotated=annotated)
    target = verdict(repo.path, "v1.2.0", expected="v1.3.0")
    assert counts(target) == ("behind", 1, 1, 0, 0)
    assert (target["deployed"]["commit"], target["expected"]["commit"]) == (live, newest)


def test_19_a_version_without_a_tag_is_unknown(repo: Repo) -> None:
    target = verdict(repo.path, "v9.9.9")
    assert (target["state"], target["behind"]) == ("unknown", None)
    assert target["reason_code"] in {"unresolved-revision", "bad-revision"}


# 20, short ids: test_revisions.py


def test_21_the_clock_starts_when_the_change_reached_main(repo: Repo) -> None:
    live = repo.id("main")
    repo.branch("topic")
    repo.commit({"api/app.py": "2"}, on="topic", at=hour(-400), author_at=hour(-500))
    repo.merge("topic", at=hour(6))
    repo.commit({"api/app.py": "3"}, at=hour(7), author_at=hour(-700))
    target = verdict(repo.path, live, now=hour(7.5))
    assert (target["behind_since"], target["age_seconds"]) == ("2026-02-02T15:00:00Z", 5400)


def test_22_a_date_in_the_future_makes_no_negative_age(repo: Repo) -> None:
    live = repo.id("main")
    repo.commit({"api/app.py": "2"}, at=hour(9000))
    target = verdict(repo.path, live, now=hour(5))
    assert (target["state"], target["age_seconds"], target["behind_since"]) == (
        "behind",
        0,
        "2026-02-02T14:00:00Z",
    )


@pytest.mark.parametrize(("minutes", "excused"), [(4, True), (6, False), (500_000, False)])
def test_22_a_date_that_cannot_be_right_is_given_no_grace(repo: Repo, minutes: float, excused: bool) -> None:
    live = repo.id("main")
    ahead = repo.commit({"api/app.py": "2"}, at=hour(5 + minutes / 60))
    target = verdict(repo.path, live, now=hour(5))
    assert target["flags"] == (["pending"] if excused else [])
    untold = f"it may have waited for longer: the date of {ahead[:9]} is yet to come"
    assert (untold in target["reasons"]) is not excused


def test_22_one_clock_that_ran_ahead_does_not_make_later_changes_look_fresh(repo: Repo) -> None:
    live = repo.id("main")
    ahead = repo.commit({"api/app.py": "2"}, at=hour(9000))
    repo.commit({"api/app.py": "3"}, at=hour(2))
    target = verdict(repo.path, live, now=hour(5))
    assert target["oldest"] == {"commit": ahead, "landed_at": "2026-02-02T11:00:00Z"}
    assert [change["landed_at"] for change in target["changes"]] == ["2026-02-02T11:00:00Z"] * 2


def test_22_23_a_date_older_than_its_parent_s_is_not_believed(repo: Repo) -> None:
    live = repo.commit({"worker/job.py": "2"}, at=hour(3))
    rebased = repo.commit({"api/app.py": "2"}, at=hour(-2000), author_at=hour(-2000))
    target = verdict(repo.path, live, now=hour(5))
    assert target["oldest"] == {"commit": rebased, "landed_at": "2026-02-02T12:00:00Z"}
    assert target["age_seconds"] == 7200


def test_22_a_clock_that_ran_ahead_long_ago_does_not_make_a_service_fresh_that_is_asked_with_others(
    repo: Repo,
) -> None:
    old = repo.id("main")
    repo.commit({"worker/job.py": "2"}, at=hour(5))
    live = repo.commit({"worker/job.py": "3"}, at=hour(1))
    repo.commit({"api/app.py": "2"}, at=hour(2))
    alone = verdict(repo.path, live, now=hour(6))
    together = {"api": service(["api"], live), "worker": service(["worker"], old)}
    assert alone["behind_since"] == "2026-02-02T11:00:00Z"
    assert check(repo.path, together, now=hour(6)).target("api") == alone


def test_24_no_count_is_ever_cut(repo: Repo) -> None:
    live = repo.id("main")
    files: dict[Name, Content] = {f"api/{number}.py": "1" for number in range(400)}
    repo.commits([files, *({"api/app.py": f"{number}"} for number in range(259))])
    target = verdict(repo.path, live)
    assert counts(target) == ("behind", 260, 260, 0, 0)
    assert (len(target["changes"]), target["severity"]) == (20, "critical")
    short = verdict(repo.path, live, max_changes=5)
    assert (short["behind"], short["changes_behind"], len(short["changes"])) == (260, 260, 5)
    assert len(verdict(repo.path, live, max_changes=1000)["changes"]) == 260


def test_25_production_may_be_ahead_of_main(repo: Repo) -> None:
    main = repo.id("main")
    repo.branch("topic")
    live = repo.commit({"api/app.py": "2"}, on="topic")
    target = verdict(repo.path, live)
    assert counts(target) == ("ahead", 0, 0, 0, 1)
    assert (target["deployed"]["commit"], target["expected"]["commit"]) == (live, main)
    assert target["severity"] != "none" and target["age_seconds"] is None


def test_26_a_young_change_is_pending_however_busy_the_branch(repo: Repo) -> None:
    live = repo.id("main")
    first = repo.commit({"api/app.py": "2"}, at=hour(5))
    repo.commit({"api/app.py": "3"}, at=hour(5.5))
    young = check(repo.path, {"api": service(["api"], live)}, now=hour(5.1), expected=first)
    assert (young.code, young.target("api")["flags"]) == (0, ["pending"])
    busy = check(repo.path, {"api": service(["api"], live)}, now=hour(5.6))
    assert busy.target("api")["flags"] == [] and busy.target("api")["severity"] == "info"


def test_30_nothing_but_the_content_decides(repo: Repo) -> None:
    live = repo.id("main")
    repo.commit(message="Redeploy")
    assert counts(verdict(repo.path, live)) == ("in_sync", 0, 0, 0, 0)


def test_35_the_default_branch_is_the_remote_s_whatever_its_name(tmp_path: Path) -> None:
    there = Repo.init(tmp_path / "there", branch="trunk")
    live = there.commit({"api/app.py": "1"}, on="trunk")
    newest = there.commit({"api/app.py": "2"}, on="trunk")
    there.commit({"api/app.py": "old"}, on="main", parents=[live])
    here = there.clone("here")
    here.commit({"api/app.py": "local"}, on="topic", parents=[live])
    run = check(here.path, {"api": service(["api"], live)}, expected=None)
    assert run.json["expected"] == {"ref": "origin/trunk", "commit": newest}
    assert run.target("api")["expected"]["commit"] == newest


def test_36_a_commit_of_another_history_has_diverged_in_everything(repo: Repo) -> None:
    fork = repo.commit({"api/app.py": "other"}, on="fork", parents=[])
    assert counts(verdict(repo.path, fork)) == ("diverged", 1, 1, 0, 1)


@pytest.mark.parametrize("ignore", [[], ["**/*.md"]])
def test_a_service_whose_source_is_gone_is_told_to_be_taken_down(repo: Repo, ignore: list[str]) -> None:
    live = repo.commit({"mail/app.py": "1", "mail/README.md": "1"})
    repo.commit({"mail/app.py": None, **({} if ignore else {"mail/README.md": None})})
    for _ in range(2):
        target = check(repo.path, {"mail": service(["mail"], live, ignore=ignore)}).target("mail")
        assert (target["state"], target["changes_behind"]) == ("behind", 1)
        assert target["reasons"][-1].startswith("its source is gone: mend `paths` if it moved")


def test_a_service_whose_source_never_landed_is_not_gone(repo: Repo) -> None:
    repo.branch("topic")
    live = repo.commit({"mail/app.py": "1"}, on="topic")
    target = check(repo.path, {"mail": service(["mail"], live)}).target("mail")
    assert (target["state"], [one for one in target["reasons"] if "gone" in one]) == ("ahead", [])
