"""Which configuration file is meant where nobody names one."""

from __future__ import annotations

import os

FILE_NAME, OTHER_NAME = "unshipped.yaml", "unshipped.yml"


def find(start: str) -> str:
    """The configuration file of a directory or of one above it. Raises `UsageError` where there is none."""
    began = directory = os.path.realpath(start)
    if not os.path.isdir(began):
        raise _wrong(f"{began} is not a directory", "name a repository with --repo DIR")
    while True:
        if path := file_of(directory):
            return path
        above = os.path.dirname(directory)
        if above == directory or os.path.exists(os.path.join(directory, ".git")):
            break
        directory = above
    raise _wrong(
        f"no {FILE_NAME} in {began} or above it",
        "`unshipped init` finds the services and writes one; or name one with --config FILE, "
        "or ask for one commit with `unshipped check --deployed REV`",
    )


def file_of(directory: str) -> str | None:
    """The configuration file of that very directory. Raises `UsageError` where it has two."""
    paths = [os.path.join(directory, name) for name in (FILE_NAME, OTHER_NAME)]
    there = [path for path in paths if os.path.isfile(path)]
    if len(there) > 1:
        raise _wrong(
            f"{os.path.abspath(directory)} has both {FILE_NAME} and {OTHER_NAME}",
            "keep one of them, or name the one that is meant with --config FILE",
        )
    return there[0] if there else None


def _wrong(message: str, hint: str) -> Exception:
    from unshipped.errors import UsageError  # noqa: PLC0415 - what was answered before needs no errors

    return UsageError(message, hint)
