"""What `node`, its kin and the scripts of a `package.json` start."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from unshipped.discovery.images.ground import Inside, Started, is_option

MANAGERS = frozenset({"npm", "yarn", "pnpm"})
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
}
_SUFFIXES = ("", ".js", ".cjs", ".mjs", ".ts", "/index.js", "/index.ts")


def _node(inside: Inside, words: list[str]) -> Started:
    """`node -r ./tracing.js server.js`: the file, and what is loaded before it."""
    left = words[1:] if words[:1] in (["run"], ["watch"]) else list(words)
    found: list[str] = []
    while left and is_option(left[0]):
        name, given, value = left.pop(0).partition("=")
        if name in ("-e", "--eval", "-p", "--print", "--test", "--run"):
            return None
        if not given and name in _WITH_VALUE:
            value = left.pop(0) if left else ""
        if name in _LOADS and value.startswith((".", "/")):
            file = _file(inside, value)
            if file is None:
                return None
            found.append(file)
    file = _file(inside, left[0]) if left else None
    return [*found, file] if file else None


def _file(inside: Inside, name: str) -> str | None:
    return next((file for suffix in _SUFFIXES if (file := inside.find(name + suffix))), None)


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
)
