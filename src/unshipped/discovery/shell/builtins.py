"""Commands that change what a shell knows, or print what it can tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from unshipped.discovery.shell import conditions
from unshipped.discovery.shell.conditions import said
from unshipped.discovery.shell.notes import Notes
from unshipped.discovery.shell.words import is_known, place, unknown
from unshipped.discovery.shell.world import Value, World

_NAME = re.compile(r"[A-Za-z_]\w*")


class Teller(Protocol):
    """What builtins need of the shell that they are run in."""

    notes: Notes
    top: str


Builtin = Callable[[Teller, World, Sequence[str]], list[World]]


def assign(world: World, name: str, value: Value, *, own: bool = False) -> None:
    """Give a variable a value. `own`: it is the function's own, and is as before when that is left."""
    if own and world.in_function:
        world.local.setdefault(name, world.variables.get(name))
    world.variables[name] = value


def _cd(teller: Teller, world: World, words: Sequence[str]) -> list[World]:
    given = [word for word in words if word not in ("-P", "-L", "--", "-")]
    if len(given) == 1 and "-" not in words:
        world.directory = place(world.directory, given[0])
    else:
        world.directory = teller.notes.fresh("$PWD")
    # Where a directory is not there, what follows is rarely meant to be run.
    return said(world, True)


def _pushd(teller: Teller, world: World, words: Sequence[str]) -> list[World]:
    world.stack = (*world.stack, world.directory)
    return _cd(teller, world, words)


def _popd(teller: Teller, world: World, words: Sequence[str]) -> list[World]:
    if words or not world.stack:
        world.directory = teller.notes.fresh("$PWD")
    else:
        world.directory, world.stack = world.stack[-1], world.stack[:-1]
    return said(world, None)


def _pwd(_teller: Teller, world: World, _words: Sequence[str]) -> list[World]:
    world.output += world.directory + "\n"
    return said(world, True)


def _echo(teller: Teller, world: World, words: Sequence[str]) -> list[World]:
    flags = [word for word in words[:2] if re.fullmatch("-[neE]+", word)]
    printed = " ".join(words[len(flags) :])
    if "\\" in printed and any("e" in flag for flag in flags):
        printed = teller.notes.fresh(printed)
    world.output += printed + ("" if any("n" in flag for flag in flags) else "\n")
    return said(world, True)


def _printf(teller: Teller, world: World, words: Sequence[str]) -> list[World]:
    if words[:1] == ["-v"]:
        assign(world, "".join(words[1:2]), teller.notes.fresh("$" + "".join(words[1:2])))
        return said(world, True)
    form = words[0].replace("\\n", "\n") if words else ""
    if form.count("%") == form.count("%s") == len(words) - 1 and "\\" not in form:
        pieces = form.split("%s")
        world.output += "".join(a + b for a, b in zip(pieces, (*words[1:], ""), strict=True))
    else:
        world.output += teller.notes.fresh("printf " + " ".join(words))
    return said(world, True)


def _dirname(teller: Teller, world: World, words: Sequence[str]) -> list[World]:
    path = words[-1].rstrip("/") if len(words) == 1 else ""
    head, slash, last = path.rpartition("/")
    if not path or (not slash and not is_known(path)) or not is_known(last):
        world.output += teller.notes.fresh("$(dirname …)")
    else:
        world.output += (head or slash or ".") + "\n"
    return said(world, True)


def _basename(teller: Teller, world: World, words: Sequence[str]) -> list[World]:
    last = words[0].rstrip("/").rpartition("/")[2] if words else ""
    if len(words) in (1, 2) and last and is_known(last) and not words[0].startswith("-"):
        suffix = words[1] if len(words) == 2 else ""
        world.output += (last if last == suffix else last.removesuffix(suffix)) + "\n"
    else:
        world.output += teller.notes.fresh("$(basename …)")
    return said(world, True)


def _realpath(_teller: Teller, world: World, words: Sequence[str]) -> list[World]:
    world.output += place(world.directory, words[-1]) + "\n"
    return said(world, None)


def _set(_teller: Teller, world: World, words: Sequence[str]) -> list[World]:
    at = 0
    while at < len(words) and words[at].startswith(("-", "+")) and words[at] not in ("-", "--"):
        at += 2 if words[at][-1] == "o" else 1
    if at < len(words):
        rest = words[at + 1 :] if words[at] in ("-", "--") else words[at:]
        world.arguments, world.more, world.skipped = tuple(rest), "", 0
    return said(world, True)


