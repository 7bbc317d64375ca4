"""`unshipped init`: propose an `unshipped.yaml` from what the repository says of its services."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from unshipped.cache import Cache
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import given, topmost
from unshipped.cli.output import emit
from unshipped.cli.progress import watched
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.core.exits import FINE, NOTHING
from unshipped.errors import UsageError
from unshipped.nearest import FILE_NAME, OTHER_NAME, file_of
from unshipped.wiring import read_config, read_text

if TYPE_CHECKING:
    from unshipped.discovery.propose import Proposal

_MOST_DOUBTS = 8

HELP = """Find the services of a repository and propose an unshipped.yaml: from Dockerfiles,
deploy scripts, workflows, Cloud Build, compose files, functions and workspaces. It never
overwrites: run again, it adds what is new."""

_BY_HAND = """Where all of the repository is one service, unshipped.yaml is two lines:

  services:
    NAME: {paths: ["."], deployed: {source: http, url: "https://NAME.example.com/__version__"}}

`paths` may name less, and `deployed: COMMIT` will do until something can be asked.
"""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("--repo", metavar="DIR", type=given, help="which repository [default: .]")
    add("--config", metavar="FILE", type=given, help=f"what to write [default: {FILE_NAME} at the top]")
    add("--rev", metavar="REV", default="HEAD", help="the commit to look at [HEAD]")
    add("-y", "--yes", action="store_true", help="write without asking")
    add("--diff", action="store_true", help="show what would be written, and write nothing")


def run(options: Options) -> int:
    """Look, show, ask, write."""
    from unshipped.wiring.examining import proposal

    repository = options.repo or "."
    path = options.config or _place(repository)
    with watched("looking"):
        found = proposal(repository, options.rev)
    before = read_text(path).decode("utf-8", "replace") if Path(path).exists() else ""
    after, new = _proposed(path, before, found)
    if not new:
        emit(_nothing_new(path, bool(before), found))
        return FINE if before else NOTHING
    if options.diff:
        emit(_difference(path, before, after))
        return 0
    shown = f"{words.count(new, 'service')} found{' that the file does not have' if before else ''}"
    if not options.yes and not _agreed(shown, path):
        if not _is_terminal():
            emit(_difference(path, before, after))
            emit(f"\nNothing was written: run again with --yes to write {path}.\n")
        return 0
    emit(after, path)
    emit(_summary(path, shown, found, "" if before else "; the end of the file has them all"))
    return 0


def _place(repository: str) -> str:
    """The file to write: the one that is there, by either of its names, else a new one. Raises `UsageError`
    where it is a link that leads out of the repository: whoever committed it would choose what is written.
    """
    new = topmost(repository, FILE_NAME, OTHER_NAME)
    path = Path(file_of(str(new.parent)) or new)
    if not path.resolve().is_relative_to(path.parent.resolve()):
        raise UsageError(
            f"{path} is a link to {path.resolve()}, which is not in this repository",
            "name that place with --config, if it is meant",
        )
    return str(path)


def _proposed(path: str, before: str, found: Proposal) -> tuple[str, int]:
    """The text to write, and how many services of it are new."""
    from unshipped.discovery.render import added, fresh, is_known

    if not before:
        return fresh(found.services, found.doubts), len(found.services)
    targets = read_config(path, Cache(None)).targets
    new = [one for one in found.services if not is_known(one, targets)]
    try:
        return (added(before, new) if new else before), len(new)
    except ValueError as error:
        raise UsageError(f"{path} cannot be added to: {error}", "give `services` one entry a line") from error


def _difference(path: str, before: str, after: str) -> str:
    from difflib import unified_diff

    name = Path(path).name
    lines = unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        name if before else "/dev/null",
        name,
        n=2,
    )
    return "".join(lines)


def _agreed(shown: str, path: str) -> bool:
    if not _is_terminal():
        return False
    emit(f"{shown}. Write {path}? [Y/n] ")
    return sys.stdin.readline().strip().lower() in ("", "y", "yes")


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def _summary(path: str, shown: str, found: Proposal, where: str) -> str:
    lines = [f"{path}: {shown}.", *_doubts(found, where), ""]
    lines += [
        "Next: say under `environments` how to read what serves (projects, regions and addresses there are",
        "examples: until then a check says `unknown`), then: unshipped check",
    ]
    return "\n".join(lines) + "\n"


def _nothing_new(path: str, exists: bool, found: Proposal) -> str:
    if exists and not found.services:
        return f"No service was found that {path} lacks.\n"
    if exists:
        return f"{path} lacks none of what was found: {words.count(len(found.services), 'service')}.\n"
    lines = ["No service was found: nothing here says what one is built of.", *_doubts(found), ""]
    return "\n".join(lines) + f"\n{_BY_HAND}"


def _doubts(found: Proposal, where: str = "") -> list[str]:
    lines = [f"  {safe(str(doubt.place))}: {safe(doubt.why)}" for doubt in found.doubts[:_MOST_DOUBTS]]
    if len(found.doubts) > _MOST_DOUBTS:
        lines.append(f"  and {len(found.doubts) - _MOST_DOUBTS} more{where}")
    return ["", "Not certain:", *lines] if lines else []
