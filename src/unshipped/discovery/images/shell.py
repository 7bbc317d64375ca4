"""The commands of a shell text, as far as they can be told apart without running it."""

from __future__ import annotations

import re
from collections.abc import Mapping

_LONGEST = 50_000
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r]+)
    | (?P<comment>(?<![^\s;&|()])\#[^\n]*)
    | (?P<redirect>[0-9]*(?:>>|>\||>&|<&|<>|&>>|&>|>|<(?!<))(?:[0-9]+(?![^\s;&|()<>])|-)?)
    | (?P<end>&&|\|\||;;|[;&|\n()])
    | (?P<single>'[^']*')
    | (?P<double>"(?:[^"\\`$]|\\.|\$(?!\())*")
    | (?P<escape>\\.)
    | (?P<dollar>\$(?!\())
    | (?P<plain>[^\s\\'"$`;&|()<>]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^${}]*))?\}|([A-Za-z_]\w*))")
_ESCAPED = re.compile(r"\\([\"\\$`])")
_BRACED = re.compile(r"\$\{[^{}\s]*\}|\$\w*|\$.")


def commands(text: str, environment: Mapping[str, str]) -> list[list[str]] | None:
    """The words of each command of a text, with the variables that are known; None where some of the text
    is beyond this reader, as what another command prints is.
    """
    if len(text) > _LONGEST:
        return None
    text, reader, at = text.replace("\\\n", " "), _Reader(environment), 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return None
        at = token.end()
        if token.lastgroup == "dollar" and (variable := _BRACED.match(text, token.start())):
            reader.variable(variable[0])
            at = variable.end()
        else:
            reader.read(str(token.lastgroup), token[0])
    reader.read("end", "")
    return [words for words in reader.found if words]


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self.found: list[list[str]] = [[]]
        self._environment = environment
        self._word: str | None = None
        self._skips = False
        """Whether the next word is where output goes, and none of the command's."""

    def read(self, kind: str, text: str) -> None:
        if kind == "single":
            self._add(text[1:-1])
        elif kind == "double":
            self._add(expanded(_ESCAPED.sub(r"\1", text[1:-1]), self._environment))
        elif kind == "escape":
            self._add(text[1:])
        elif kind in ("plain", "dollar"):
            self._add(text)
        else:
            self._end_word()
            if kind == "end":
                self._skips = False
                self.found.append([])
            elif kind == "redirect":
                self._skips = text[-1] in "<>|&"

    def variable(self, text: str) -> None:
        """Without quotes, the value of a variable may be several words."""
        value = expanded(text, self._environment)
        first, *others = value.split() or [value]
        self._add(first)
        for other in others:
            self._end_word()
            self._add(other)

    def _add(self, text: str) -> None:
        self._word = (self._word or "") + text

    def _end_word(self) -> None:
        if self._word is None:
            return
        if not self._skips:
            self.found[-1].append(self._word)
        self._word, self._skips = None, False


def expanded(text: str, environment: Mapping[str, str]) -> str:
    """A text with the variables that are known; the others stay as they are."""

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[3]
        known = environment.get(name)
        if known:
            return known
        if found[2] is not None:
            return str(found[2])
        return found[0] if known is None else ""

    return _VARIABLE.sub(value, text)
