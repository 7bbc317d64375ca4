"""Where hooks lie, and what is in them: put ours in, take it out, say how it stands."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from unshipped.core.value import Value
from unshipped.errors import UsageError
from unshipped.hook.text import (
    KEPT,
    KINDS,
    beside,
    fresh,
    in_front_of,
    is_empty,
    is_ours,
    is_shell,
    without,
)

_BESIDE = ("", ".legacy", ".old", KEPT)
"""What a hook is called once another manager of hooks put its own in its place."""


class Hook(Value):
    """One hook as it is."""

    kind: str
    path: Path
    ours: bool
    others: str = ""
    """Whose it is beside ours: `pre-commit`, `lefthook`, `husky`, `somebody's`; empty where nobody's."""


def put(folder: Path) -> list[Hook]:
    """Put ours into every hook of a folder. Raises `UsageError` where it cannot be written."""
    with _written(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for kind in KINDS:
            _put(folder / kind, kind)
    return list(state(folder))


def take(folder: Path) -> list[Path]:
    """Take ours out of every hook, wherever another manager put it. Answers what was changed."""
    changed = []
    with _written(folder):
        for kind in KINDS:
            for ending in _BESIDE:
                path = folder / f"{kind}{ending}"
                text = _read(path)
                if text is not None and is_ours(text):
                    _taken(path, text)
                    changed.append(path)
    return changed


def state(folder: Path) -> Iterator[Hook]:
    """How every hook stands."""
    for kind in KINDS:
        path = folder / kind
        texts = [text for ending in _BESIDE[:2] if (text := _read(folder / f"{kind}{ending}")) is not None]
        yield Hook(kind, path, any(map(is_ours, texts)), _whose(path, texts[0] if texts else ""))


def only_in(folder: Path, other: Path) -> Path | None:
    """A hook that git runs from a folder, is not only ours, and is not in the other one."""
    for path in sorted(folder.glob("*")):
        runs = path.suffix != ".sample" and path.is_file() and os.access(path, os.X_OK)
        if runs and not is_empty(without(_read(path) or "?")) and not (other / path.name).exists():
            return path
    return None


def folder_of(hooks: Path) -> Path:
    """Where a person's own hooks are: husky runs those from the folder above its own."""
    return hooks.parent if hooks.name == "_" and hooks.parent.name == ".husky" else hooks


def _put(path: Path, kind: str) -> None:
    kept = path.with_name(path.name + KEPT)
    text = _read(path)
    program = text is None and path.exists()
    link = path.is_symlink() and os.access(path, os.X_OK)  # what it leads to is run as it is by then
    if program or (text is not None and (link or not is_shell(text)) and not is_ours(text)):
        os.replace(path, kept)
    if kept.exists():
        _write(path, in_front_of(kind), 0o755)
    elif text is None or is_empty(without(text)):
        _write(path, fresh(kind), 0o755)
    else:
        # What git does not run now it does not run afterwards either: theirs is kept beside.
        runs = os.access(path, os.X_OK) or path.parent.name == ".husky"
        if runs:
            _write(path, beside(text, kind), path.stat().st_mode & 0o7777)
        else:
            os.replace(path, path.with_name(path.name + ".not-run"))
            _write(path, fresh(kind), 0o755)


def _taken(path: Path, text: str) -> None:
    left, kept = without(text), path.with_name(path.name + KEPT)
    asleep = path.with_name(path.name + ".not-run")
    for before in (kept, asleep):
        if before.exists():
            os.replace(before, path)
            return
    if is_empty(left):
        path.unlink()
    else:
        _write(path, left, path.stat().st_mode & 0o7777)


def _whose(path: Path, text: str) -> str:
    if path.with_name(path.name + KEPT).exists():
        return "somebody's"
    left = without(text)
    for name in ("pre-commit", "lefthook", "husky"):
        if name in left or f".{name}" in path.parts:
            return name
    return "" if is_empty(left) else "somebody's"


def _read(path: Path) -> str | None:
    """The text of a hook; None where there is none, or where it is no text."""
    try:
        raw = path.read_bytes()
        return None if b"\0" in raw else raw.decode("utf-8", "surrogateescape")
    except OSError:
        return None


def _write(path: Path, text: str, mode: int) -> None:
    """Whole or not at all: git may run it meanwhile."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(text.encode("utf-8", "surrogateescape"))
        temporary.chmod(mode)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def _written(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"the hooks in {folder} cannot be written: {error.strerror or error}") from error


def team(top: Path, name: str) -> Path:
    """Hooks to be committed, in a folder of the checkout, with the script that each person runs once. Raises
    `UsageError`.
    """
    folder, within = (top / name).resolve(), top.resolve()
    if not folder.is_relative_to(within):
        raise UsageError(f"{folder} is not in this repository", "nobody else would get the hooks")
    here = folder.relative_to(within)
    put(folder)
    with _written(folder):
        _write(folder / "set-up", _SET_UP.format(shlex.quote(str(here))), 0o755)
        if not (attributes := folder / ".gitattributes").exists():
            _write(attributes, _ATTRIBUTES, 0o644)
    return here


_ATTRIBUTES = "* text eol=lf\n"
"""No shell reads a script whose lines end as those of Windows do, as git writes them with `core.autocrlf`."""

_SET_UP = """\
#!/bin/sh
# Once in each clone: from then on git runs the hooks of this folder.
set -e
cd "$(git rev-parse --show-toplevel)"
here={}
now=$(git config core.hooksPath || :)
if [ -n "$now" ] && [ "$now" != "$here" ]; then
  echo "git runs the hooks in $now already: run 'unshipped hook install' instead" >&2
  exit 1
fi
for one in "$(git rev-parse --git-path hooks)"/*; do
  case $now$one in "$here"* | *.sample) continue ;; esac
  if [ -f "$one" ] && [ -x "$one" ]; then
    echo "git runs $one already, and would not any more: run 'unshipped hook install' instead" >&2
    exit 1
  fi
done
git config core.hooksPath "$here"
if command -v unshipped >/dev/null; then unshipped hook compile; fi
"""
