"""What the RUN instructions of an image do to the files that were copied before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from unshipped.core.value import Value
from unshipped.discovery.images.dockerfile import Stage, Step
from unshipped.discovery.images.ground import Inside, Met
from unshipped.discovery.images.node import scripts
from unshipped.discovery.images.programs import Terminal
from unshipped.discovery.images.script import directory_of, program_of, run_commands
from unshipped.discovery.images.stages import within
from unshipped.discovery.images.workspace import HOOKS
from unshipped.discovery.layout import Layout
from unshipped.discovery.shell import Command, Setting, commands, shown

QUIET = {
    *("apt", "apt-get", "apt-key", "add-apt-repository", "apk", "yum", "dnf", "microdnf", "dpkg", "rpm"),
    *("update-ca-certificates", "locale-gen", "ldconfig", "update-alternatives", "debconf-set-selections"),
    *("useradd", "adduser", "groupadd", "addgroup", "usermod", "passwd", "chgrp", "setcap", "chsh", "getent"),
    *("rm", "rmdir", "curl", "wget", "sed", "grep", "awk", "head", "tail", "sort", "tee", "find", "xargs"),
    *("which", "type", "git", "openssl", "ssh-keyscan", "gzip", "gunzip", "sha256sum", "cut", "sudo", "su"),
    *("corepack", "playwright", "conda", "mamba", "gem", "gcloud", "gsutil", "fc-cache", "dos2unix", "tr"),
    *("sync", "dpkg-reconfigure", "gpg", "wc", "source", ".", "command", "env", "hash"),
}  # fmt: skip
"""Programs that read nothing of what was copied, or read it and leave it as it is."""
_MOVERS = {"cp", "mv", "ln", "install", "rsync", "tar", "unzip", "bsdtar"}
_INSTALLERS = {"poetry", "pdm", "pipenv", "hatch", "rye", "flit", "uv"}
_PACKAGES = {"npm", "yarn", "pnpm", "bun"}
_FETCHES = {"ci", "install", "i", "config", "cache", "set", "add", "fetch"}
_COMPILERS = {"tsc", "tsc-alias", "rimraf", "rm"}
_BUNDLES = re.compile(
    r"[^-].*|--(bundle|minify|sourcemap|keep-names|(platform|target|format|outfile|packages|sourcemap)=.*|external:.*)"
)
"""Words of esbuild's that make it read nothing but what its one entry imports."""
_LEAVES = {"rm", "chmod", "chown", "touch", "ls", "grep"}
_OF_GIT = {"husky", "lefthook", "simple-git-hooks"}
_PUTS = re.compile(r"--?(outDir|rootDirs?|outFile)\b", re.IGNORECASE)
_LOCAL = re.compile(
    r"(?m)^[^\S\n]*+(?:(?:-e|--editable)?[= ]*((?:file:(?://)?)?\.{0,2}/[^\s\[;#]*|\.)|-e|--editable)"
)
_OTHERS = re.compile(r"(?m)^[^\S\n]*+(?:-r|--requirement)[= ]+(\S+)")
_INTERPRETERS = re.compile(r"python[0-9.]*|node|sh|bash|perl|ruby")
_ANYWHERE = re.compile(r"\.pth\b|(?:site|dist)-packages")
_PATTERN = re.compile("[*?\\[\0]")


class Built(Value):
    """What came of it."""

    roots: tuple[str, ...] = ()
    """Run-time directories whose modules were installed."""
    entries: tuple[str, ...] = ()
    """Files that were run on the way."""
    read: tuple[str, ...] = ()
    """Files that say what is installed, and were read for this."""
    anywhere: bool = False
    """Whether modules may be found in other places than those they were copied to."""
    doubt: tuple[int, str] | None = None
    """Where it cannot be told which files were read: the line, and why."""


def runs(line: Sequence[Stage], names: Sequence[str]) -> Iterator[tuple[Step, str, bool]]:
    """The instructions of such names, each with its working directory where that is known, and whether
    something was copied before it.
    """
    workdir: str | None = ""
    copied = False
    for stage in line:
        for step in stage.steps:
            if step.name == "WORKDIR":
                workdir = within(workdir, "".join(step.words[:1]))
            copied = copied or step.name in ("COPY", "ADD") or "mount" in step.flags
            if step.name in names and step.words and workdir is not None:
                yield step, workdir, copied


def built(layout: Layout, line: Sequence[Stage]) -> Built:
    """What the RUN instructions did, as far as that can be told."""
    run = _Run(layout)
    for step, workdir, copied in runs(line, ("RUN",)):
        if copied:
            run.step(step, workdir)
    return Built(tuple(run.roots), tuple(run.entries), tuple(run.read), run.anywhere, run.doubt)


