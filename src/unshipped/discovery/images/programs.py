"""Which files of an image the commands of a terminal start, each program by its own rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from unshipped.discovery.images import node, python
from unshipped.discovery.images.ground import Inside, Met, Started
from unshipped.discovery.images.script import directory_of, setting
from unshipped.discovery.layout import Layout
from unshipped.discovery.shell import SHELLS, Command, Setting, commands, is_known, run, shown

_MOST_DEPTH = 8
_HARMLESS = {
    *("sleep", "mkdir", "chmod", "chown", "touch", "id", "whoami", "hostname", "date", "cat", "ls"),
    *("nc", "pg_isready"),
}
_WRAPPERS: Mapping[str, int] = {
    "tini": 0, "dumb-init": 0, "catatonit": 0, "docker-init": 0, "nohup": 0, "nice": 0, "stdbuf": 0,
    "ddtrace-run": 0, "opentelemetry-instrument": 0, "timeout": 1, "su-exec": 1, "gosu": 1,
}  # fmt: skip
"""Programs that start another one, with how many words of their own come before it."""
_RUNNERS = {"uv", "poetry", "pipenv", "pdm", "rye", "hatch"}
_MOVES = re.compile(r"(--directory|--project|--cwd|--chdir|-C|--package|--with.*|--script|-s)(=|$)")
_SEARCHED = {"PYTHONPATH", "NODE_PATH", "PATH", "PYTHONHOME", "NODE_OPTIONS", "PYTHONSTARTUP"}


class Terminal:
    """A shell in an image: where it is, and what its variables are."""

    def __init__(
        self, layout: Layout, workdir: str, environment: Mapping[str, str], met: Met, depth: int = 0
    ) -> None:
        self._environment, self._depth = dict(environment), depth
        self._inside = Inside(layout, workdir, self._environment, met)

    def text(self, text: str, arguments: Sequence[str] = ()) -> Started:
        """The files that the commands of a text start, all of them together."""
        return self._all(commands(text, self._setting(arguments)))

    def command(self, words: Sequence[str]) -> Started:
        """The files that one command starts."""
        return self._all(run(words, self._setting(()))) if self._depth <= _MOST_DEPTH else None

    def _setting(self, arguments: Sequence[str]) -> Setting:
        inside = self._inside
        return setting(
            inside.workdir, self._environment, lambda path: inside.text(path.strip("/")), arguments=arguments
        )

    def _all(self, listed: Sequence[Command]) -> Started:
        found: list[str] = []
        for one in listed:
            started = self.starts(one)
            if started is None:
                return None
            found += started
        return found

    def starts(self, command: Command) -> Started:
        """The files that a command starts, in the directory and with the variables that it has."""
        directory = directory_of(command)
        if directory is None or not is_known(command.words[0]):
            return None
        if any(command.environment.get(one) != self._environment.get(one) for one in _SEARCHED):
            return None  # it changes where programs look for their modules
        # A literal dollar is as little known as a variable is: whatever has one is not looked for.
        words = [shown(word) for word in command.words]
        known = {name: value for name, value in command.environment.items() if is_known(value)}
        inside = self._inside
        there = Terminal(inside.layout, directory, known, inside.met, self._depth)
        return there.started(words)

    def started(self, words: list[str]) -> Started:
        """The files that a program starts with its words."""
        program, rest = words[0].rpartition("/")[2], words[1:]
        if words[0] in (".", "source"):
            file = self._inside.find(rest[0]) if rest else None
            return [file] if file else None
        if self._inside.is_own(words[0]):
            return self._script(words[0], rest)
        return [] if program in _HARMLESS else self._program(program, rest)

    def _program(self, program: str, words: list[str]) -> Started:
        known: Mapping[str, Callable[[Inside, list[str]], Started]] = {**python.PROGRAMS, **node.PROGRAMS}
        if program in SHELLS:
            return self._shell(words)
        if re.fullmatch(r"python[0-9.]*", program):
            return python.python(self._inside, words)
        if program in known:
            return known[program](self._inside, words)
        if program in node.MANAGERS:
            return self._package(program, words)
        if program in _WRAPPERS:
            inner = [word for at, word in enumerate(words) if not _is_option(words, at)]
            return self._deeper().command(inner[_WRAPPERS[program] :])
        if program == "cross-env":
            return self._deeper().command(["env", *words])
        if program in _RUNNERS and words[:1] == ["run"]:
            return self._runner(words[1:])
        if program == "newrelic-admin" and words[:1] == ["run-program"]:
            return self._deeper().command(words[1:])
        file = self._inside.on_path(program)
        return self._script("/" + file, words) if file else None

    def _runner(self, words: list[str]) -> Started:
        """`uv run --frozen gunicorn …`: what follows the options."""
        while words and words[0].startswith("-"):
            if _MOVES.match(words[0]):
                return None
            if words[0] in ("-m", "--module"):
                return python.python(self._inside, ["-m", *words[1:]])
            words = words[1:]
        return self._deeper().command(words) if words else None

    def _shell(self, words: list[str]) -> Started:
        at = 0
        while at < len(words) and words[at].startswith("-"):
            if re.fullmatch(r"-[a-z]*c", words[at]):
                rest = words[at + 1 :]
                return self._deeper().text(rest[0], rest[2:]) if rest and self._depth < _MOST_DEPTH else None
            at += 2 if words[at] in ("-o", "-O") else 1
        return self._script(words[at], words[at + 1 :]) if at < len(words) else None

    def _script(self, name: str, arguments: Sequence[str]) -> Started:
        """A program of the image: where it is a shell script, what it starts is started too."""
        file = self._inside.find(name)
        if file is None:
            return None
        text = self._once(file) and self._inside.text(file)
        if not text or not _is_shell(file, text):
            return [file]
        # A script that is not understood is itself what is started: whoever cannot read it knows no more.
        return [file, *(self._deeper().text(text, arguments) or ())]

    def _once(self, script: str) -> bool:
        """Whether a script was not read before, and this is not too deep to read it."""
        known, scripts = script in self._inside.met.scripts, self._inside.met.scripts
        scripts.add(script)
        return not known and self._depth < _MOST_DEPTH

    def _package(self, program: str, words: list[str]) -> Started:
        """`npm run start`: what the scripts of the package say, and those before and after it."""
        if program == "npx" or words[:1] == ["exec"]:
            return self._deeper().command(words if program == "npx" else words[1:])
        scripts = node.scripts(self._inside, program, words)
        found = [self._inside.find("package.json") or ""]
        if not scripts or not self._once(f"{found[0]} {words[-1:]}"):
            return None
        for script in scripts:
            started = self._deeper().text(script)
            if started is None:
                return None
            found += started
        return found

    def _deeper(self) -> Terminal:
        inside = self._inside
        return Terminal(inside.layout, inside.workdir, self._environment, inside.met, self._depth + 1)


def _is_option(words: Sequence[str], at: int) -> bool:
    """Whether a word is an option of a wrapper itself: it stands before the first word that is none."""
    return all(word.startswith("-") for word in words[: at + 1])


def _is_shell(name: str, text: str) -> bool:
    first = text.partition("\n")[0]
    return name.endswith((".sh", ".bash")) or (first.startswith("#!") and first.rstrip().endswith("sh"))
