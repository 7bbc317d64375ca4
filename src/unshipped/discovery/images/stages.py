"""Which stages of a Dockerfile depend on which, and the working directory in each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import takewhile

from unshipped.discovery.images.dockerfile import Stage, Step
from unshipped.discovery.images.variables import is_unknown

_VARIABLE = re.compile(r"\$(\{[^{}]*\}|\w+)")
_WILD = re.compile(r"[*?\[\\]")
_BEFORE = "ONBUILD "
_TAKES_ALL = re.compile(r"[:-]onbuild\b", re.IGNORECASE)
"""What the tag says of an image from elsewhere that leaves it to its heirs to copy all of their context."""
_FROM = "from="


class Stages:
    """The stages of one Dockerfile, by their numbers."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        self._stages = stages
        self._workdirs: list[str | None] = []
        for at in range(len(stages)):
            self._workdirs.append(self._workdir_after(at))

    def __len__(self) -> int:
        return len(self._stages)

    def __getitem__(self, at: int) -> Stage:
        return self._stages[at]

    def wanted(self, target: str) -> int | None:
        """The stage that is built; None where there is none of that name, or it may be any."""
        if not target:
            return len(self) - 1
        if "*" in target:
            return None
        found = self.named(target)
        return found[-1] if found else None

    def named(self, name: str) -> list[int]:
        """The stages of a name or number. Several, where it has a variable whose value is not known."""
        name = name.lower()
        if "*" in name or is_unknown(name):
            return self._like(name, range(len(self)), numbers=True)
        found = [at for at, stage in enumerate(self._stages) if stage.name == name]
        if not found and name.isascii() and name.isdecimal() and int(name[:9]) < len(self):
            return [int(name[:9])]
        return found

    def bases(self, at: int) -> list[int]:
        """The earlier stages that a stage may be built on; more than one where a variable is not known."""
        base = self._stages[at].base.lower()
        if "*" in base or is_unknown(base):
            return self._like(base, range(at), numbers=False)
        found = [earlier for earlier in range(at) if self._stages[earlier].name == base]
        return found[-1:]

    def needs(self, at: int) -> list[int]:
        """The stages that a stage is built on or takes files from."""
        names = (name for step in self.steps(at) for name in taken_from(step))
        return [*self.bases(at), *(other for name in names for other in self.named(name) if other != at)]

    def _like(self, name: str, among: Iterable[int], *, numbers: bool) -> list[int]:
        pattern = re.sub(r"\*+", "*", _VARIABLE.sub("*", name)).replace("[", "[[]")
        if pattern.count("*") > 3:
            pattern = "*"
        names = {at: [self._stages[at].name or "-", *([str(at)] if numbers else [])] for at in among}
        return [at for at, known in names.items() if any(fnmatchcase(one, pattern) for one in known)]

    def may_be_several(self, at: int) -> bool:
        """Whether a stage may be built on an earlier one and it is not known on which."""
        base = self._stages[at].base
        return bool(self.bases(at)) and ("*" in base or is_unknown(base))

    def line(self, at: int) -> list[int]:
        """A stage and those that it is built on, the lowest first."""
        line = [at]
        while found := self.bases(line[-1]):
            line.append(found[-1])
        return line[::-1]

    def steps(self, at: int) -> list[Step]:
        """The instructions of a stage, those first that its base leaves to whoever is built on it."""
        left = [
            step._replace(name=step.name.removeprefix(_BEFORE))
            for base in self.bases(at)
            for step in self._stages[base].steps
            if step.name.startswith(_BEFORE)
        ]
        own = self._stages[at]
        if not left and _TAKES_ALL.search(own.base):
            text = f"FROM {own.base}"
            left = [Step("COPY", (".", "$ONBUILD/"), {}, own.line, text, False, (), {})]
        return [*left, *own.steps]

    def workdir_before(self, at: int) -> str | None:
        """The directory in which a stage begins; None where it is not known."""
        found = self.bases(at)
        if not found:
            return ""
        known = {self._workdirs[base] for base in found}
        return known.pop() if len(known) == 1 else None

    def workdir(self, at: int) -> str | None:
        """The directory in which a stage ends."""
        return self._workdirs[at]

    def _workdir_after(self, at: int) -> str | None:
        workdir = self.workdir_before(at)
        for step in self.steps(at):
            if step.name == "WORKDIR":
                workdir = within(workdir, "".join(step.words[:1]))
        return workdir


def taken_from(step: Step) -> Iterator[str]:
    """What an instruction takes files from, other than the context."""
    yield from step.flags.get("from", ()) if step.name == "COPY" else ()
    for mount in step.flags.get("mount", ()):
        yield from (part[len(_FROM) :] for part in mount.split(",") if part.startswith(_FROM))


def holding(source: str) -> str:
    """The run-time place that all of a source of `COPY --from` lies at or below: itself, where it has no
    wildcard.
    """
    parts = ("/" if is_unknown(source) else source).split("/")
    plain = takewhile(lambda part: not _WILD.search(part), parts)
    return within("", "/".join(plain)) or ""


def within(workdir: str | None, path: str) -> str | None:
    """A run-time path, from the working directory where it is relative; None where it is not known."""
    if is_unknown(path) or "*" in path or (workdir is None and not path.startswith("/")):
        return None
    parts = [] if path.startswith("/") else (workdir or "").split("/")
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(part for part in parts if part)
