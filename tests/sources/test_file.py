from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.reading import read
from unshipped.core.model import Code, Revision
from unshipped.errors import SourceError
from unshipped.sources.plain.file import FileSource
from unshipped.sources.shared import local


def problem(source: FileSource) -> tuple[Code, str]:
    with pytest.raises(SourceError) as caught:
        read(source)
    return caught.value.problem.code, caught.value.message


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path):
    path = tmp_path / "REVISION"
    assert problem(FileSource(path=str(path))) == (Code.NOT_FOUND, f"file {path} does not exist")


def test_a_file_below_a_file_is_not_found(tmp_path: Path):
    (tmp_path / "a").write_text("")
    assert problem(FileSource(path=str(tmp_path / "a" / "b")))[0] is Code.NOT_FOUND


def test_a_file_that_may_not_be_read_is_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "REVISION"
    path.write_text("eb7ce85b")
    path.chmod(0)
    if os.geteuid() == 0:  # to root nothing is forbidden, so the refusal itself has to be made

        def refuse(*_: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(local, "_without_waiting", refuse)
    assert problem(FileSource(path=str(path))) == (Code.SOURCE_DENIED, f"file {path} may not be read")


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_carries_no_revision(tmp_path: Path, text: str):
    (tmp_path / "REVISION").write_text(text)
    assert problem(FileSource(path=str(tmp_path / "REVISION")))[0] is Code.NO_REVISION


def test_a_folder_is_no_file(tmp_path: Path):
    assert problem(FileSource(path=str(tmp_path))) == (
        Code.SOURCE_ERROR,
        f"file {tmp_path} cannot be read: Is a directory",
    )


def test_a_device_without_end_is_refused():
    assert problem(FileSource(path="/dev/zero")) == (Code.SOURCE_ERROR, "file /dev/zero is no regular file")


@pytest.mark.parametrize(("size", "code"), [(64 * 1024, None), (64 * 1024 + 1, Code.BAD_REVISION)])
def test_the_limit_is_sixty_four_kibibytes(tmp_path: Path, size: int, code: Code | None):
    path = tmp_path / "REVISION"
    path.write_text("eb7ce85b".ljust(size))
    if code:
        assert problem(FileSource(path=str(path)))[0] is code
    else:
        assert read(FileSource(path=str(path))) == (Revision("eb7ce85b"),)


def test_a_symbolic_link_is_followed(tmp_path: Path):
    (tmp_path / "releases").write_text("eb7ce85b\n")
    (tmp_path / "REVISION").symlink_to("releases")
    assert read(FileSource(path=str(tmp_path / "REVISION"))) == (Revision("eb7ce85b"),)


def test_a_byte_order_mark_is_no_part_of_the_revision(tmp_path: Path):
    (tmp_path / "REVISION").write_bytes(b"\xef\xbb\xbfeb7ce85b\r\n")
    assert read(FileSource(path=str(tmp_path / "REVISION"))) == (Revision("eb7ce85b"),)


def test_a_program_is_no_text(tmp_path: Path):
    (tmp_path / "REVISION").write_bytes(b"\x7fELF\xff\xfe")
    assert problem(FileSource(path=str(tmp_path / "REVISION")))[0] is Code.BAD_REVISION


def test_a_path_with_a_nul_is_refused():
    with pytest.raises(ValueError, match="NUL"):
        FileSource(path="a\0b")


def test_a_hostile_path_is_escaped_in_the_message():
    assert problem(FileSource(path="no\x1b[31m/file"))[1] == r"file no\x1b[31m/file does not exist"
