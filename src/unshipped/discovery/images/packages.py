"""Which packages of a workspace a stage builds: by what is taken from it, and by what its commands name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from unshipped.core.value import Value
from unshipped.discovery.images.builds import QUIET
from unshipped.discovery.images.dockerfile import Step
from unshipped.discovery.images.node import MANAGERS
from unshipped.discovery.images.pruned import pruned
from unshipped.discovery.images.script import directory_of, own_text, program_of, run_commands, setting
from unshipped.discovery.images.stages import within
from unshipped.discovery.images.variables import is_unknown
from unshipped.discovery.images.workspace import HOOKS, Texts, Workspace
from unshipped.discovery.languages.javascript.text import SUFFIXES
from unshipped.discovery.layout import Layout
from unshipped.discovery.shell import SHELLS, Command, commands, is_known, shown

_ORCHESTRATORS = frozenset({"turbo", "nx", "lerna"})
_MANAGERS = MANAGERS | {"bun", "bunx", "corepack"}
_MANAGES = re.compile(r"\b(npm|npx|yarn|pnpm|bun|bunx|turbo|nx|lerna)\b")
_MANY = {"-r", "--recursive", "recursive", "workspaces", "--workspaces", "-ws", "multi", "foreach"}
_INSTALLS = {
    *("ci", "install", "i", "add", "config", "fetch", "cache", "set", "prune", "enable", "prepare"),
    "rebuild",
}  # fmt: skip
_OWN = _INSTALLS | {"run", "deploy", "pack", "store", "link", "dedupe", "version", "workspace", "workspaces"}
_EXECUTES = {"exec", "dlx", "x"}
_TOOLS = _ORCHESTRATORS | _MANAGERS | QUIET | {
    *("next", "vite", "tsc", "tsup", "tsdown", "nest", "webpack", "rollup", "rspack", "esbuild", "swc"),
    *("babel", "prisma", "rimraf", "cross-env", "cross-env-shell", "dotenv", "dotenvx", "env-cmd", "vue-tsc"),
    *("nuxt", "nuxi", "astro", "remix", "react-router", "react-scripts", "svelte-kit", "svelte-check", "ng"),
    *("eslint", "prettier", "biome", "jest", "vitest", "playwright", "cypress", "mocha", "storybook"),
    *("concurrently", "npm-run-all", "run-p", "run-s", "cpx", "copyfiles", "shx", "patch-package", "husky"),
    *("lefthook", "lingui", "graphql-codegen", "tailwindcss", "postcss", "sass", "unbuild", "parcel", "ncc"),
    *("pkgroll", "bunchee", "tsc-alias", "tspc", "tsgo", "del-cli", "del", "wait-on", "node", "nodejs"),
    *("tsx", "ts-node", "nodemon", "pm2", "changeset", "syncpack", "serve", "http-server", "wrangler"),
    *("oxlint", "knip", "size-limit", "publint", "attw", "api-extractor", "typedoc", "stylelint"),
    *("only-allow", "cp", "mv", "ln", "mkdir", "chmod", "chown", "touch", "cat", "ls", "sleep", "jq", "tar"),
    "install",
}  # fmt: skip
"""Programs that read what their arguments, their settings, and the sources of a package name."""
_FOREIGN = {
    *(
        "make",
        "cmake",
        "just",
        "task",
        "bazel",
        "docker",
        "podman",
        "go",
        "cargo",
        "python",
        "python3",
        "pip",
    ),
    *("ruby", "bundle", "rake", "mvn", "gradle", "java", "dotnet", "buf", "protoc", "rsync", "bash", "sh"),
}
"""Programs that may do so in the script of a package, though it has no dependency that brings them: any other
one is taken for a tool that works in that package.
"""


class Packages(Value):
    """Those of one stage that are built for others."""

    layout: Layout
    workspace: Workspace
    units: frozenset[str]
    """Where they lie, at run time."""
    apart: frozenset[str] = frozenset()
    """The other directories that none of them has."""


class Unknown(Value):
    """Why they cannot be told, and the line of the Dockerfile."""

    line: int
    why: str


def packages_of(
    layout: Layout, runs: Sequence[tuple[Step, str]], taken: Iterable[str], texts: Texts
) -> Packages | Unknown | None:
    """The packages that a stage builds for those who take something from it; None where it has no workspace.
    `runs` are its RUN instructions, each with its directory, `taken` the paths that are taken.
    """
    if not any(_MANAGES.search(text) for step, _ in runs for text in step.words):
        return None
    workspace = Workspace(layout, texts)
    if len(workspace.units) < 2:
        return None
    left = pruned(layout, runs, taken, workspace)
    if left is None:
        return _Reading(layout, workspace).packages(runs, taken)
    return Packages(layout, workspace, left, workspace.unnamed())


class _Reading:
    def __init__(self, layout: Layout, workspace: Workspace) -> None:
        self._layout, self._workspace = layout, workspace
        self._words: set[str] = set(HOOKS)
        """Everything that may be the name of a script that is run of packages."""
        self._own: set[str] = set(HOOKS)
        """The same, of the workspace itself."""
        self._named: set[str] = set()
        self._runs_all = False
        """Whether scripts are run of packages that are not named."""
        self._works_inside = False
        """Whether what is read are scripts of packages, and not of the workspace."""
        self._unknown: Unknown | None = None
        self._run: set[tuple[str, str]] = set()
        homes = (workspace.root or "", *(home for unit in workspace.units for home in workspace.homes(unit)))
        self._known_scripts = {name for home in homes for name in workspace.scripts(home)}

    def packages(self, runs: Sequence[tuple[Step, str]], taken: Iterable[str]) -> Packages | Unknown:
        for step, workdir in runs:
            for one in run_commands(self._layout, step, workdir, step.variables, follows=True):
                self._take(one, step.line)
        self._scripts([self._workspace.root or ""])
        seeds = {unit for path in taken for unit in self._seeds(path)} | self._named
        units = self._workspace.closed(seeds)
        self._words.update(re.findall(r"[\w:.@/-]+", self._workspace.orchestrated()))
        self._works_inside = True
        self._scripts([home for unit in units for home in self._workspace.homes(unit)])
        if self._workspace.unread:
            found = self._layout.find(self._workspace.unread)
            path = found.path if found else self._workspace.unread
            self._give_up(0, f"{path} is too large to be read, and may need anything")
        return self._unknown or Packages(self._layout, self._workspace, units)

    def _seeds(self, path: str) -> Iterator[str]:
        """The packages that something which is taken from the stage is made of."""
        place = within("", "/" if is_unknown(path) else re.split(r"[*?\[\\]", path)[0]) or ""
        if one := self._workspace.unit(place):
            yield one
        elif "node_modules" in place.split("/"):
            hooked = (one for one in self._workspace.units if not self._is_quiet(one))
            yield from hooked
        elif found := [one for one in self._workspace.units if not place or one.startswith(place + "/")]:
            yield from found
        elif not self._layout.find(place) and (self._runs_all or not self._named):
            self._give_up(0, f"it is not known of which packages {path} is made")

    def _is_quiet(self, unit: str) -> bool:
        """Whether nothing of a package is run when everything is installed."""
        scripts = (self._workspace.scripts(home) for home in self._workspace.homes(unit))
        return all(one.keys().isdisjoint(HOOKS) for one in scripts)

    def _take(self, command: Command, line: int) -> None:
        """One command: what it names, and whether it is known what it reads."""
        text, directory = shown(" ".join(command.words)), directory_of(command)
        where = directory or self._workspace.root or ""
        named = set(self._workspace.mentioned(text, where, loosely=not self._works_inside))
        self._named |= named
        self._words.update(text.split())
        words = {program_of(command), *command.words[1:]}
        self._own.update(text.split() if words.isdisjoint(_ORCHESTRATORS) else ())
        is_many = not words.isdisjoint(_ORCHESTRATORS | _MANY) and words.isdisjoint(_INSTALLS)
        self._runs_all = self._runs_all or (is_many and not named)
        if directory is None or not self._is_known(command, directory):
            self._give_up(line, f"what {text[:60]!r} reads is not known")

    def _give_up(self, line: int, why: str) -> None:
        self._unknown = self._unknown or Unknown(line, f"{why}, so all that is copied counts")

    def _is_known(self, command: Command, directory: str) -> bool:
        """Whether a command reads nothing but what it names, and what the packages have that are built."""
        first, program = command.words[0], program_of(command)
        plain = [word for word in command.words[1:] if not word.startswith("-")]
        if "/" in first or program in SHELLS:
            path = within(directory, first if "/" in first else "".join(plain[:1])) or ""
            if self._layout.find(path):
                # The commands of a script are taken each for itself.
                return path.endswith(SUFFIXES) or own_text(self._layout, path) is not None
        if program in ("npx", "bunx"):
            return self._is_tool(_tool(plain))
        if program in _MANAGERS:
            executed = next((at for at, word in enumerate(plain) if word in _EXECUTES), None)
            if executed is not None:
                return self._is_tool(_tool(plain[executed + 1 :]))
            named = not set(plain).isdisjoint(_OWN | _TOOLS | self._known_scripts)
            return named or not plain or (self._works_inside and self._is_tool(plain[0]))
        return self._is_tool(program)

    def _is_tool(self, program: str) -> bool:
        return program in _TOOLS or (self._works_inside and is_known(program) and program not in _FOREIGN)

    def _scripts(self, homes: Sequence[str]) -> None:
        """Read the scripts of packages that may be run, and those that they run."""
        known = {(home, name): text for home in homes for name, text in self._workspace.scripts(home).items()}
        while met := {one for one in known if self._is_met(one[1])} - self._run:
            self._run |= met
            for home, name in sorted(met):
                self._script(home, known[home, name])

    def _is_met(self, script: str) -> bool:
        met = self._words if self._works_inside else self._own
        return not {script, re.sub("^(pre|post)", "", script)}.isdisjoint(met)

    def _script(self, home: str, text: str) -> None:
        def own(path: str) -> str | None:
            return own_text(self._layout, path)

        for command in commands(text, setting(home, {}, own, scripts=own)):
            self._take(command, 0)


def _tool(words: Sequence[str]) -> str:
    """The name of a program without its version."""
    return re.sub("(?<=.)@.*", "", words[0]) if words else ""
