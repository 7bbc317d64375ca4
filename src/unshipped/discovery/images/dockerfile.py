"""A Dockerfile as stages, with the values that its variables have in each instruction."""

from __future__ import annotations

import re
from collections.abc import Mapping

from e2b_dockerfile_utils import DockerfileInstruction, DockerfileSyntaxError, parse_dockerfile_ast

from unshipped.core.value import Value
from unshipped.discovery.images.variables import filled, is_unknown

_PLATFORM = {
    "TARGETOS": "linux",
    "BUILDOS": "linux",
    # An image may be built for several machines: a wildcard stands for all of them.
    "TARGETARCH": "*",
    "TARGETVARIANT": "*",
    "BUILDARCH": "*",
    "BUILDVARIANT": "*",
}
_ANY = "*"
"""An argument of which nobody knows the value: it stays a variable, whatever its default."""
_AUTOMATIC = frozenset({*_PLATFORM, "TARGETPLATFORM", "BUILDPLATFORM"})
_DIRECTIVE = re.compile(r"#\s*([A-Za-z]+)\s*=\s*(\S.*)")
_DOCKERS = re.compile(r"(^|/)dockerfile(-upstream)?([:@]|$)")
_LONGEST = 500_000
_MOST_INSTRUCTIONS = 5000
_MOST_STAGES = 300
_KEEP_VARIABLES = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL"})


class Step(Value):
    """One instruction, its words with their variables filled in where these are known."""

    name: str
    words: tuple[str, ...]
    flags: Mapping[str, tuple[str, ...]]
    line: int
    text: str
    is_json: bool
    heredocs: tuple[str, ...]
    """What stands in place of files; it is among the words of a RUN too, as its shell reads it."""
    variables: Mapping[str, str]
    """What its variables are, as far as that is known: what a shell that it runs finds set."""


class Stage(Value):
    """From one FROM to the next."""

    name: str
    base: str
    line: int
    steps: tuple[Step, ...]
    environment: Mapping[str, str]
    """What ENV says at its end."""


class Broken(Value):
    """Why a Dockerfile could not be read, and where."""

    line: int
    why: str


def parse(text: str, arguments: Mapping[str, str]) -> list[Stage] | Broken:
    """The stages of a Dockerfile, with build arguments. Never raises."""
    if len(text) > _LONGEST:
        return Broken(0, "it is too large to be read")
    try:
        ast = parse_dockerfile_ast(text)
    except DockerfileSyntaxError as error:
        return Broken(error.line or 0, str(error))
    except (ValueError, RecursionError, IndexError) as error:
        return Broken(0, f"it does not parse: {error}")
    stages = sum(instruction.name == "FROM" for instruction in ast.instructions)
    if len(ast.instructions) > _MOST_INSTRUCTIONS or stages > _MOST_STAGES:
        return Broken(0, "it has too many instructions to be read")
    if builder := _other_builder(text):
        return Broken(1, f"it is written for another builder, {builder}")
    reader = _Reader(arguments, ast.escape_token)
    for instruction in ast.instructions:
        if why := _objection(instruction):
            return Broken(instruction.start_line, why)
        reader.read(instruction)
    return reader.stages() or Broken(0, "it has no FROM")


def _other_builder(text: str) -> str:
    """Who reads the text, where its first lines name somebody who may read it otherwise."""
    for line in text.lstrip("\ufeff").splitlines():
        directive = _DIRECTIVE.fullmatch(line.strip())
        if directive is None:
            return ""
        if directive[1].lower() == "syntax" and not _DOCKERS.search(directive[2].lower()):
            return directive[2]
    return ""


def _objection(instruction: DockerfileInstruction) -> str:
    """Why no builder would take an instruction."""
    words = len(instruction.args)
    if instruction.name in ("COPY", "ADD") and words < 2:
        return f"{instruction.name} needs a source and a destination"
    if instruction.name == "FROM" and (words not in (1, 3) or (words == 3 and _as(instruction) != "AS")):
        return "FROM needs an image, and may say AS with a name"
    return ""


