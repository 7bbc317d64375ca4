"""Whatever is typed or written: one clear message, the right exit code, and never a traceback."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest

from tests.cli.program import ask
from tests.support.repo import Repo
from tests.support.run import CompletedRun, run

HERE = ["--repo=repo", "--config=unshipped.yaml"]
CONFIGURATIONS = {
    "an empty file": (b"", "the file is empty"),
    "a comment": (b"# nothing\n", "empty"),
    "bad YAML": (b"services: [\n", "not valid YAML"),
    "a tab": (b"services:\n\tapi: 1\n", "tab"),
    "no mapping": (b"- api\n", "mapping"),
    "no text": (b"services: \xff\n", "not UTF-8"),
    "a NUL": (b"services: \0\n", "U+0000"),
    "a duplicate key": (
        b"services:\n  a:\n    paths: [x]\n    paths: [x]\n    deployed: abcdef0\n",
        "set twice",
    ),
    "a duplicate service": (
        b"services:\n  a: {paths: [x], deployed: abcdef0}\n  a: {paths: [x], deployed: abcdef0}\n",
        "`a` is set twice",
    ),
    "an unknown key": (
        b"services:\n  a: {paths: [x], deployed: abcdef0, ignroe: [y]}\n",
        "unknown setting `ignroe`, did you mean `ignore`?",
    ),
    "too much": (
        b"services: {a: {paths: [x], deployed: '" + b"a" * 10_000_000 + b"'}}\n",
        "more than 4,194,304 bytes",
    ),
}


def refused(answer: CompletedRun, message: str) -> None:
    """One error on standard error, which says that; nothing else anywhere."""
    lines = answer.stderr.splitlines()
    assert (answer.code, answer.stdout) == (2, ""), answer
    assert message in lines[0] and lines[0].startswith("error: "), answer
    assert len(lines) == 1 or (len(lines) == 2 and lines[1].startswith("hint: ")), answer
    assert len(answer.stderr) < 2000 and "\x1b" not in answer.stderr and "Traceback" not in answer.stderr


@pytest.mark.parametrize(("content", "message"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_configuration_that_cannot_be_used_is_refused_with_its_place(
    folder: Path, content: bytes, message: str
) -> None:
    (folder / "unshipped.yaml").write_bytes(content)
    for arguments in (["check", *HERE], ["validate", "unshipped.yaml"]):
        answer = run(arguments, folder)
        refused(answer, message)
        assert "unshipped.yaml:" in answer.stderr


def test_all_problems_are_told_at_once(folder: Path) -> None:
    (folder / "unshipped.yaml").write_text("services:\n  a: {pathz: [x], deployed: abcdef0}\n")
    answer = run(["check", *HERE], folder)
    assert (answer.code, answer.stdout) == (2, "")
    assert [line[:7] for line in answer.stderr.splitlines()] == ["error: "] * 2


PLACES = {
    "a missing file": (["--config=gone.yaml"], "gone.yaml cannot be read: No such file"),
    "an empty name": (["--config="], ". cannot be read: Is a directory"),
    "a directory": (["--config=repo"], "repo cannot be read: Is a directory"),
    "a file below a file": (["--config=unshipped.yaml/x"], "cannot be read: Not a directory"),
    "a link to itself": (["--config=loop"], "loop cannot be read: Too many levels"),
    "a name that is too long": (["--config=" + "x" * 300], "cannot be read: File name too long"),
    "a name that is no text": (["--config=" + os.fsdecode(b"\xff")], "\\xff cannot be read"),
    "a name that would colour": (["--config=\x1b[31mred"], "\\x1b[31mred cannot be read"),
    "no repository": (["--repo=none", "--config=unshipped.yaml"], "none is not a git repository"),
    "an address with a secret": (
        ["--repo=https://user:hunter2@example.com/shop", "--config=unshipped.yaml"],
        "https://***@example.com/shop is not a directory",
    ),
    "no directory": (["--repo=gone", "--config=unshipped.yaml"], "gone is not a directory"),
    "a file as repository": (["--repo=unshipped.yaml", "--config=unshipped.yaml"], "not a directory"),
    "a damaged repository": (["--repo=damaged", "--config=unshipped.yaml"], "not a git repository"),
    "a configuration beside no repository": (
        ["--config=none/unshipped.yaml"],
        "error: none is not a git repository",
    ),
    "no configuration": (["--repo=repo"], "no unshipped.yaml in"),
}


@pytest.mark.parametrize(("arguments", "message"), PLACES.values(), ids=PLACES)
def test_a_place_that_is_none_is_named(folder: Path, arguments: list[str], message: str) -> None:
    (folder / "none").mkdir()
    (folder / "none/unshipped.yaml").write_text((folder / "unshipped.yaml").read_text())
    (folder / "damaged" / ".git").mkdir(parents=True)
    (folder / "loop").symlink_to("loop")
    refused(run(["check", *arguments], folder), message)


def test_who_has_no_configuration_is_told_what_writes_one(folder: Path) -> None:
    assert "`unshipped init`" in run(["check", "--repo=repo"], folder).stderr.splitlines()[1]


def test_a_map_with_services_of_its_own_lacks_none_where_none_was_found(folder: Path) -> None:
    path = folder / "unshipped.yaml"
    answer = run(["init", "--repo=repo", f"--config={path}"], folder)
    assert answer.stdout == f"No service was found that {path} lacks.\n"


def test_who_has_nothing_that_tells_of_a_service_is_shown_lines_that_work(folder: Path) -> None:
    answer = run(["init", "--repo=repo"], folder)
    assert (answer.code, answer.stdout.splitlines()[0][:21]) == (4, "No service was found:")
    shown = [line for line in answer.stdout.splitlines() if line.startswith("  ")]
    (folder / "unshipped.yaml").write_text(dedent("\n".join(shown)).replace("NAME", "shop"))
    for named in (["unshipped.yaml"], ["--config", "unshipped.yaml"]):
        assert "1 service, 1 target, no problem" in run(["validate", *named], folder).stdout
    twice = run(["validate", "unshipped.yaml", "--config=unshipped.yaml"], folder)
    assert (twice.code, "are the same" in twice.stderr) == (2, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_named(folder: Path) -> None:
    (folder / "unshipped.yaml").chmod(0)
    refused(run(["check", *HERE], folder), "unshipped.yaml cannot be read: Permission denied")


USAGE = {
    "an unknown command": (["chek"], "no command 'chek'; did you mean 'check'?"),
    "an unknown option": (["check", "--formt", "json"], "no option '--formt'; did you mean '--format'?"),
    "an option cut short": (["check", "--form=json"], "no option '--form=json'; did you mean '--format'?"),
    "an option that others are nearer to": (
        ["check", "--env=x"],
        "no option '--env=x'; did you mean '--environment'?",
    ),
    "an option before the command": (["--repo", "x", "check"], "no command '--repo'"),
    "a wrong format": (["check", "--format=xml"], "invalid choice: 'xml'"),
    "a wrong severity": (["check", "--fail-on=fatal"], "invalid choice: 'fatal'"),
    "a wrong colour": (["status", "--color=yes"], "invalid choice: 'yes'"),
    "a wrong shell": (["completion", "fish"], "invalid choice: 'fish'"),
    "no value": (["check", "--repo"], "expected one argument"),
    "no service": (["explain"], "required: SERVICE"),
    "one argument too many": (
        ["explain", "api", "worker", *HERE],
        "'worker' is one argument too many",
    ),
    "a day": (["check", "--now=yesterday"], "'yesterday' is no ISO 8601 time"),
    "an impossible day": (["check", "--now=2026-02-30"], "no ISO 8601 time"),
    "no time": (["check", "--now="], "no ISO 8601 time"),
    "a negative amount": (["check", "--max-changes", "-1"], "'-1' is no whole number from 0 on"),
    "a broken amount": (["check", "--max-changes=1.5"], "no whole number"),
    "a superscript": (["check", "--max-changes=²"], "no whole number"),
    "an unknown service": (["check", "apj", *HERE], "no service 'apj'; did you mean 'api'?"),
    "an unknown environment": (["check", "-eprod", *HERE], "no environment 'prod'"),
    "no directory": (["check", "--repo=nowhere"], "nowhere is not a directory"),
    "an unknown repository": (["affected", "HEAD", "--repository=mian", *HERE], "did you mean 'main'?"),
    "an unknown change": (["where", "nope", *HERE], "no commit 'nope'"),
    "an empty change": (["where", "", *HERE], "no commit ''"),
    "an unknown number": (["where", "#99999999999999999999999", *HERE], "names pull request 9999"),
    "a path without a commit": (["check", "--path=api", *HERE], "--path goes with --deployed"),
    "two ways at once": (["check", "--deployed=HEAD", *HERE], "leave out --config"),
    "no expected revision": (["check", "--expected=", *HERE], "--expected needs a revision"),
}


@pytest.mark.parametrize(("arguments", "message"), USAGE.values(), ids=USAGE)
def test_wrong_usage_is_told_with_what_may_have_been_meant(
    folder: Path, arguments: list[str], message: str
) -> None:
    refused(run(arguments, folder), message)


@pytest.mark.parametrize("ask", ["help", "--help", "-h"])
def test_help_with_a_command_is_that_command_s(folder: Path, ask: str) -> None:
    assert run([ask, "where"], folder).stdout == run(["where", "--help"], folder).stdout
    assert run([ask, "--help"], folder).stdout == run([ask], folder).stdout
    refused(run([ask, "wher"], folder), "no command 'wher'; did you mean 'where'?")


@pytest.mark.parametrize("command", ["hook", "notify"])
def test_what_need_not_be_given_is_not_asked_for(folder: Path, command: str) -> None:
    assert run([command], folder).stderr.splitlines()[0].endswith("arguments are required: action")


HOSTILE = {
    "an option of git": "--upload-pack=x",
    "a harmful option": "--output=harm",
    "a shell command": "HEAD; rm -rf repo",
    "a substitution": "$(touch harm)",
    "a line of its own": "main\nmain",
    "a dash": "-",
    "no text": os.fsdecode(b"\xff\xfe"),
    "an escape": "\x1b[31mmain",
    "right to left": "\u202emain",
    "a tree": "main^{tree}",
    "long": "a" * 100_000,
    "a name that nothing has": "nope",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_deployed_revision_is_no_commit(folder: Path, text: str) -> None:
    refused(run(["check", "--repo=repo", f"--deployed={text}"], folder), "no commit ")
    assert (folder / "repo").exists() and not list(folder.rglob("harm"))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_expected_revision_makes_the_verdict_unknown(folder: Path, text: str) -> None:
    answer = ask(folder, f"--expected={text}", "--format=json")
    assert (answer.code, answer.stderr) == (3, "")
    assert {target["reason_code"] for target in answer.json["targets"]} == {"expected-unresolved"}
    shown = ask(folder, f"--expected={text}")
    assert shown.code == 3 and len(shown.stdout) < 2000
    assert "\x1b" not in shown.stdout and "\u202e" not in shown.stdout
    assert (folder / "repo").exists() and not list(folder.rglob("harm"))


def test_a_repository_without_commits_is_unknown(folder: Path) -> None:
    Repo.init(folder / "empty")
    answer = run(["check", "--repo=empty", "--config=unshipped.yaml", "--format=json"], folder)
    assert (answer.code, answer.stderr, answer.json["summary"]["unknown"]) == (3, "", 2)
    for text in ("HEAD", "main", "a" * 40):
        refused(run(["check", "--repo=empty", f"--deployed={text}"], folder), "no commit ")


@pytest.mark.parametrize("form", ["json", "text", "markdown", "junit", "sarif", "github"])
@pytest.mark.parametrize("now", ["0001-01-01T00:00:00", "9999-12-31T23:59:59Z", "2026-02-02T08:59:59Z"])
def test_any_time_can_be_judged_by(folder: Path, now: str, form: str) -> None:
    answer = run(["check", *HERE, f"--now={now}", f"--format={form}"], folder)
    assert answer.code in {0, 1} and answer.stderr == "", answer


@pytest.mark.parametrize("now", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_is_none_in_utc_is_refused(folder: Path, now: str) -> None:
    assert run(["check", *HERE, f"--now={now}", "--format=json"], folder).code in {0, 1, 2}


@pytest.mark.parametrize("path", ["../api", "api/../worker", "/api"])
def test_a_path_begins_at_the_top_of_the_repository(folder: Path, path: str) -> None:
    answer = run(["check", "--repo=repo", "--deployed=main", f"--path={path}"], folder)
    refused(answer, "does not begin at the top of the repository")


@pytest.mark.parametrize("path", [".", "./", "./api/", "api//"])
def test_a_path_may_be_written_as_a_shell_completes_it(folder: Path, path: str) -> None:
    told = ["check", "--repo=repo", "--deployed=main~1", "--exit-zero", "--no-cache"]
    plain = run([*told, "--path=api"] if "api" in path else told, folder)
    assert run([*told, f"--path={path}"], folder).stdout == plain.stdout
    assert "matches nothing" not in plain.stdout
