"""Which Go packages the RUN commands of a stage build, if that is all that they make of the repository."""

from __future__ import annotations

import re

from unshipped.discovery.images.dockerfile import Step
from unshipped.discovery.images.ground import is_option
from unshipped.discovery.images.script import directory_of, program_of, run_commands
from unshipped.discovery.images.stages import within
from unshipped.discovery.languages.go.modules import module_of, modules
from unshipped.discovery.languages.go.packages import packages_below, sources
from unshipped.discovery.layout import Layout
from unshipped.discovery.shell import Command, is_known

_GO = {"go", "xx-go"}
_APART = {
    *("apk", "apt", "apt-get", "yum", "dnf", "microdnf", "curl", "wget", "xx-apk", "xx-apt", "xx-verify"),
    *("update-ca-certificates", "adduser", "addgroup", "useradd", "groupadd", "setcap", "chmod", "chown"),
    *("mkdir", "rm", "touch", "sleep", "ls", "id", "date", "uname", "gofmt", "golangci-lint", "staticcheck"),
}  # fmt: skip
"""Programs that make no file out of the repository's."""
_TAKERS = {
    "cp": 1,
    "mv": 1,
    "ln": 1,
    "install": 1,
    "cat": 0,
    "strip": 0,
    "upx": 0,
    "file": 0,
    "tar": 0,
    "unzip": 0,
}
"""Programs that may do so with the files they name; with how many of their last words are none of these."""
_GIT = {"config", "clone", "describe", "rev-parse", "log", "status", "version", "--version"}
_LOOKS = {"get", "vet", "test", "version", "env", "clean", "list", "fmt", "doc", "telemetry", "help"}
_MOD = {"download", "verify", "tidy", "vendor", "graph", "why"}
_VALUED = {
    *("o", "p", "asmflags", "buildmode", "compiler", "gccgoflags", "gcflags", "installsuffix"),
    *("ldflags", "mod", "pkgdir", "tags", "covermode", "coverpkg"),
}  # fmt: skip
_PLAIN = {
    *("a", "n", "race", "msan", "asan", "v", "x", "work", "linkshared", "modcacherw", "trimpath", "cover"),
    *("json", "buildvcs", "i"),
}  # fmt: skip
_PLACES = {"GOWORK", "CPATH", "C_INCLUDE_PATH", "LIBRARY_PATH"} | {
    f"CGO_{one}FLAGS" for one in ("C", "CPP", "CXX", "LD")
}
"""Variables that may name places where more is taken from."""
_FILES = re.compile(r"(.*/)?[^/$]*\.go")
_PATH = re.compile(r"[\w./~+-]+")
_VERSION = re.compile(r"[\w./~+-]+@\S+")
_NAMES = re.compile(r"[\w.@~+-][\w./@~+-]*")


class Builds:
    """What was read of the commands so far."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.compiles = False
        """Whether anything is built at all."""
        self.packages: dict[str, None] = {}
        """The run-time directories of the packages that are built."""
        self.looked: dict[str, None] = {}
        """The run-time paths that were looked for: whether they are there may change the answer."""
        self.settings: dict[str, None] = {}
        """The run-time paths of the files that say what an import path on a command line is."""

    def run(self, step: Step, workdir: str) -> bool:
        """Read one RUN; false where it may make other files out of those of the repository."""
        if any("<" in word for word in step.words):
            return False
        # All of them are read, so that it is known whether any builds.
        listed = run_commands(self._layout, step, workdir, step.variables)
        return False not in [_Line(self, self._layout, one).is_known() for one in listed]

    def has(self, path: str) -> bool:
        """Whether the repository's files are at a run-time path."""
        self.looked[path] = None
        return self._layout.find(path) is not None or self._layout.is_directory(path)

    def has_go(self, path: str) -> bool:
        """Whether Go files are at a run-time path, or below it."""
        self.looked[path] = None
        return any(one.endswith(".go") for one in (path, *self._layout.below(path)))

    def add(self, directory: str) -> bool:
        """Take the package in a directory for built; false where there is none."""
        self.looked[directory] = None
        if not sources(self._layout, directory):
            return False
        self.packages[directory] = None
        return True


