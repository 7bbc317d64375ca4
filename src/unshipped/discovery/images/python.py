"""What `python` and the programs that serve Python applications start."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from unshipped.discovery.images.ground import Inside, Started, is_option
from unshipped.discovery.images.stages import within

_MODULE = re.compile(r"[A-Za-z_][\w.]*")
_APPLICATION = re.compile(r"([A-Za-z_][\w.]*):[A-Za-z_][\w.]*(\(.*\))?", re.DOTALL)
_WITH_VALUE = {"-W", "-X", "--check-hash-based-pycs"}
_DIRECTORIES = ("--chdir", "--app-dir", "--pythonpath", "--workdir")
_NUMBERS = {
    *(
        "-b",
        "--bind",
        "-w",
        "--workers",
        "--threads",
        "-t",
        "--timeout",
        "-p",
        "--port",
        "-h",
        "--host",
        "-l",
    ),
    *("--log-level", "--loglevel", "--concurrency", "--graceful-timeout", "--keep-alive", "--max-requests"),
    *("--max-requests-jitter", "--access-logfile", "--error-logfile", "--worker-connections", "-Q", "-n"),
}
"""Options whose value starts nothing, whatever it is."""
_BEGIN = {
    "flask": ("wsgi.py", "app.py"),
    "fastapi": ("main.py", "app.py", "api.py", "app/main.py", "app/app.py", "app/api.py"),
    "functions-framework": ("main.py",),
}


def python(inside: Inside, words: Sequence[str]) -> Started:
    """`python FILE`, `python -m MODULE`."""
    at = 0
    while at < len(words) and is_option(words[at]):
        word = words[at]
        if re.fullmatch(r"-[a-zA-Z]*m", word):
            rest = list(words[at + 1 :])
            if rest and (program := PROGRAMS.get(rest[0].partition(".")[0])):
                return program(inside, rest[1:])
            return (inside.module(rest[0]) or None) if rest and _MODULE.fullmatch(rest[0]) else None
        if re.fullmatch(r"-|-[a-zA-Z]*c", word):
            return None
        at += 2 if word in _WITH_VALUE else 1
    if at == len(words):
        return None
    file = inside.find(words[at]) or inside.find(f"{words[at]}/__main__.py")
    return [file] if file else None


def _server(*needs: str, bare: bool = False) -> Callable[[Inside, list[str]], Started]:
    """A program that is given `package.module:application`, among options. Whatever of its words is a file
    or module of the image is started. `needs` are the options that may name the application without `:`;
    `bare` says that its last word may.
    """

    def run(inside: Inside, words: list[str]) -> Started:
        values = _values(words)
        if any(value.startswith("$") and name not in _NUMBERS for name, value in values):
            return None
        chosen = [within(inside.workdir, value) for name, value in values if name in _DIRECTORIES]
        directories = [one for one in chosen if one is not None]
        named = [value for name, value in values if name in needs or _APPLICATION.fullmatch(value)]
        if bare and not named:
            named = [value for name, value in values if not name][-1:]
        if not named or not all(_files(inside, value, directories) for value in named):
            return None
        return [file for _, value in values for file in _files(inside, value, directories)]

    return run


def _values(words: Sequence[str]) -> list[tuple[str, str]]:
    """Each word with the option that it may be the value of."""
    found, option = [], ""
    for word in words:
        name, given, value = word.partition("=")
        if is_option(word):
            option = name
            if given:
                found.append((name, value))
                option = ""
        else:
            found.append((option, word))
            option = ""
    return found


def _files(inside: Inside, value: str, directories: Sequence[str] = ()) -> list[str]:
    """The files that a word stands for: a path, or a module with or without what is taken from it."""
    value = value.removeprefix("file:").removeprefix("python:")
    if file := inside.find(value) or inside.find(value.partition(":")[0]):
        return [file]
    named = _APPLICATION.fullmatch(value)
    module = named[1] if named else value
    if not _MODULE.fullmatch(module):
        return []
    # Of a class that is named with its module, the module.
    return inside.module(module, directories) or (
        inside.module(module.rpartition(".")[0], directories) if "." in module else []
    )


def _gunicorn(inside: Inside, words: list[str]) -> Started:
    found = _server(bare=True)(inside, words)
    if found is None or "GUNICORN_CMD_ARGS" in inside.environment:
        return None
    places = [inside.workdir, *(within(inside.workdir, v) for name, v in _values(words) if name == "--chdir")]
    own = [inside.find(f"/{place}/gunicorn.conf.py") for place in places if place is not None]
    return [*found, *(one for one in own if one)]


def _celery(inside: Inside, words: list[str]) -> Started:
    found = _server("-A", "--app")(inside, words)
    if found is None:
        return None
    # It looks for the application in a module of this name too.
    names = [value.partition(":")[0] for name, value in _values(words) if name in ("-A", "--app")]
    return [*found, *(file for name in names for file in inside.module(f"{name}.celery"))]


def _flask(inside: Inside, words: list[str]) -> Started:
    named = [value for name, value in _values(words) if name in ("-A", "--app")]
    return _first(inside, named or [inside.environment.get("FLASK_APP", "")], _BEGIN["flask"])


def _fastapi(inside: Inside, words: list[str]) -> Started:
    named = [value for name, value in _values(words) if not name and value not in ("run", "dev")]
    return _first(inside, named[:1], _BEGIN["fastapi"])


def _functions_framework(inside: Inside, words: list[str]) -> Started:
    named = [value for name, value in _values(words) if name == "--source"]
    return _first(
        inside, named or [inside.environment.get("FUNCTION_SOURCE", "")], _BEGIN["functions-framework"]
    )


def _first(inside: Inside, named: Sequence[str], conventions: Sequence[str]) -> Started:
    """The application that is named; where none is, the first file that would be looked for."""
    if any(named):
        return [file for value in named for file in _files(inside, value)] or None
    return next(([file] for name in conventions if (file := inside.find(name))), None)


PROGRAMS: Mapping[str, Callable[[Inside, list[str]], Started]] = {
    "gunicorn": _gunicorn,
    "celery": _celery,
    "flask": _flask,
    "fastapi": _fastapi,
    "functions-framework": _functions_framework,
    "functions_framework": _functions_framework,
    "waitress-serve": _server(),
    **dict.fromkeys(("uvicorn", "hypercorn", "daphne", "granian"), _server()),
}
