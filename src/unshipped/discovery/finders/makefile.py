"""The recipes of a Makefile, and of a justfile, as shell text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from unshipped.core.value import Value

_ASSIGNED = re.compile(r"^(?:export\s+|override\s+)*([\w.-]+)\s*(\+|\?|::?:?)?=\s*(.*)$")
_RULE = re.compile(r"^([^\s#:=][^:=]*):(?!=)([^;]*)(?:;(.*))?$")
_REFERENCE = re.compile(r"\$(?:\$|\(([^()$]*)\)|\{([^{}$]*)\}|(.))")
_NESTED = 8
_MOST_LINES = 20_000
_MOST_TARGETS = 50
_LONGEST = 4000
_JUST_ASSIGNED = re.compile(r"""^(?:export\s+)?([\w-]+)\s*:=\s*(["'].*["'])\s*$""")
_JUST_REFERENCE = re.compile(r"\{\{\s*([\w-]+)\s*\}\}")


class Recipe(Value):
    """One line of a recipe, for one of its targets."""

    line: int
    text: str


def recipes(text: str) -> Iterator[Recipe]:
    """What each line of a recipe runs: a shell of its own. A variable of make that is not known is one of the
    shell, of which it is not known either.
    """
    variables: dict[str, str] = {"MAKE": "make", "CURDIR": "$$PWD", "SHELL": "/bin/sh"}
    rules: list[tuple[list[str], list[str], int, str]] = []
    targets: list[str] = []
    needs: list[str] = []
    for number, line in _joined(text):
        if line.startswith("\t") and targets:
            rules.append((targets, needs, number, line.strip()))
        elif found := _ASSIGNED.match(line.strip()):
            _assign(variables, found[1], found[2] or "", found[3])
            targets = []  # a tab behind it begins no recipe
        elif rule := _RULE.match(line):
            targets, needs = (_filled(part, variables).split() for part in (rule[1], rule[2]))
            if rule[3]:
                rules.append((targets, needs, number, rule[3].strip()))
    for targets, needs, number, line in rules:
        for target in targets[:_MOST_TARGETS]:
            own = {"@": target, "<": next(iter(needs), ""), "^": " ".join(needs)}
            known = {name: value for name, value in own.items() if "%" not in value and value}
            yield Recipe(number, _filled(line.lstrip("@-+ "), {**variables, **known}))


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their continuations, each with the number of its first; a recipe keeps its own."""
    waiting, first = "", 0
    for number, raw in enumerate(text.splitlines()[:_MOST_LINES], start=1):
        if not waiting:
            first = number
        if raw.endswith("\\") and len(waiting) < _LONGEST:
            waiting += f"{raw}\n" if (waiting or raw).startswith("\t") else f"{raw[:-1]} "
            continue
        line = waiting + raw
        yield first, line if line.startswith("\t") else line.split(" #")[0].rstrip()
        waiting = ""


def _assign(variables: dict[str, str], name: str, sign: str, value: str) -> None:
    if sign == "+" and name in variables:
        variables[name] = f"{variables[name]} {value}"[:_LONGEST]
    elif sign != "?" or name not in variables:
        # What refers to itself has been worked out before it is given its new value.
        variables[name] = _filled(value, variables, keep=True) if sign.startswith(":") else value


def _filled(text: str, variables: Mapping[str, str], *, keep: bool = False) -> str:
    """A text as the shell gets it; `keep`: as make keeps it, with what is not known still in it."""

    def value(found: re.Match[str]) -> str:
        if found[0] == "$$":
            return "$$"
        name = next(one for one in found.groups() if one is not None).strip()
        if name in variables:
            return variables[name]
        if keep:
            return found[0].replace("$", "\2")
        if name.startswith("shell "):
            return f"$$({name[6:]})"
        return "$${" + re.sub(r"\W+", "_", name).strip("_") + "}" if re.search(r"\w", name) else ""

    for _ in range(_NESTED):
        made = _REFERENCE.sub(value, text)
        if made == text or len(made) > _LONGEST:
            break
        text = made
    return text.replace("\2", "$") if keep else text.replace("$$", "$")


def justfile(text: str) -> str:
    """A justfile, line for line, as if it were one shell script."""
    lines = []
    for line in text.splitlines()[:_MOST_LINES]:
        if found := _JUST_ASSIGNED.match(line):
            lines.append(f"{found[1].replace('-', '_')}={found[2]}")
        elif line[:1].isspace():
            filled = _JUST_REFERENCE.sub(lambda one: "${" + one[1].replace("-", "_") + "}", line)
            lines.append(filled.strip().lstrip("@-"))
        else:
            lines.append("")
    return "\n".join(lines)
