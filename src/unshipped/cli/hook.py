"""`unshipped hook`: remind after a commit of what waits to be deployed."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from unshipped.cache import Cache, default_directory
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import fleet_arguments
from unshipped.cli.output import emit
from unshipped.cli.terminal import safe
from unshipped.core.hooks import FOLDER
from unshipped.core.words import count
from unshipped.errors import UsageError
from unshipped.git.process import discover
from unshipped.git.process import run as git
from unshipped.hook import compiled, places, remind
from unshipped.hook.known import MAP
from unshipped.hook.text import KINDS
from unshipped.nearest import find
from unshipped.wiring import open_fleet, read_text
from unshipped.wiring.hooks import watched_here

HELP = """After a commit, a merge and before a push, say in one short message which services are touched,
what waits with it and since when, and how to deploy. It asks nobody, blocks nothing, and is silent where no
service is touched, in a rebase, in CI, and with UNSHIPPED_HOOK=0."""

TEAM = ".githooks"
_BEFORE_PUSH = '"unshipped hook run pre-push {1}", use_stdin: true'
"""For lefthook: the remote, and what is pushed."""
_DEPLOYS = "unshipped deploy {service} -e {environment}"


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    actions = ["install", "uninstall", "status", "run", "compile"]
    what = "install, uninstall, status; run speaks as a hook does; compile reads the configuration anew"
    add("action", choices=actions, help=what)
    add("kind", nargs="?", choices=KINDS, help="for run: which hook is meant")
    add("rest", nargs="*", default=[], metavar="ARGUMENT", help="for run: what git gives the hook")
    add("--team", metavar="DIR", nargs="?", const=TEAM, help=f"write hooks to be committed [{TEAM}]")
    add("--hooks-path", metavar="DIR", help="use this folder, and have git use it (core.hooksPath)")
    add("--shared", action="store_true", help="also where the hooks lie outside of this repository")
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Do it. `run` never fails: it stands in somebody's hook."""
    if options.action == "run":
        return _run(options)
    top, common = _here(options.repo)
    if options.action == "compile":
        _compile(options, top, common)
        return 0
    if options.action == "install" and options.team:
        folder = places.team(top, options.team)
        set_up = safe(shlex.quote(str(folder / "set-up")))
        emit(f"{safe(str(folder))}: {', '.join(KINDS)}; each person runs {set_up} once\n")
        return 0
    hooks = _hooks(options, top, common)
    if options.action == "install":
        number = _compile(options, top, common)
        places.put(hooks)
        if options.hooks_path:
            git(["-C", str(top), "config", "core.hooksPath", options.hooks_path])
        emit(f"Watching {count(number, 'service')} from the hooks in {safe(str(hooks))}\n")
        emit("".join(_notes(hooks)))
    elif options.action == "uninstall":
        changed = places.take(hooks)
        compiled.forget(common / FOLDER)
        emit("".join(f"taken out of {safe(str(path))}\n" for path in changed) or "There was none.\n")
    else:
        emit("".join(_status(hooks, common)))
    return 0


def _here(repo: str | None) -> tuple[Path, Path]:
    """The top of the checkout, and the directory that all its worktrees share. Raises `UsageError`."""
    place = str(repo or ".")
    _, common, bare = discover(place)
    if bare == "true":
        raise UsageError(
            f"{place} is a bare repository: nobody commits there", "name a checkout with --repo DIR"
        )
    top = git(["-C", place, "rev-parse", "--show-toplevel"])
    return Path(os.fsdecode(top).removesuffix("\n")), (Path(place) / common).resolve()


def _hooks(options: Options, top: Path, common: Path) -> Path:
    """The folder of the hooks that git runs here. Raises `UsageError` where it belongs to other ones too."""
    asked = options.hooks_path and options.action == "install"
    other = ["-c", f"core.hooksPath={options.hooks_path}"] if asked else []
    hooks = _folder(top, *other)
    own = any(hooks.resolve().is_relative_to(place.resolve()) for place in (top, common))
    if options.action == "install" and not own and not options.shared:
        raise UsageError(
            f"the hooks of this repository lie in {hooks}, and others may use them too (core.hooksPath)",
            "--shared installs it there: in a repository without unshipped.yaml it says nothing",
        )
    if other and (lost := places.only_in(_folder(top), hooks)):
        raise UsageError(
            f"git runs {lost} already, and would not any more", "leave out --hooks-path, or move it there"
        )
    return hooks


def _folder(top: Path, *way: str) -> Path:
    found = git([*way, "-C", str(top), "rev-parse", "--git-path", "hooks"])
    return places.folder_of(top / os.fsdecode(found).removesuffix("\n"))


def _compile(options: Options, top: Path, common: Path) -> int:
    """Make the map that the hook reads. Answers how many services are watched."""
    path = options.config or find(options.repo or str(top))
    cache = Cache(None if options.no_cache else default_directory())
    fleet = open_fleet(path, None, cache)
    watched, served = watched_here(fleet, str(common.resolve()))
    shown = Path(path).resolve()
    shown = shown.relative_to(top.resolve()) if shown.is_relative_to(top.resolve()) else shown
    folder = common / FOLDER
    targets = {f"{one.service}/{one.environment}" for one in watched}
    from_here = targets <= fleet.config.deploying.recipes.keys()
    deploys = fleet.config.deploys or (_DEPLOYS if from_here else "")
    compiled.write(folder, shown, read_text(path), watched, served, deploys)
    return len(targets)


def _run(options: Options) -> int:
    try:
        given = "\n".join([*options.rest[:1], _pushed()]) if options.kind == "pre-push" else ""
        top, common = _here(options.repo)
        folder = common / FOLDER
        own = Path(os.environ.get("GIT_DIR") or top / ".git")
        if options.kind is None or remind.silent(own if own.is_dir() else common):
            return 0
        if not (folder / MAP).exists():
            _compile(options, top, common)
        os.chdir(top)
        remind.main([options.kind, str(folder), "ORIG_HEAD" if options.kind == "post-merge" else given])
    except Exception:
        return 0
    return 0


def _pushed() -> str:
    """What git tells a hook before a push; a terminal tells nothing, and would be waited for without end."""
    return "" if sys.stdin.isatty() else sys.stdin.read()


def _notes(hooks: Path) -> Iterator[str]:
    for one in places.state(hooks):
        if one.others == "lefthook":
            yield f"{one.kind}: lefthook writes its hooks anew; add to lefthook.yml, so that it stays:\n"
            run = _BEFORE_PUSH if one.kind == "pre-push" else f"unshipped hook run {one.kind}"
            yield f"  {one.kind}: {{commands: {{unshipped: {{run: {run}}}}}}}\n"
        elif one.others:
            yield f"{one.kind}: beside {one.others}\n"


def _status(hooks: Path, common: Path) -> Iterator[str]:
    for one in places.state(hooks):
        beside = f", beside {one.others}" if one.others else ""
        yield f"{one.kind:<12} {'installed' if one.ours else 'not installed'}{beside}\n"
    known = common / FOLDER / MAP
    yield f"{'map':<12} {safe(str(known)) if known.exists() else 'none: unshipped hook install'}\n"