class _Run:
    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._workdir: str | None = ""
        self._hooked = False
        self.roots: dict[str, None] = {}
        self.entries: dict[str, None] = {}
        self.read: dict[str, None] = {}
        self.anywhere = False
        self.doubt: tuple[int, str] | None = None

    def step(self, step: Step, workdir: str) -> None:
        """One RUN."""
        self.anywhere = self.anywhere or any(map(_ANYWHERE.search, step.words))
        terminal = Terminal(self._layout, workdir, step.variables, Met())
        for command in run_commands(self._layout, step, workdir, step.variables):
            self._workdir, self._hooked = directory_of(command), False
            if (
                not self._is_known(command)
                and terminal.starts(command) is None
                and not self._is_alone(command)
            ):
                said = shown(" ".join(command.words))
                by = ", by the scripts of package.json that it runs," if self._hooked else ""
                why = f"what {said[:60]!r} reads{by} is not known, so all that is copied counts"
                self.doubt = self.doubt or (step.line, why)

    def _is_known(self, command: Command) -> bool:
        """Whether it is known what a command does to the files."""
        program, rest = program_of(command), [shown(word) for word in command.words[1:]]
        if program in QUIET | _COMPILERS:
            return _compiler(command) != "" and not self._carries(program, rest)
        if self._workdir is None:
            return False
        if program.startswith("python") and rest[:1] == ["-m"] and len(rest) > 1:
            program, rest = rest[1], rest[2:]
        if program == "uv" and rest[:1] == ["pip"]:
            program, rest = "pip", rest[1:]
        if re.fullmatch(r"pip[0-9.]*", program):
            self._pip(rest)
        elif program in _INSTALLERS or "setup.py" in command.words:
            self._installed(self._workdir)
            return "build_ext" not in rest
        elif program in _MOVERS:
            self.anywhere = self.anywhere or any(map(self._is_there, command.words[1:]))
        elif program == "npx":
            return _compiler(command) in _COMPILERS
        elif program in _PACKAGES:
            quiet = not rest or rest[0] in _FETCHES or rest[0].startswith("-")
            return self._is_quiet(rest) if quiet else self._compiles(program, rest)
        else:
            return False
        return True

    def _compiles(self, program: str, words: Sequence[str]) -> bool:
        """Whether the scripts of a package run nothing but compilers, which read what is imported."""
        listed = self._scripts(program, words)
        return bool(listed) and all(_compiler(one) in _COMPILERS for one in listed)

    def _carries(self, program: str, words: Sequence[str]) -> bool:
        """Whether a program that is quiet otherwise may put what one file has into another."""
        if program == "find":
            return any(word.startswith(("-exec", "-ok")) for word in words) and _LEAVES.isdisjoint(words)
        if program == "tee":
            return any(map(self._is_there, words))
        return (
            words[:1] in (["apply"], ["am"])
            if program == "git"
            else program == "xargs" and (_LEAVES.isdisjoint(words))
        )

    def _is_quiet(self, words: Sequence[str]) -> bool:
        """Whether what installs libraries runs nothing of the package itself that reads other files."""
        listed = [one for hook in HOOKS for one in self._scripts("yarn", [hook])]
        quiet = "--ignore-scripts" in words or all(_compiler(one) in _COMPILERS | _OF_GIT for one in listed)
        self._hooked = not quiet
        return quiet

    def _scripts(self, program: str, words: Sequence[str]) -> list[Command]:
        inside = Inside(self._layout, self._workdir or "", {}, Met())
        return [one for text in scripts(inside, program, words) for one in commands(text, Setting())]

    def _is_alone(self, command: Command) -> bool:
        """Whether an interpreter runs something that is no file of the image."""
        is_interpreter = _INTERPRETERS.fullmatch(program_of(command))
        return bool(is_interpreter) and not any(map(self._is_there, command.words[1:]))

    def _is_there(self, word: str) -> bool:
        """Whether a word may name files of the repository."""
        place = within(self._workdir, _PATTERN.split(word)[0])
        return place is None or bool(self._layout.find(place) or self._layout.is_directory(place))

    def _pip(self, words: Sequence[str]) -> None:
        """What `pip install` installs of the image's own directories."""
        for before, word in zip(["", *words], words, strict=False):
            name, _, value = word.partition("=")
            if before in ("-r", "--requirement", "-c") or name == "--requirement":
                self._requirements(value or word)
            elif not word.startswith("-") and ("/" in word or word.startswith(".")):
                self._installed(within(self._workdir, _path(word)))

    def _requirements(self, name: str) -> None:
        path = within(self._workdir, name)
        found = self._layout.find(path) if path is not None else None
        if path is None or found is None or path in self.read:
            return
        self.read[path] = None
        text = self._layout.snapshot.text(found.path) or ""
        for local in _LOCAL.finditer(text):
            self._installed(within(self._workdir, _path(local[1] or ".")))
        for other in _OTHERS.findall(text):
            self._requirements(f"/{path.rpartition('/')[0]}/{other}")

    def _installed(self, directory: str | None) -> None:
        self.anywhere = True
        if directory is None:
            return
        for root in (directory, f"{directory}/src".strip("/")):
            if self._layout.is_directory(root):
                self.roots[root] = None
        setup = f"{directory}/setup.py".strip("/")
        if self._layout.find(setup):
            self.entries[setup] = None


def _compiler(command: Command) -> str:
    """The program that runs; none where it is told to put its files elsewhere than the settings say."""
    words = [word for word in command.words if word != "npx"]
    if words[:1] == ["esbuild"] and all(map(_BUNDLES.fullmatch, words)):
        return "tsc"  # it too makes of one file what that imports
    return "" if not words or any(map(_PUTS.match, words)) else words[0]


def _path(word: str) -> str:
    return re.sub(r"^file:(//)?", "", word).partition("[")[0]