class _Line:
    """One command of a RUN."""

    def __init__(self, builds: Builds, layout: Layout, command: Command) -> None:
        self._builds, self._layout, self._command = builds, layout, command
        self._place = directory_of(command)

    def is_known(self) -> bool:
        """Whether it is known what it makes of the repository's files."""
        program, rest = program_of(self._command), list(self._command.words[1:])
        if "/" in self._command.words[0] and self._takes(self._command.words[0]):
            return False
        if program in _GO:
            return self._go(rest)
        if program in _TAKERS:
            given = [word for word in rest if not is_option(word)]
            target_first = any(word.startswith(("-t", "--target")) for word in rest)
            return not any(
                map(self._takes, given if target_first else given[: len(given) - _TAKERS[program]])
            )
        return program in _APART or (program == "git" and rest[:1] != [] and rest[0] in _GIT)

    def _is_plain(self, name: str, value: str) -> bool:
        """Whether a variable leaves it to the commands what they build from."""
        if name == "GO111MODULE":
            return is_known(value) and value != "off"
        if name == "GOFLAGS":
            return self._flags(value.split()) == []
        return name not in _PLACES or (is_known(value) and "/" not in value)

    def _move(self, path: str) -> bool:
        self._place = within(self._place, path) if path and is_known(path) and "~" not in path else None
        return self._place is not None

    def _takes(self, word: str) -> bool:
        """Whether a word may name files of the repository."""
        plain = _NAMES.match(word.removeprefix("/"))
        if plain is None or plain[0] != word.removeprefix("/"):
            # Of a pattern, what comes before it.
            word = word[: plain.end() if plain else 0].rpartition("/")[0] or "."
        path = within(self._place, word)
        return path is None or self._builds.has(path)

    def _go(self, words: list[str]) -> bool:
        """`go build`, `go install`, and what makes nothing."""
        name, rest = "".join(words[:1]), words[1:]
        if name in ("build", "install"):
            self._builds.compiles = True
            plain = all(self._is_plain(name, value) for name, value in self._command.environment.items())
            packages = self._flags(rest)
            return plain and packages is not None and all(map(self._package, packages or ["."]))
        if name == "mod":
            return "".join(rest[:1]) in _MOD
        return name in _LOOKS and not any(
            word.startswith(("GOFLAGS", "GOWORK", "GO111MODULE")) for word in rest
        )

    def _flags(self, words: list[str]) -> list[str] | None:
        """What is left of the words of `go build` when its flags are taken away; None where one is not known,
        or names files.
        """
        at = 0
        while at < len(words) and is_option(words[at]):
            name, given, value = words[at].lstrip("-").partition("=")
            takes_next = not given and name not in _PLAIN
            at += 1
            if takes_next:
                value = "".join(words[at : at + 1])
                at += 1
            if name == "C":
                if not self._move(value):
                    return None
            elif name == "pgo":
                if value not in ("auto", "off"):
                    return None
            elif name not in _VALUED | _PLAIN:
                return None
        return words[at:]

    def _package(self, word: str) -> bool:
        """One package that is built: a directory, files, everything below, or an import path."""
        if _VERSION.fullmatch(word):
            return True  # it is downloaded
        files = _FILES.fullmatch(word)
        path = (files[1] or ".") if files else word
        if self._place is None or not _PATH.fullmatch(path):
            return False
        if files or path.startswith((".", "/")):
            return self._directory(path)
        return self._imported(path, self._place)

    def _directory(self, path: str) -> bool:
        base = path.removesuffix("...")
        directory = None if "..." in base else within(self._place, base)
        if directory is None:
            return False
        if base == path:
            return self._builds.add(directory)
        return self._builds.has(directory) and all(
            map(self._builds.add, packages_below(self._layout, directory))
        )

    def _imported(self, path: str, place: str) -> bool:
        said = modules(self._layout, [place], place)
        if said is None:
            home = module_of(self._layout, place)
            self._builds.settings |= {} if home is None else {f"{home}/go.mod".strip("/"): None}
            return False
        self._builds.settings |= dict.fromkeys(said.files(self._layout))
        directories, module = said.place(path)
        return any(self._builds.add(one) for one in directories) or module is None
