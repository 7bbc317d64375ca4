"""A Dockerfile as stages, with the values that its variables have in each instruction."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from e2b_dockerfile_utils import DockerfileInstruction, DockerfileSyntaxError, ShellLex, parse_dockerfile_ast

_PLATFORM = {
    "TARGETPLATFORM": "linux/amd64",
    "TARGETOS": "linux",
    "TARGETARCH": "amd64",
    "TARGETVARIANT": "",
    "BUILDPLATFORM": "linux/amd64",
    "BUILDOS": "linux",
    "BUILDARCH": "amd64",
    "BUILDVARIANT": "",
}
_UNKNOWN = re.compile(r"\$(\{|[A-Za-z_])")


class Step(NamedTuple):
    """One instruction, its words with their variables filled in where these are known."""

    name: str
    words: tuple[str, ...]
    flags: Mapping[str, tuple[str, ...]]
    line: int
    text: str
    is_json: bool
    heredocs: int


class Stage(NamedTuple):
    """From one FROM to the next."""

    name: str
    base: str
    line: int
    steps: tuple[Step, ...]
    environment: Mapping[str, str]
    """What ENV says at its end."""


class Broken(NamedTuple):
    """Why a Dockerfile could not be read, and where."""

    line: int
    why: str


def parse(text: str, arguments: Mapping[str, str]) -> list[Stage] | Broken:
    """The stages of a Dockerfile, with build arguments. Never raises."""
    try:
        ast = parse_dockerfile_ast(text)
    except DockerfileSyntaxError as error:
        return Broken(error.line or 0, str(error))
    except (ValueError, RecursionError, IndexError) as error:
        return Broken(0, f"it does not parse: {error}")
    reader = _Reader(arguments, ast.escape_token)
    for instruction in ast.instructions:
        reader.read(instruction)
    return reader.stages() or Broken(0, "it has no FROM")


def is_unknown(word: str) -> bool:
    """Whether a word still has a variable whose value is not known."""
    return _UNKNOWN.search(word) is not None


class _Reader:
    def __init__(self, arguments: Mapping[str, str], escape: str) -> None:
        self._given, self._escape = arguments, escape
        self._global: dict[str, str] = dict(_PLATFORM)
        self._declared = False
        self._stages: list[Stage] = []
        self._ended: dict[str, Mapping[str, str]] = {}
        self._variables: dict[str, str] = {}
        self._environment: dict[str, str] = {}
        self._steps: list[Step] = []
        self._from: tuple[str, str, int] | None = None

    def stages(self) -> list[Stage]:
        self._close()
        return self._stages

    def read(self, instruction: DockerfileInstruction) -> None:
        if instruction.name == "FROM":
            self._begin(instruction)
        elif instruction.name == "ARG":
            self._argument(instruction)
        elif self._from is not None:
            if instruction.name == "ENV":
                self._env(instruction)
            self._steps.append(self._step(instruction))

    def _begin(self, instruction: DockerfileInstruction) -> None:
        self._close()
        words = [self._filled(word, self._global) for word in instruction.args]
        base = words[0] if words else ""
        named = len(words) >= 3 and words[1].upper() == "AS"
        self._from = (words[2].lower() if named else "", base, instruction.start_line)
        self._environment = dict(self._ended.get(base.lower(), {}))
        self._variables = dict(self._environment)

    def _close(self) -> None:
        if self._from is None:
            return
        name, base, line = self._from
        self._stages.append(Stage(name, base, line, tuple(self._steps), dict(self._environment)))
        self._ended[name or str(len(self._stages) - 1)] = dict(self._environment)
        self._steps, self._from = [], None

    def _argument(self, instruction: DockerfileInstruction) -> None:
        scope = self._global if self._from is None else self._variables
        for word in instruction.args:
            name, given, default = word.partition("=")
            if name in self._given:
                scope[name] = self._given[name]
            elif given:
                scope.setdefault(name, self._filled(default, scope)) if name in self._environment else (
                    scope.__setitem__(name, self._filled(default, scope))
                )
            elif name in self._global:
                scope.setdefault(name, self._global[name])

    def _env(self, instruction: DockerfileInstruction) -> None:
        words = instruction.args
        for at in range(0, len(words) - 1, 3):
            name, value = words[at], self._filled(words[at + 1], self._variables)
            if not is_unknown(value) or name == "PYTHONPATH":
                self._environment[name] = self._variables[name] = value

    def _step(self, instruction: DockerfileInstruction) -> Step:
        keeps = instruction.name in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL")
        words = instruction.args if keeps else [self._filled(w, self._variables) for w in instruction.args]
        flags: dict[str, list[str]] = {}
        for flag in instruction.flags:
            name, _, value = flag.removeprefix("--").partition("=")
            flags.setdefault(name, []).append(self._filled(value, self._variables))
        return Step(
            instruction.name,
            tuple(words),
            {name: tuple(values) for name, values in flags.items()},
            instruction.start_line,
            " ".join(instruction.original.split()),
            instruction.json,
            len(instruction.heredocs),
        )

    def _filled(self, word: str, variables: Mapping[str, str]) -> str:
        try:
            filled = ShellLex(self._escape, env=variables, skip_unset_env=True).process_word(word)
        except (ValueError, RecursionError):
            return word
        return _defaulted(filled, variables)


_DEFAULT = re.compile(r"\$\{(\w+):?([-+])([^${}]*)\}")


def _defaulted(word: str, variables: Mapping[str, str]) -> str:
    """`${NAME:-default}` of a variable that is not set is its default."""

    def value(found: re.Match[str]) -> str:
        if found[1] in variables:
            return found[0]
        return found[3] if found[2] == "-" else ""

    return _DEFAULT.sub(value, word)
