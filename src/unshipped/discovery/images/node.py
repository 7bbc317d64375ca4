"""What `node`, its kin and the scripts of a `package.json` start."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from unshipped.discovery.images.ground import Inside, Started, is_option
from unshipped.discovery.images.stages import within
from unshipped.discovery.languages.javascript.files import Files
from unshipped.discovery.languages.javascript.settings import split

MANAGERS = frozenset({"npm", "npx", "yarn", "pnpm"})
_LOADS = {"-r", "--require", "--import", "--loader", "--experimental-loader"}
_WITH_VALUE = {
    *_LOADS,
    "-P",
    "--project",
    "--tsconfig",
    "-C",
    "--conditions",
    "--env-file",
    "--stack-trace-limit",
    "--watch-path",
    "--title",
    "--inspect-port",
}
_WATCHED = {
    *("--watch", "-w", "--ext", "--ignore", "-i", "--ignore-watch", "--delay", "-d", "--config"),
    *("--exec", "-x", "--signal", "-s", "--cwd"),
}
"""What else has a value where a watcher is started."""
_SUFFIXES = ("", ".js", ".cjs", ".mjs", ".ts", "/index.js", "/index.ts")


def _node(inside: Inside, words: list[str]) -> Started:
    """`node -r ./tracing.js server.js`: the file, and what is loaded before it."""
    return _started(inside, words[1:] if words[:1] in (["run"], ["watch"]) else words, _WITH_VALUE)


def _watcher(inside: Inside, words: list[str]) -> Started:
    """`nodemon --watch src server.js`."""
    return _started(inside, words, _WITH_VALUE | _WATCHED)


def _started(inside: Inside, words: list[str], with_value: set[str]) -> Started:
    if inside.environment.get("NODE_PATH"):
        return None  # modules are looked for where nobody else does
    left = [*inside.environment.get("NODE_OPTIONS", "").split(), *words]
    found: list[str] = []
    while left and is_option(left[0]):
        name, given, value = left.pop(0).partition("=")
        if name in ("-e", "--eval", "-p", "--print", "--test", "--run"):
            return None
        if not given and name in with_value:
            value = left.pop(0) if left else ""
        if name in _LOADS:
            files = _files(inside, value) if value.startswith((".", "/")) else []
            if not files and _is_own(inside, value):
                return None
            found += files
    files = _files(inside, left[0]) if left else []
    return [*found, *files] if files else None


def _files(inside: Inside, name: str) -> list[str]:
    """The file that a name stands for; where the build makes it, also over that file, what it is made of."""
    own = next((file for suffix in _SUFFIXES if (file := inside.find(name + suffix))), None)
    place = within(inside.workdir, name)
    if place is None:
        return [own] if own else []
    files = Files.of(inside.layout)
    places = [place + suffix for suffix in ("", ".js", "/index.js")]
    made = [other for at in places for other in inside.layout.made_at(at)]
    compiled = [file for at in places for file in files.compiled(at)]
    compiled = compiled or [file for at in made for file in files.compiled(at)]
    return list(dict.fromkeys([*([own] if own else []), *compiled]))


def _is_own(inside: Inside, name: str) -> bool:
    """Whether something that is loaded is of the repository and no library."""
    return name.startswith((".", "/", "file:")) or bool(
        Files.of(inside.layout).settings.named(split(name)[0])
    )


def scripts(inside: Inside, program: str, words: Sequence[str]) -> list[str]:
    """The commands that `npm run NAME` runs; none where they cannot be told."""
    names = [word for word in words if word not in ("-s", "--silent", "--")]
    if names[:1] in (["run"], ["run-script"]):
        names = names[1:]
    elif names[:1] != ["start"] and program == "npm":
        return []
    if len(names) != 1 or is_option(names[0]):
        return []
    package = inside.find("package.json")
    try:
        known = json.loads((inside.text(package) if package else None) or "{}").get("scripts", {})
        found = {name: text for name, text in known.items() if isinstance(text, str)}
    except (ValueError, RecursionError, AttributeError):
        return []
    if names[0] not in found:
        return []
    wanted = (f"pre{names[0]}", names[0], f"post{names[0]}")
    return [found[name] for name in wanted if name in found]


PROGRAMS: Mapping[str, Callable[[Inside, list[str]], Started]] = dict.fromkeys(
    ("node", "nodejs", "tsx", "ts-node", "bun"), _node
) | dict.fromkeys(("nodemon", "ts-node-dev", "tsnd"), _watcher)
