from __future__ import annotations

from pathlib import Path

import pytest

from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.secrets import Reference, check_reference, named, reveal, text_of


def problem(reference: Reference) -> SourceError:
    with pytest.raises(SourceError) as caught:
        reveal(reference)
    return caught.value


def test_a_value_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TOKEN", "hunter2")
    assert reveal({"env": "TOKEN"}) == "hunter2"
    assert reveal({"env": "TOKEN", "prefix": "Bearer "}) == "Bearer hunter2"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_value_of_the_environment_ends_before_its_last_line_break(
    monkeypatch: pytest.MonkeyPatch, ending: str
):
    monkeypatch.setenv("TOKEN", f" hunter2 {ending}")
    assert reveal({"env": "TOKEN"}) == " hunter2 "


def test_a_value_comes_from_a_file_without_its_last_line_break(tmp_path: Path):
    (tmp_path / "token").write_bytes(b" hunter2 \r\n")
    assert reveal({"file": str(tmp_path / "token")}) == " hunter2 "


def test_a_value_that_is_written_out_is_itself():
    assert text_of("eb7ce85b") == "eb7ce85b"
    assert named("eb7ce85b") == ""


@pytest.mark.parametrize("prefix", ["Bearer", "token"])
def test_a_prefix_that_lost_its_space_is_refused(prefix: str):
    with pytest.raises(ValueError, match='in quotes: prefix: "Bearer "'):
        check_reference({"env": "TOKEN", "prefix": prefix})
    check_reference({"env": "TOKEN", "prefix": f"{prefix} "}, {"env": "VERSION", "prefix": "v"})


def test_a_variable_that_is_not_set_is_named_with_a_hint(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TOKEN", raising=False)
    error = problem({"env": "TOKEN"})
    assert (error.problem.code, error.message) == (
        Code.SOURCE_DENIED,
        "environment variable TOKEN is not set",
    )
    assert "TOKEN" in error.hint


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_an_empty_value_is_refused_so_that_no_bare_prefix_is_sent(
    monkeypatch: pytest.MonkeyPatch, blank: str
):
    monkeypatch.setenv("TOKEN", blank)
    assert problem({"env": "TOKEN", "prefix": "Bearer "}).message == "environment variable TOKEN is empty"


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    path = tmp_path / "token"
    error = problem({"file": str(path)})
    assert (error.problem.code, error.message) == (
        Code.SOURCE_DENIED,
        f"file {path} cannot be read: No such file or directory",
    )


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        (b"\xffhunter2", "is no text in UTF-8"),
        (b"hunter2" * 10_000, "is longer than 64 KiB"),
        (b"\n", "is empty"),
    ],
)
def test_a_file_that_cannot_be_a_secret_is_named_and_not_shown(tmp_path: Path, data: bytes, ending: str):
    (tmp_path / "token").write_bytes(data)
    error = problem({"file": str(tmp_path / "token")})
    assert error.message == f"file {tmp_path / 'token'} {ending}"
    assert error.__cause__ is None
