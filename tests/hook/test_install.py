"""Putting the hooks in place and taking them out: whatever else is there stays and still runs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from unshipped.hook.text import KINDS, beside, block, is_ours, without

THEIRS = {
    "sh": "#!/bin/sh\necho theirs\n",
    "bash": "#!/usr/bin/env bash\nset -euo pipefail\necho theirs\n",
    "ends with exec": "#!/bin/sh\nexec echo theirs\n",
    "python": "#!/usr/bin/env python3\nprint('theirs')\n",
}


def hook(person, kind="post-commit"):
    return person.folder / ".git" / "hooks" / kind


def place(person, text, kind="post-commit", mode=0o755):
    hook(person, kind).write_text(text)
    hook(person, kind).chmod(mode)


@pytest.mark.parametrize("text", THEIRS.values(), ids=THEIRS)
def test_a_hook_that_is_there_stays_and_still_runs(person, text):
    place(person, text)
    person.unshipped("hook", "install")
    said = person.commit("worker/job.py")
    assert "theirs\n" in said
    assert "touches worker" in said
    person.unshipped("hook", "uninstall")
    assert hook(person).read_text() == text
    assert hook(person).stat().st_mode & 0o777 == 0o755
    assert person.commit("worker/job.py") == "theirs\n"


def test_a_hook_that_git_does_not_run_is_not_run_afterwards(person):
    place(person, THEIRS["sh"], mode=0o644)
    person.unshipped("hook", "install")
    assert "theirs" not in person.commit("worker/job.py")
    person.unshipped("hook", "uninstall")
    assert hook(person).read_text() == THEIRS["sh"]
    assert hook(person).stat().st_mode & 0o777 == 0o644


def test_installing_twice_is_installing_once(person):
    place(person, THEIRS["bash"])
    place(person, THEIRS["python"], "pre-push")
    person.unshipped("hook", "install")
    first = [hook(person, kind).read_text() for kind in KINDS]
    person.unshipped("hook", "install")
    assert [hook(person, kind).read_text() for kind in KINDS] == first
    assert person.commit("worker/job.py").count("touches worker") == 1


def test_uninstalling_leaves_nothing(person):
    def there():
        return sorted([*(person.folder / ".git").iterdir(), *(person.folder / ".git" / "hooks").iterdir()])

    before = there()
    person.unshipped("hook", "install")
    person.unshipped("check")
    person.unshipped("hook", "uninstall")
    person.unshipped("check")
    assert there() == before
    assert "There was none." in person.unshipped("hook", "uninstall")


def test_the_status_says_what_is_there(person):
    assert person.unshipped("hook", "status").count("not installed") == 3
    place(person, THEIRS["sh"])
    person.unshipped("hook", "install")
    assert "post-commit  installed, beside somebody's" in person.unshipped("hook", "status")


@pytest.mark.parametrize("text", [THEIRS["sh"], THEIRS["python"]], ids=["sh", "python"])
def test_a_hook_that_stops_a_push_still_stops_it_and_hears_what_is_pushed(person, tmp_path, text):
    if "python" in text:
        told = "' refs/heads/main ' in sys.stdin.read()"
        theirs = f"#!/usr/bin/env python3\nimport sys\nsys.exit(3 if {told} else 0)\n"
    else:
        theirs = '#!/bin/sh\nread -r _ _ ref _\n[ "$ref" != refs/heads/main ] || exit 3\n'
    place(person, theirs, "pre-push")
    person.unshipped("hook", "install")
    person.git("init", "--quiet", "--bare", str(tmp_path / "there"))
    person.git("remote", "add", "origin", str(tmp_path / "there"))
    person.git("push", "--quiet", "origin", "main", code=1)
    person.git("push", "--quiet", "origin", "main:other")


def test_a_hook_that_is_a_link_stays_one_and_runs_as_it_is_by_then(person):
    script = person.folder / "script"
    script.write_text("#!/bin/sh\necho before\n")
    script.chmod(0o755)
    hook(person).symlink_to("../../script")
    for _ in range(2):
        person.unshipped("hook", "install")
    script.write_text("#!/bin/sh\necho after\n")
    said = person.commit("worker/job.py")
    assert ("after" in said, "touches worker" in said) == (True, True)
    assert script.read_text() == "#!/bin/sh\necho after\n"
    person.unshipped("hook", "uninstall")
    assert str(hook(person).readlink()) == "../../script"


def test_a_hook_hears_of_nothing_where_nothing_is_pushed(person, tmp_path):
    place(person, "#!/bin/sh\nwhile read -r ref _; do exit 3; done\n", "pre-push")
    person.unshipped("hook", "install")
    person.git("init", "--quiet", "--bare", str(tmp_path / "there"))
    person.git("remote", "add", "origin", str(tmp_path / "there"))
    person.git("push", "--quiet", "--no-verify", "origin", "main")
    person.git("push", "--quiet", "origin", "main")
    person.git("push", "--quiet", "origin", "main:other", code=1)


def test_it_works_in_a_worktree(reminded, tmp_path):
    reminded.git("worktree", "add", "--quiet", "-b", "beside", str(tmp_path / "beside"))
    there = reminded.at(tmp_path / "beside")
    assert "touches api" in there.commit("api/app.py")
    assert there.commit("docs/a.md") == ""
    assert "installed" in there.unshipped("hook", "status")


def test_it_works_in_a_submodule(person, tmp_path):
    whole = tmp_path / "whole"
    whole.mkdir()
    outer = person.at(whole)
    outer.git("init", "--quiet", "-b", "main")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(person.folder), "part")
    part = person.at(whole / "part")
    part.unshipped("hook", "install")
    assert "touches worker" in part.commit("worker/job.py")
    assert part.commit("docs/a.md") == ""


@pytest.mark.parametrize("name", ['it\'s a "place"', "two\nlines"])
def test_it_works_in_a_folder_that_is_called_strangely(person, tmp_path, name):
    odd = tmp_path / name
    person.folder.rename(odd)
    there = person.at(odd)
    there.unshipped("hook", "install")
    assert "touches worker" in there.commit("worker/job.py")


def test_a_place_without_commits_of_ones_own_is_named(person, tmp_path):
    nowhere = person.at(tmp_path)
    assert "is not a git repository" in nowhere.unshipped("hook", "install", code=2)
    person.git("clone", "--quiet", "--bare", str(person.folder), str(tmp_path / "bare"))
    assert "nobody commits there" in nowhere.unshipped("hook", "install", "--repo=bare", code=2)


def test_hooks_of_other_repositories_are_left_alone_unless_asked(person, tmp_path):
    shared = tmp_path / "shared-hooks"
    person.git("config", "--global", "core.hooksPath", str(shared))
    assert "--shared" in person.unshipped("hook", "install", code=2)
    assert not shared.exists()
    person.unshipped("hook", "install", "--shared")
    assert "touches worker" in person.commit("worker/job.py")
    other = tmp_path / "other"
    other.mkdir()
    stranger = person.at(other)
    stranger.git("init", "--quiet")
    assert stranger.commit("worker/job.py") == ""


def test_a_folder_of_ones_own_is_given_to_git(person):
    person.unshipped("hook", "install", "--hooks-path", ".hooks")
    assert person.git("config", "core.hooksPath").strip() == ".hooks"
    assert "touches worker" in person.commit("worker/job.py")


@pytest.mark.parametrize("more", [[], ["--shared", "--config=none.yaml"]], ids=["elsewhere", "no map"])
def test_what_cannot_be_installed_takes_no_hook_away(person, tmp_path, more):
    place(person, "#!/bin/sh\nexit 1\n", "pre-commit")
    person.unshipped("hook", "install", "--hooks-path", str(tmp_path / "shared"), *more, code=2)
    assert person.git("config", "core.hooksPath", code=1) == ""
    person.git("commit", "--allow-empty", "-m", "Stopped by theirs", code=1)


def test_a_folder_of_ones_own_takes_no_hook_away_that_somebody_has(person):
    place(person, "#!/bin/sh\nexit 1\n", "pre-commit")
    said = person.unshipped("hook", "install", "--hooks-path", ".hooks", code=2)
    assert "pre-commit already, and would not any more" in said
    assert person.git("config", "core.hooksPath", code=1) == ""
    hook(person, "pre-commit").unlink()
    person.unshipped("hook", "install")
    person.unshipped("hook", "install", "--hooks-path", ".hooks")
    assert "touches worker" in person.commit("worker/job.py")


def test_a_team_commits_its_hooks_and_each_person_sets_them_up_once(person, tmp_path):
    assert "each person runs .githooks/set-up once" in person.unshipped("hook", "install", "--team")
    person.git("add", "-A")
    person.git("commit", "--quiet", "-m", "Remind")
    person.git("clone", "--quiet", str(person.folder), str(tmp_path / "clone"))
    other = person.at(tmp_path / "clone")
    assert other.commit("worker/job.py") == ""
    other.run(".githooks/set-up")
    assert other.commit("worker/job.py") == ""  # there is no program called unshipped here
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "unshipped").write_text(f'#!/bin/sh\nexec {sys.executable} -m unshipped "$@"\n')
    (programs / "unshipped").chmod(0o755)
    path = {"PATH": f"{programs}:{other.env['PATH']}"}
    assert "touches worker" in other.commit("worker/job.py", **path)
    other.git("config", "core.hooksPath", ".husky")
    assert "already" in other.run(".githooks/set-up", code=1)


@pytest.mark.parametrize("name", ["tools/hooks", "our hooks; touch owned"])
def test_the_hooks_of_a_team_lie_in_any_folder_of_the_repository(person, name):
    person.unshipped("hook", "install", "--team", name)
    person.run(f"{name}/set-up")
    assert person.git("config", "core.hooksPath").strip() == name
    assert not (person.folder / "owned").exists()
    person.unshipped("hook", "compile")
    assert "touches worker" in person.commit("worker/job.py")
    said = person.unshipped("hook", "install", "--team", "../elsewhere", code=2)
    assert "is not in this repository" in said


def test_the_hooks_of_a_team_run_where_git_writes_lines_as_windows_does(person, tmp_path):
    person.unshipped("hook", "install", "--team")
    person.git("add", "-A")
    person.git("commit", "--quiet", "-m", "Remind the team")
    clone = person.at(tmp_path / "clone")
    person.git("clone", "--quiet", "-c", "core.autocrlf=true", str(person.folder), str(clone.folder))
    clone.run(".githooks/set-up")
    clone.unshipped("hook", "compile")
    assert "unshipped: this commit touches api" in clone.commit("api/app.py", "2\n")


def test_a_team_takes_no_hook_away_that_somebody_has(person):
    person.unshipped("hook", "install", "--team")
    place(person, "#!/bin/sh\nexit 1\n", "pre-commit")
    assert "pre-commit already" in person.run(".githooks/set-up", code=1)
    assert person.git("config", "core.hooksPath", code=1) == ""
    (person.folder / ".git/hooks/pre-commit").unlink()
    for _ in range(2):
        person.run(".githooks/set-up")
        assert person.git("config", "core.hooksPath").strip() == ".githooks"


def test_husky_runs_it_from_its_own_folder(person):
    ours = person.folder / ".husky"
    (ours / "_").mkdir(parents=True)
    # What husky 9 writes: each hook of git runs `h`, which runs the person's own file of that name.
    (ours / "_" / "h").write_text(
        '#!/usr/bin/env sh\nn=$(basename "$0")\ns=$(dirname "$(dirname "$0")")/$n\n'
        '[ ! -f "$s" ] && exit 0\nsh -e "$s" "$@"\n'
    )
    (ours / "_" / "post-commit").write_text('#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n')
    (ours / "_" / "post-commit").chmod(0o755)
    (ours / "post-commit").write_text("echo theirs\n")
    person.git("config", "core.hooksPath", ".husky/_")
    person.unshipped("hook", "install")
    said = person.commit("worker/job.py")
    assert "touches worker" in said
    assert "theirs" in said
    person.unshipped("hook", "uninstall")
    assert (ours / "post-commit").read_text() == "echo theirs\n"


def test_it_is_found_where_pre_commit_put_it(person):
    person.unshipped("hook", "install")
    hook(person).rename(hook(person).with_name("post-commit.legacy"))
    place(person, '#!/usr/bin/env bash\nexec "$(dirname "$0")/post-commit.legacy" "$@"\n')
    assert "touches worker" in person.commit("worker/job.py")
    assert "post-commit  installed" in person.unshipped("hook", "status")
    person.unshipped("hook", "uninstall")
    assert not hook(person).with_name("post-commit.legacy").exists()


def test_another_manager_can_run_it_by_its_command(person):
    place(person, f'#!/bin/sh\n{sys.executable} -m unshipped hook run post-commit "$@"\n')
    assert "touches worker" in person.commit("worker/job.py")
    assert person.commit("docs/a.md") == ""
    assert person.commit("worker/job.py", UNSHIPPED_HOOK="0") == ""


@pytest.mark.parametrize("arguments", [["post-commit"], ["pre-push"], []], ids=" ".join)
def test_running_it_never_fails(person, tmp_path, arguments):
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    assert person.at(nowhere).unshipped("hook", "run", *arguments) == ""


def test_before_a_push_it_waits_for_no_terminal(person):
    ours, theirs = os.openpty()  # lefthook gives its commands one, and never ends it
    command = [sys.executable, "-m", "unshipped", "hook", "run", "pre-push", "origin"]
    done = subprocess.run(command, cwd=person.folder, env=person.env, stdin=theirs, check=True, timeout=60)
    assert done.returncode == 0
    os.close(ours)
    os.close(theirs)


def test_what_lefthook_has_to_be_told_is_said(person):
    for kind in KINDS:
        hook = person.folder / ".git/hooks" / kind
        hook.write_text(f'#!/bin/sh\ncall_lefthook run "{kind}" "$@"\n')
        hook.chmod(0o755)
    said = person.unshipped("hook", "install").splitlines()
    lines = [yaml.safe_load(line) for line in said if line.startswith("  ")]
    assert [next(iter(line)) for line in lines] == list(KINDS)
    commands = [line[kind]["commands"]["unshipped"] for kind, line in zip(KINDS, lines, strict=True)]
    assert commands == [
        {"run": "unshipped hook run post-commit"},
        {"run": "unshipped hook run post-merge"},
        {"run": "unshipped hook run pre-push {1}", "use_stdin": True},
    ]


TEXTS = st.lists(
    st.text(
        st.characters(codec="utf-8", exclude_characters="\x00\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"),
        max_size=20,
    )
).map("\n".join)


@given(TEXTS, st.sampled_from(KINDS))
def test_what_is_put_beside_a_hook_can_be_taken_out_again(text, kind):
    with_ours = beside(text, kind)
    assert is_ours(with_ours)
    expected = without(text)
    assert without(with_ours) in (expected, f"{expected}\n")
    assert with_ours.count(block(kind)) == 1
