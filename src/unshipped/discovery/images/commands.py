"""Which files of an image its command starts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from unshipped.discovery.images.dockerfile import Stage, Step
from unshipped.discovery.layout import Layout

_WRAPPERS = {
    "exec", "tini", "dumb-init", "env", "nohup", "ddtrace-run", "opentelemetry-instrument", "newrelic-admin",
    "run-program", "uv", "poetry", "pipenv", "run", "pdm", "rye", "--", "time", "nice", "su-exec", "gosu",
}  # fmt: skip
_SHELLS = {"sh", "bash", "ash", "dash", "zsh"}
_PYTHON = re.compile(r"python[0-9.]*$")
_NODE = {"node", "nodejs", "tsx", "ts-node", "bun", "deno"}
_SERVERS = {"gunicorn", "uvicorn", "hypercorn", "celery", "flask", "daphne", "waitress-serve", "fastapi"}
_APPLICATION = re.compile(r"^[A-Za-z_][\w.]*(:[\w.]+(\(.*\))?)?$")
_ASSIGNMENT = re.compile(r"^[A-Za-z_]\w*=")
_TAKES_VALUE = {
    "-b", "--bind", "-w", "--workers", "-k", "--worker-class", "-c", "--config", "-t", "--timeout",
    "--threads", "--host", "--port", "-p", "--log-level", "-l", "--loglevel", "--chdir",
    "--max-requests", "--keep-alive",
    "--graceful-timeout", "--max-requests-jitter", "--access-logfile", "--error-logfile", "-Q", "-n", "-e",
    "--log-config", "--root-path", "--app-dir", "--env-file", "--concurrency", "-u", "-W", "-X", "-g",
}  # fmt: skip
_DIRECTORIES, _APPLICATIONS = ("--chdir", "--app-dir"), ("-A", "--app")
_MOST_SCRIPTS = 8

Doubt = tuple[int, str]


def started(layout: Layout, line: Sequence[Stage], workdir: str) -> tuple[tuple[str, ...], Doubt | None]:
    """The run-time paths of what an image starts, or the line and the reason why that is not known."""
    entrypoint, command = _last(line, "ENTRYPOINT"), _last(line, "CMD")
    steps = [step for step in (entrypoint, command) if step]
    if not steps:
        return (), (0, "neither ENTRYPOINT nor CMD says what is started")
    words = [word for step in steps for word in _words(step)]
    found = _Command(layout, workdir).files(words)
    if found:
        return tuple(dict.fromkeys(found)), None
    return (), (steps[0].line, f"what {steps[0].text[:80]!r} starts is not known")


def command_words(line: Sequence[Stage]) -> frozenset[str]:
    """Every word of what is started, the parts of paths and modules apart."""
    steps = (_last(line, name) for name in ("ENTRYPOINT", "CMD"))
    return frozenset(word for step in steps if step for word in re.split(r"\W+", step.text) if word)


def _last(line: Sequence[Stage], name: str) -> Step | None:
    steps = [step for stage in line for step in stage.steps if step.name == name]
    return steps[-1] if steps and steps[-1].words else None


def _words(step: Step) -> list[str]:
    if step.is_json:
        return list(step.words)
    return _split(" ".join(step.words))


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        return text.split()


class _Command:
    def __init__(self, layout: Layout, workdir: str) -> None:
        self._layout, self._workdir = layout, workdir
        self._scripts: set[str] = set()

    def files(self, words: Sequence[str]) -> list[str]:
        """The files that a command line starts; empty where it is not understood."""
        words = list(words)
        while words and (words[0].rpartition("/")[2] in _WRAPPERS or _ASSIGNMENT.match(words[0])):
            words = words[1:]
        if not words:
            return []
        program = words[0].rpartition("/")[2]
        if program in _SHELLS:
            return self._shell(words[1:])
        if _PYTHON.match(program):
            return self._python(words[1:])
        if program in _NODE:
            return self._first_file([word for word in words[1:] if word not in ("run", "watch")])
        if program in _SERVERS:
            return self._server(words[1:])
        if program.startswith("functions-framework"):
            return self._function(words[1:])
        return self._script(words[0], words[1:])

    def _shell(self, words: list[str]) -> list[str]:
        if "-c" in words[:3]:
            rest = words[words.index("-c") + 1 :]
            return self._lines(rest[0]) if rest else []
        plain = [word for word in words if not word.startswith("-")]
        return self._script(plain[0], plain[1:]) if plain else []

    def _lines(self, text: str) -> list[str]:
        """What the lines of a shell script start: those that are understood."""
        found: list[str] = []
        for part in re.split(r"[\n;]|&&|\|\|", text.replace("\\\n", " ")):
            words = [word for word in _split(part.strip()) if word not in ("then", "else", "do", "exec")]
            if words and not words[0].startswith("#"):
                found += self.files(words)
        return found

    def _python(self, words: list[str]) -> list[str]:
        at = 0
        while at < len(words) and words[at].startswith("-"):
            if words[at] == "-m":
                rest = words[at + 1 :]
                module = rest[0] if rest else ""
                if module.partition(".")[0] in _SERVERS:
                    return self._server(rest[1:])
                return self._module(module)
            if words[at] == "-c":
                return []
            at += 2 if words[at] in ("-W", "-X") else 1
        return self._first_file(words[at:])

    def _server(self, words: list[str]) -> list[str]:
        """`gunicorn --chdir DIR pkg.module:app`: the module of the application, and a configuration file."""
        options, plain = _options(words)
        directories = [self._workdir]
        directories[:0] = [self._absolute(value) for name, value in options if name in _DIRECTORIES]
        configured = [
            self._find(v.removeprefix("file:")) for name, v in options if name in ("-c", "--config")
        ]
        found = [file for file in configured if file]
        for word in [*(value for name, value in options if name in _APPLICATIONS), *plain]:
            if word.startswith("$"):
                return []
            if _APPLICATION.match(word) and (modules := self._module(word.partition(":")[0], directories)):
                return [*found, *modules]
            if file := self._find(word.partition(":")[0]):
                return [*found, file]
        return []

    def _function(self, words: list[str]) -> list[str]:
        text = " ".join(words)
        named = re.search(r"--source[= ](\S+)", text)
        file = self._find(named[1] if named else "main.py")
        return [file] if file else []

    def _module(self, module: str, directories: Sequence[str] = ()) -> list[str]:
        """The file of a Python module, as the search path leads to it."""
        path = module.replace(".", "/")
        for directory in dict.fromkeys([*directories, *self._layout.search, self._workdir]):
            base = f"{directory}/{path}".strip("/")
            for name in (f"{base}/__main__.py", f"{base}/__init__.py", f"{base}.py"):
                if self._layout.find(name):
                    extra = [f"{base}/__init__.py"] if name.endswith("__main__.py") else []
                    return [name, *(one for one in extra if self._layout.find(one))]
        return []

    def _first_file(self, words: Sequence[str]) -> list[str]:
        for word in words:
            if not word.startswith("-"):
                file = self._find(word) or self._find(word + ".js")
                return [file] if file else []
        return []

    def _script(self, name: str, arguments: Sequence[str]) -> list[str]:
        """A program of the image: where it is a shell script, what it starts is started too."""
        file = self._find(name)
        if file is None or file in self._scripts or len(self._scripts) >= _MOST_SCRIPTS:
            return []
        self._scripts.add(file)
        found = self._layout.find(file)
        text = self._layout.snapshot.text(found.path) if found else None
        more = self._lines(text) if text and _is_shell(file, text) else []
        if text and '"$@"' in text and arguments:
            more += self.files(list(arguments))
        return [file, *more]

    def _find(self, name: str) -> str | None:
        path = self._absolute(name)
        return path if name and self._layout.find(path) else None

    def _absolute(self, name: str) -> str:
        parts = [] if name.startswith("/") else self._workdir.split("/")
        for part in name.split("/"):
            if part == "..":
                parts = parts[:-1]
            elif part not in ("", "."):
                parts.append(part)
        return "/".join(part for part in parts if part)


def _options(words: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Options with their values, and the other words."""
    options: list[tuple[str, str]] = []
    plain: list[str] = []
    left = list(words)
    while left:
        name, given, value = left.pop(0).partition("=")
        if not name.startswith("-"):
            plain.append(name + given + value)
        elif given or name not in {*_TAKES_VALUE, *_APPLICATIONS}:
            options.append((name, value))
        else:
            options.append((name, left.pop(0) if left else ""))
    return options, plain


def _is_shell(name: str, text: str) -> bool:
    first = text.partition("\n")[0]
    return name.endswith((".sh", ".bash")) or (first.startswith("#!") and first.rstrip().endswith("sh"))
