"""What the words of a command are, at one point of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from unshipped.discovery.shell.fields import Fields, List
from unshipped.discovery.shell.notes import Notes, settled
from unshipped.discovery.shell.parameters import changed
from unshipped.discovery.shell.words import START, TOP, is_known, is_mark, unknown
from unshipped.discovery.shell.world import Text, World

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPED = re.compile(r"\\(\n|.)", re.DOTALL)
_ESCAPED_IN_QUOTES = re.compile(r'\\([\n"\\$`])')
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}
_UNSET = ("environment", "argument ")
"""How the tags of those begin that whoever starts the text may leave out."""


class Shell(Protocol):
    """What words need of the shell that they are read in."""

    text: Text
    notes: Notes

    def captured(self, node: Node, world: World) -> str:
        """What the commands in a substitution print."""

    def apart(self, node: Node, world: World) -> None:
        """Run the commands in a node, beside the rest."""

    def deeper(self) -> bool:
        """Whether one may go a level deeper; whoever was allowed to says when it is left."""

    def left(self) -> None:
        """One level is left."""


def source(shell: Shell, node: Node) -> str:
    """The text of a node."""
    return shell.text.source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def fields(shell: Shell, nodes: Sequence[Node], world: World, listed: List | None = None) -> list[str]:
    """The words that some nodes stand for; with `listed`, patterns are the paths that match."""
    found = Fields(listed)
    for node in nodes:
        if node.is_named or node.type == "((":
            _piece(shell, node, world, found)
            found.end()
    return found.words()


def text(shell: Shell, node: Node, world: World) -> str:
    """The value of a node that stays one word, as that of an assignment."""
    found = Fields()
    _piece(shell, node, world, found, whole=True)
    return found.text()


def _piece(shell: Shell, node: Node, world: World, out: Fields, *, whole: bool = False) -> None:
    """Put what a node stands for into words. `whole`: it stays one, also without quotes."""
    if not shell.deeper():
        out.quoted(shell.notes.fresh(source(shell, node)))
        return
    kind = node.type
    if kind in _QUOTED:
        _QUOTED[kind](shell, node, world, out)
    elif kind == "concatenation":
        for child in node.children:
            _piece(shell, child, world, out, whole=whole)
    elif kind in ("simple_expansion", "expansion"):
        _put(shell, out, _parameter(shell, node, world), world, whole=whole)
    elif kind == "command_substitution":
        _put(shell, out, shell.captured(node, world), world, whole=whole)
    elif node.is_named:
        shell.apart(node, world)
        out.quoted(shell.notes.fresh(source(shell, node)))
    else:
        out.literal(source(shell, node))
    shell.left()


def _put(shell: Shell, out: Fields, value: str | list[str], world: World, *, whole: bool) -> None:
    """A value without quotes; `whole`: it stays one word all the same."""
    values = [value] if isinstance(value, str) else value
    if whole:
        out.quoted(" ".join(values))
        return
    for at, given in enumerate(values):
        default = shell.notes.defaults.get(given)
        # A default may be several words, or none.
        one = given if default is None or default.split() == [default] else default
        if at:
            out.end()
        if "IFS" in world.variables and is_known(one) and not one.isalnum():
            out.quoted(unknown(one, one))
        else:
            out.unquoted(one)


def _written(shell: Shell, node: Node, _world: World, out: Fields) -> None:
    written = source(shell, node)
    if written.startswith("~"):
        head, slash, written = written.partition("/")
        out.quoted(unknown(head, "home") + slash)
    at = 0
    for found in _ESCAPED.finditer(written):
        out.literal(written[at : found.start()])
        out.quoted("" if found[1] == "\n" else found[1])
        at = found.end()
    out.literal(written[at:])


def _string(shell: Shell, node: Node, world: World, out: Fields) -> None:
    """What stands in double quotes. The grammar gives some of its spaces to what follows them."""
    whole = shell.text.source
    at, end = node.children[0].end_byte, node.end_byte - 1
    if not re.fullmatch(rb'"\$(@|\{[@\w]+(\[@\])?(:\d+)?\})"', whole[at - 1 : end + 1]):
        out.quoted("")  # all but "$@" is a word also where there is nothing in it
    for child in node.named_children:
        if child.type == "string_content":
            continue
        begin = child.start_byte
        while begin < child.end_byte and whole[begin : begin + 1].isspace():
            begin += 1
        if at < begin:
            out.quoted(_unescaped(whole[at:begin]))
        if child.type in ("simple_expansion", "expansion"):
            value = _parameter(shell, child, world)
            if isinstance(value, list) and "*" not in source(shell, child):
                out.several(value)
            else:
                out.quoted(" ".join(value) if isinstance(value, list) else value)
        else:
            _piece(shell, child, world, out, whole=True)
        at = child.end_byte
    if at < end:
        out.quoted(_unescaped(whole[at:end]))


def _unescaped(written: bytes) -> str:
    plain = written.decode("utf-8", "replace")
    return _ESCAPED_IN_QUOTES.sub(lambda found: "" if found[1] == "\n" else found[1], plain)


def _raw(shell: Shell, node: Node, _world: World, out: Fields) -> None:
    out.quoted(source(shell, node).strip()[1:-1])


def _ansi(shell: Shell, node: Node, _world: World, out: Fields) -> None:
    written = source(shell, node).strip()
    inner = written[2:-1]
    if any(character not in _ANSI for character in re.findall(r"\\(.)", inner, re.DOTALL)):
        out.quoted(unknown(written, written))
    else:
        out.quoted(_ESCAPED.sub(lambda found: _ANSI[found[1]], inner))


def _sequence(shell: Shell, node: Node, _world: World, out: Fields) -> None:
    """`{1..5}`."""
    written = source(shell, node)
    first, _, last = written.strip("{}").partition("..")
    begin, end = (int(one[:9]) if one.isdecimal() else -1 for one in (first, last))
    plain = min(begin, end) >= 0 and max(map(len, (first, last))) < 10 and first[0] != "0"
    if plain and abs(end - begin) < 200:
        step = 1 if begin <= end else -1
        out.literal("{" + ",".join(map(str, range(begin, end + step, step))) + "}")
    else:
        out.quoted(unknown(written, written))


def _parameter(shell: Shell, node: Node, world: World) -> str | list[str]:
    """The value of `$X` or `${X…}`; a list where it is several words."""
    children = [child for child in node.children if child.type.strip() not in ("$", "${", "}")]
    prefix = ""
    if len(children) > 1 and children[0].type in ("#", "!"):
        prefix, children = children[0].type, children[1:]
    written = source(shell, node).strip()
    if not children:
        return shell.notes.fresh(written)
    subject, rest = children[0], children[1:]
    if prefix:
        return _counted(shell, subject, world, prefix, written)
    value = value_of(shell, subject, world)
    if not rest:
        return value
    operator = rest[0].type
    if isinstance(value, list):
        return _slice(shell, value, [source(shell, one) for one in rest], written)
    if operator.strip(":") in ("-", "=", "+", "?"):
        return _defaulted(shell, subject, value, operator, rest[1:], world, written)
    operands = [_operand(shell, one, world) for one in rest[1:] if one.is_named]
    if is_known(value) and all(map(is_known, operands)):
        made = changed(value, operator, operands)
        if made is not None:
            return made
    return shell.notes.fresh(written)


def _operand(shell: Shell, node: Node, world: World) -> str:
    if node.type != "regex":
        return text(shell, node, world)
    written = source(shell, node)
    return shell.notes.fresh(written) if re.search(r"[$`\\\"']", written) else written


def _counted(shell: Shell, subject: Node, world: World, prefix: str, written: str) -> str | list[str]:
    """`${#X}`, `${#A[@]}`, `${!A[@]}`."""
    name, key = _named(shell, subject)
    held = world.variables.get(name)
    if isinstance(held, tuple) and key in ("@", "*"):
        return [one for one, _value in held] if prefix == "!" else str(len(held))
    if isinstance(held, str) and is_known(held) and prefix == "#" and not key:
        return str(len(held))
    return shell.notes.fresh(written)


def _slice(shell: Shell, value: list[str], rest: Sequence[str], written: str) -> list[str]:
    """`${@:2}`; whatever else is made of a list is not known."""
    if len(rest) == 2 and rest[0] == ":" and rest[1].isdecimal() and all(map(is_known, value)):
        return value[max(int(rest[1][:9]) - 1, 0) :]
    return [shell.notes.fresh(written)]


def _defaulted(
    shell: Shell, subject: Node, value: str, operator: str, rest: Sequence[Node], world: World, written: str
) -> str:
    found = Fields()
    for node in rest:
        _piece(shell, node, world, found, whole=True)
    other, kind = found.text(), operator[-1]
    unset = is_mark(value) and value not in (TOP, START)
    if kind == "?":
        return value
    if kind == "+":
        if unset:
            return shell.notes.one_of(written, (other, ""))
        return other if value or operator == "+" else ""
    if unset and any(f"\1{one}" in value for one in _UNSET):
        value = shell.notes.default(value, written, other)
    elif unset:
        value = shell.notes.one_of(written, (value, other))
    elif not value and operator[0] == ":":
        value = other
    name, key = _named(shell, subject)
    if kind == "=" and not key:
        world.variables[name] = value
    return value


def _named(shell: Shell, subject: Node) -> tuple[str, str]:
    """The name of a variable, and the key where it is an element of an array."""
    if subject.type != "subscript":
        return source(shell, subject), ""
    name, index = subject.child_by_field_name("name"), subject.child_by_field_name("index")
    return (source(shell, name) if name else "", source(shell, index) if index else "@")


def value_of(shell: Shell, subject: Node, world: World) -> str | list[str]:
    """What a variable, an argument or an array holds."""
    name, key = _named(shell, subject)
    if name in ("@", "*"):
        more = [unknown("$@", f"{world.more} {world.skipped}")] if world.more else []
        return [settled(one, world) for one in (*world.arguments, *more)]
    if name == "BASH_SOURCE":
        return shell.text.name or unknown("$BASH_SOURCE", "environment")
    if not key:
        return settled(variable(name, world), world)
    held = world.variables.get(name)
    if key in ("@", "*"):
        if isinstance(held, tuple):
            return [settled(value, world) for _key, value in held]
        return [held if held is not None else unknown(f"${{{name}[@]}}", "environment")]
    index = subject.child_by_field_name("index")
    wanted = text(shell, index, world) if index else ""
    elements = dict(held) if isinstance(held, tuple) else {}
    if wanted in elements:
        return settled(elements[wanted], world)
    if isinstance(held, tuple) and wanted and not is_known(wanted) and elements:
        return shell.notes.one_of(f"${{{name}[…]}}", tuple(elements.values()))
    return "" if isinstance(held, tuple) and is_known(wanted) else unknown(f"${{{name}[…]}}", name)


def variable(name: str, world: World) -> str:
    """The value of a variable; a mark where nothing in the text says what it is."""
    if name.isdecimal():
        return _argument(int(name[:9]), world)  # nobody is given that many
    held = world.variables.get(name)
    if isinstance(held, tuple):
        return dict(held).get("0", "")
    if held is not None:
        return held
    if name == "PWD":
        return world.directory
    if name == "#" and not world.more and all(map(is_known, world.arguments)):
        return str(len(world.arguments))
    return unknown(f"${name}", "environment")


def _argument(at: int, world: World) -> str:
    if at == 0:
        return world.name or unknown("$0", "environment")
    if at <= len(world.arguments):
        return world.arguments[at - 1]
    if not world.more:
        return ""
    return unknown(f"${at}", f"argument {world.skipped + at - len(world.arguments)} {world.more}")


_QUOTED: Mapping[str, Callable[[Shell, Node, World, Fields], None]] = {
    **dict.fromkeys(
        ("word", "number", "extglob_pattern", "regex", "variable_name", "test_operator"), _written
    ),
    "string": _string,
    "translated_string": _string,
    "raw_string": _raw,
    "ansi_c_string": _ansi,
    "brace_expression": _sequence,
}
"""What is written as it is, by its kind."""