def _shift(teller: Teller, world: World, words: Sequence[str]) -> list[World]:
    count = words[0] if words else "1"
    if not count.isdecimal():
        world.arguments, world.more, world.skipped = (), teller.notes.fresh("$@"), 0
        return said(world, None)
    by = int(count[:9])
    beyond = by - len(world.arguments)
    if beyond > 0 and not world.more:
        return said(world, False)
    world.skipped += max(beyond, 0)
    world.arguments = world.arguments[by:]
    return said(world, True)


def _read(teller: Teller, world: World, words: Sequence[str]) -> list[World]:
    """`read`, `mapfile` and `getopts` name the variables that they set."""
    for word in [*words, "REPLY", "MAPFILE", "OPTARG", "OPTIND"]:
        if _NAME.fullmatch(word):
            assign(world, word, teller.notes.fresh(f"${word}"))
    return said(world, None)


def _let(teller: Teller, world: World, words: Sequence[str]) -> list[World]:
    computed(teller.notes, world, " ".join(words))
    return said(world, None)


def computed(notes: Notes, world: World, written: str) -> None:
    """What arithmetic gives a value is not known from there on."""
    for name in re.findall(
        r"([A-Za-z_]\w*)\s*(?:\[[^\]]*\])?\s*(?:\+\+|--|[-+*/%&|^]?=(?!=)|<<=|>>=)", written
    ):
        assign(world, name, notes.fresh(f"${name}"))
    for name in re.findall(r"(?:\+\+|--)\s*([A-Za-z_]\w*)", written):
        assign(world, name, notes.fresh(f"${name}"))


def _unset(_teller: Teller, world: World, words: Sequence[str]) -> list[World]:
    for word in words:
        world.functions.pop(word, None)
        if "-f" not in words:
            world.variables[word] = ""
    return said(world, True)


def _ends(how: str) -> Builtin:
    def end(_teller: Teller, world: World, words: Sequence[str]) -> list[World]:
        code = words[0] if words else ""
        world.ended = how
        if how in ("return", "exit"):
            world.truth = not code.strip("0") if code.isdecimal() else None if code else world.truth
        return [world]

    return end


def _true(_teller: Teller, world: World, _words: Sequence[str]) -> list[World]:
    return said(world, True)


def _quiet(_teller: Teller, world: World, _words: Sequence[str]) -> list[World]:
    return said(world, None)


def _false(_teller: Teller, world: World, _words: Sequence[str]) -> list[World]:
    return said(world, False)


def _test(_teller: Teller, world: World, words: Sequence[str]) -> list[World]:
    return conditions.words(world, words)


def _git(teller: Teller, world: World, _words: Sequence[str]) -> list[World]:
    world.output += (teller.top or unknown("$(git rev-parse --show-toplevel)", "top")) + "\n"
    return said(world, None)


def tells(words: list[str]) -> Builtin | None:
    """The builtin that a command is, or one whose output is known without running it."""
    asked = [words[0], *words[3:]] if words[1:2] == ["-C"] else words
    if list(asked[:3]) == ["git", "rev-parse", "--show-toplevel"]:
        return _git
    if words[0] in ("realpath", "readlink") and len(words) > 1 and (words[0] == "realpath" or len(words) > 2):
        return _realpath
    return BUILTINS.get(words[0])


BUILTINS: Mapping[str, Builtin] = {
    "cd": _cd, "pushd": _pushd, "popd": _popd, "pwd": _pwd, "dirs": _true,
    "echo": _echo, "printf": _printf, "dirname": _dirname, "basename": _basename,
    "set": _set, "shift": _shift, "let": _let, "unset": _unset,
    "read": _read, "mapfile": _read, "readarray": _read, "getopts": _read,
    "break": _ends("break"), "continue": _ends("continue"), "return": _ends("return"), "exit": _ends("exit"),
    ":": _true, "true": _true, "false": _false, "test": _test, "[": _test,
    "shopt": _quiet, "umask": _quiet, "ulimit": _quiet, "wait": _quiet, "jobs": _quiet,
}  # fmt: skip
"""By name. They are no commands that a reader is told of."""
