"""Words as they are put together: quoted pieces, unquoted ones that fall apart, braces, wildcards."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import product

from unshipped.discovery.shell.words import LONGEST, split, unknown

# Unquoted characters that mean more than themselves, as they stand in a word that is not yet finished.
_SPECIAL = str.maketrans("{,}*?[", "\2\3\4\5\6\7")
_PLAIN = str.maketrans("\2\3\4\5\6\7", "{,}*?[")
_GROUP = re.compile("\2([^\2\4]*)\4")
_WILD = re.compile("[\5\6\7]")
_MOST = 200
List = Callable[[str], Sequence[str] | None]
"""The paths that match a pattern; None where that is not known."""


class Fields:
    """The words of one command, while they are made."""

    def __init__(self, listed: List | None = None) -> None:
        self._words: list[str] = []
        self._open: str | None = None
        self._listed = listed
        """Without it, a pattern stays as it is written."""

    def literal(self, text: str) -> None:
        """Unquoted text as it is written."""
        self.quoted(text.translate(_SPECIAL))

    def quoted(self, text: str) -> None:
        """A piece that stays together."""
        self._open = ((self._open or "") + text)[: LONGEST + 1]

    def unquoted(self, text: str) -> None:
        """The value of a variable, or what a command printed: each of its words is one."""
        if text[:1].isspace():
            self.end()
        for at, word in enumerate(split(text)):
            if at:
                self.end()
            self.quoted(re.sub(r"[*?[]", lambda found: found[0].translate(_SPECIAL), word))
        if text[-1:].isspace():
            self.end()

    def several(self, words: Sequence[str]) -> None:
        """Words that stay apart, as those of "$@"."""
        for at, word in enumerate(words[:_MOST]):
            if at:
                self.end()
            self.quoted(word)

    def end(self) -> None:
        """What comes next is another word."""
        if self._open is not None:
            word, self._open = self._open, None
            for one in _braces(word):
                self._words += self._wild(one)

    def words(self) -> list[str]:
        """All of them."""
        self.end()
        return self._words

    def text(self) -> str:
        """All that was put in, as one text."""
        self._words.append((self._open or "").translate(_PLAIN))
        return checked(" ".join(self._words))

    def _wild(self, word: str) -> Sequence[str]:
        plain = checked(word.translate(_PLAIN))
        if self._listed is None or not _WILD.search(word):
            return [plain]
        found = self._listed(plain)
        return [unknown(plain, plain)] if found is None else list(found)[:_MOST] or [plain]


def checked(text: str) -> str:
    """The text, or a mark where it is too long to be kept."""
    return text if len(text) <= LONGEST else unknown(text[:40].replace("\0", ""), "too long")


def _braces(word: str) -> list[str]:
    """`a{b,c}` is `ab` and `ac`."""
    groups = list(_GROUP.finditer(word))
    if not groups:
        return [word]
    if word.count("\2") > len(groups):
        return [unknown(word.translate(_PLAIN), word)]
    pieces: list[list[str]] = []
    at = 0
    for group in groups:
        pieces.append([word[at : group.start()]])
        choices = group[1].split("\3")
        pieces.append(choices if len(choices) > 1 else [group[0]])
        at = group.end()
    pieces.append([word[at:]])
    made = 1
    for choices in pieces:
        made *= len(choices)
    if made > _MOST:
        return [unknown(word.translate(_PLAIN), word)]
    return ["".join(one) for one in product(*pieces)]
