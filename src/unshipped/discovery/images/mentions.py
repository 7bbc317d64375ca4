"""The files and directories that the texts of an image name, beside what they start."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from unshipped.core.value import Value
from unshipped.discovery.images.builds import runs
from unshipped.discovery.images.dockerfile import Stage
from unshipped.discovery.images.ground import Inside, Met
from unshipped.discovery.images.stages import within
from unshipped.discovery.images.variables import expanded
from unshipped.discovery.layout import Layout

_WORD = re.compile(r"[^\s'\"=;&|()<>,\[\]{}:]+")
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_ELSEWHERE = {"PATH", "PYTHONPATH", "HOME", "PWD", "LD_LIBRARY_PATH", "NODE_PATH", "VIRTUAL_ENV"}


class Mention(Value):
    """A file or directory of the image that a text names."""

    at: str
    """Its run-time path."""
    line: int
    is_argument: bool = False
    """Whether what is started is given it: then all that lies in a directory counts, source too."""


def mentioned(
    layout: Layout, line: Sequence[Stage], workdir: str, environment: Mapping[str, str]
) -> Iterator[Mention]:
    """What the commands and the variables name."""
    for step, where, _copied in runs(line, ("CMD", "ENTRYPOINT", "RUN", "HEALTHCHECK")):
        inside = Inside(layout, where if step.name == "RUN" else workdir, environment, Met())
        for word in (word for text in (*step.words, *step.heredocs) for word in _words(text, environment)):
            for place in _places(inside, word):
                if step.name != "RUN" or layout.find(place):
                    yield Mention(place, step.line, is_argument=step.name in ("CMD", "ENTRYPOINT"))
    inside = Inside(layout, workdir, environment, Met())
    for name, value in environment.items():
        if name not in _ELSEWHERE:
            for place in (one for word in _words(value, environment) for one in _places(inside, word)):
                yield Mention(place, line[-1].line)


def _words(text: str, environment: Mapping[str, str]) -> list[str]:
    return _WORD.findall(expanded(text, environment))


def _places(inside: Inside, word: str) -> Iterator[str]:
    """The file or directory of a word, or the files of a module."""
    place = within(inside.workdir, word)
    if place and (inside.layout.find(place) or inside.layout.is_directory(place)):
        yield place
    elif _MODULE.fullmatch(word):
        yield from inside.module(word) or inside.module(word.rpartition(".")[0])
