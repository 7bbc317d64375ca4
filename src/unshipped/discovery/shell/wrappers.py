"""Programs that are told to run another command."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from unshipped.discovery.shell.builtins import assign
from unshipped.discovery.shell.notes import settled
from unshipped.discovery.shell.words import is_known, place, unknown
from unshipped.discovery.shell.world import Text, World

if TYPE_CHECKING:
    from tree_sitter import Node

    from unshipped.discovery.shell.reader import Reader

Files = Callable[[str], str | None]
"""The text of a file, by its place; None where there is none."""
Wrapper = Callable[["Reader", Sequence[str], World, "Node | None"], list[World] | None]
"""What is run; None where the wrapper is a program like any other."""
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
SHELLS = ("sh", "bash", "dash", "ash", "zsh")


def _plainly(reader: Reader, words: Sequence[str], world: World, node: Node | None) -> list[World] | None:
    """`command X`, `time X`: X itself."""
    rest = list(words[1:])
    if rest and rest[0] in ("-p", "--"):
        rest = rest[1:]
    return reader.run(rest, world, node) if rest and not rest[0].startswith("-") else None


def _exec(reader: Reader, words: Sequence[str], world: World, node: Node | None) -> list[World] | None:
    if len(words) < 2:
        return [world]
    if words[1].startswith("-"):
        return None
    worlds = reader.run(words[1:], world, node)
    for one in worlds:
        one.ended = "exit"
    return worlds


def _env(reader: Reader, words: Sequence[str], world: World, node: Node | None) -> list[World] | None:
    at, inner = 1, world.fork()
    while at < len(words) and (found := _ASSIGNED.fullmatch(words[at])):
        assign(inner, found[1], found[2])
        at += 1
    if at == len(words) or words[at].startswith("-") or "\0" in words[at][:1]:
        return None
    reader.run(words[at:], inner, node)
    return _beside(reader, world)


def _sudo(reader: Reader, words: Sequence[str], world: World, node: Node | None) -> list[World] | None:
    at = 1
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in ("-u", "-g", "--user", "--group") else 1
    if at >= len(words):
        return None
    reader.run(words[at:], world.fork(), node)
    return _beside(reader, world)


def _xargs(reader: Reader, words: Sequence[str], world: World, node: Node | None) -> list[World] | None:
    at, mark = 1, ""
    while at < len(words) and words[at].startswith("-"):
        if words[at].startswith("-I"):
            mark = words[at][2:] or "".join(words[at + 1 : at + 2])
        at += 2 if words[at] in ("-I", "-n", "-P", "-L", "-d", "-a", "-s") else 1
    given = unknown("…", "input")
    rest = [word.replace(mark, given) if mark else word for word in words[at:]]
    if rest:
        reader.run(rest if mark else [*rest, given], world.fork(), node)
    return _beside(reader, world)


def _eval(reader: Reader, words: Sequence[str], world: World, node: Node | None) -> list[World] | None:
    return _text(reader, " ".join(settled(word, world) for word in words[1:]), world, node)


def _text(reader: Reader, written: str, world: World, node: Node | None) -> list[World]:
    """Run a text that is made of known and unknown words: what is not known is a variable of its own."""
    inner = written
    for at, mark in enumerate(dict.fromkeys(re.findall("\0[^\0]*\0", written))):
        inner = inner.replace(mark, f"${{__unknown_{at}}}")
        world.variables[f"__unknown_{at}"] = mark
    given = Text(inner.encode(), reader.line(node), reader.text.name, reader.text.file)
    return reader.read(given, [world])


def _shell(reader: Reader, words: Sequence[str], world: World, node: Node | None) -> list[World] | None:
    """`bash -c TEXT`; a script is a program like any other."""
    at = 1
    while at < len(words) and words[at].startswith("-"):
        if re.fullmatch(r"-[a-z]*c", words[at]):
            break
        at += 2 if words[at] in ("-o", "-O") else 1
    if at + 1 >= len(words) or not words[at].startswith("-"):
        return None
    inner = _child(world)
    inner.name, inner.arguments, inner.more = "".join(words[at + 2 : at + 3]), tuple(words[at + 3 :]), ""
    inner.skipped = 0
    reader.uncalled(_text(reader, words[at + 1], inner, node))
    return _beside(reader, world)


def _child(world: World) -> World:
    """What a program that is started knows of the shell that starts it."""
    inner = world.fork()
    inner.variables = {name: value for name, value in inner.variables.items() if name in world.exported}
    inner.functions, inner.in_function, inner.local, inner.output = {}, False, {}, ""
    return inner


def _source(reader: Reader, words: Sequence[str], world: World, node: Node | None) -> list[World] | None:
    """`. FILE`: its text is run here, and it is a file that is started."""
    if len(words) < 2:
        return None
    where = place(world.directory, words[1])
    written = (
        reader.files(where) if is_known(words[1].replace(world.directory, "")) or "\0" in where else None
    )
    reader.tell(words, world, node)
    if written is None:
        reader.say(f"what {words[1]} says", reader.line(node))
        return [world]
    kept = (world.arguments, world.more, world.skipped)
    if len(words) > 2:
        world.arguments, world.more, world.skipped = tuple(words[2:]), "", 0
    worlds = reader.read(Text(written.encode(), 1, where, where), [world])
    for one in worlds:
        if len(words) > 2:
            one.arguments, one.more, one.skipped = kept
        one.ended = "" if one.ended == "return" else one.ended
    return worlds


def follow(reader: Reader, words: Sequence[str], world: World) -> None:
    """A program was run: where it is a script that can be read, what that runs is run too."""
    rest = list(words)
    if rest[0] in SHELLS:
        rest = [word for at, word in enumerate(rest) if at and not (word.startswith("-") and at < 3)]
    if not rest or ("/" not in rest[0] and words[0] not in SHELLS):
        return
    where = place(world.directory, rest[0])
    written = reader.scripts(where)
    if written is not None and reader.deeper():
        inner = _child(world)
        inner.name, inner.arguments, inner.more, inner.skipped = where, tuple(rest[1:]), "", 0
        reader.read(Text(written.encode(), 1, where, where), [inner])
        reader.left()


def _trap(reader: Reader, words: Sequence[str], world: World, node: Node | None) -> list[World] | None:
    if len(words) > 2 and words[1] not in ("-", ""):
        _text(reader, words[1], world.fork(), node)
    world.truth = True
    return [world]


def _beside(reader: Reader, world: World) -> list[World]:
    world.truth = None
    world.output += reader.notes.fresh("$(…)")
    return [world]


WRAPPERS: Mapping[str, Wrapper] = {
    **dict.fromkeys(("command", "builtin", "time", "nohup"), _plainly),
    "exec": _exec, "env": _env, "sudo": _sudo, "xargs": _xargs, "eval": _eval, "trap": _trap,
    ".": _source, "source": _source, **dict.fromkeys(SHELLS, _shell),
}  # fmt: skip


def is_wrapper(name: str) -> bool:
    """Whether a program is one of these, by the last part of its path."""
    return name.rpartition("/")[2] in WRAPPERS