def _as(instruction: DockerfileInstruction) -> str:
    return instruction.args[1].upper()


class _Reader:
    def __init__(self, arguments: Mapping[str, str], escape: str) -> None:
        self._given, self._escape = arguments, escape
        self._global: dict[str, str] = {
            **_PLATFORM,
            **{name: value for name, value in arguments.items() if name in _AUTOMATIC},
        }
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
            self._steps += self._read_step(instruction)

    def _begin(self, instruction: DockerfileInstruction) -> None:
        self._close()
        words = [filled(word, self._global, self._escape) for word in instruction.args]
        name = words[2].lower() if len(words) == 3 else ""
        self._from = (name, words[0], instruction.start_line)
        self._environment = dict(self._ended.get(words[0].lower(), {}))
        self._variables = dict(self._environment)

    def _close(self) -> None:
        if self._from is None:
            return
        name, base, line = self._from
        self._stages.append(Stage(name, base, line, tuple(self._steps), self._environment))
        if name:
            self._ended[name] = self._environment
        self._steps, self._from = [], None

    def _argument(self, instruction: DockerfileInstruction) -> None:
        scope = self._global if self._from is None else self._variables
        for word in instruction.args:
            name, has_default, default = word.partition("=")
            value = self._given.get(name)
            if value == _ANY:
                value = f"${{{name}}}"
            elif value is None and has_default:
                value = filled(default, scope, self._escape)
            if value is None:
                value = self._global.get(name)
            if name in self._environment and value not in (None, self._environment[name]):
                scope.pop(name, None)  # builders differ in which of the two holds
            elif value is not None:
                scope[name] = value

    def _env(self, instruction: DockerfileInstruction) -> None:
        words, before = instruction.args, dict(self._variables)
        for at in range(0, len(words) - 1, 3):
            name, value = words[at], filled(words[at + 1], before, self._escape)
            self._variables.pop(name, None)
            self._environment[name] = value
            if not is_unknown(value):
                self._variables[name] = value

    def _read_step(self, instruction: DockerfileInstruction) -> list[Step]:
        if instruction.name != "ONBUILD":
            return [self._step(instruction, self._variables)]
        rest = instruction.original.strip()[len("ONBUILD") :].strip()
        try:
            _, *later = parse_dockerfile_ast(f"# escape={self._escape}\nFROM x\n{rest}").instructions
        except (ValueError, RecursionError, IndexError):
            later = []
        if not later or any(_objection(one) or one.name in ("FROM", "ONBUILD") for one in later):
            return []
        # It is filled in where it is run: what is sure to be known there is what ENV says.
        steps = [self._step(one, self._environment) for one in later]
        return [
            step._replace(name=f"ONBUILD {step.name}", line=instruction.start_line, text=_line(instruction))
            for step in steps
        ]

    def _step(self, instruction: DockerfileInstruction, variables: Mapping[str, str]) -> Step:
        words = list(instruction.args)
        if instruction.name not in _KEEP_VARIABLES:
            words = [filled(word, variables, self._escape) for word in words]
        if instruction.name == "RUN" and not instruction.json:
            words = ["\n".join([*words, *(f"{one.content}{one.name}" for one in instruction.heredocs)])]
        flags: dict[str, list[str]] = {}
        for flag in instruction.flags:
            name, _, value = flag.removeprefix("--").partition("=")
            flags.setdefault(name.lower(), []).append(filled(value, variables, self._escape))
        return Step(
            instruction.name,
            tuple(words),
            {name: tuple(values) for name, values in flags.items()},
            instruction.start_line,
            _line(instruction),
            instruction.json,
            tuple(one.content for one in instruction.heredocs),
            _known(variables) if instruction.name == "RUN" else {},
        )


def _known(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if not is_unknown(value)}


def _line(instruction: DockerfileInstruction) -> str:
    return " ".join(instruction.original.split())
