"""The words of a shell text. What is not known of a word stands in it as a mark, and never as a made-up
value: `api-` and a mark for `api-$ENV`.
"""

from __future__ import annotations

import re
from posixpath import normpath

LONGEST = 4000
_UNKNOWN = re.compile("\0([^\0\1]*)\1([^\0]*)\0")
_SPLIT = re.compile("(?:\0[^\0]*\0|[^\\s\0])+")
_SHOWN = 60


def unknown(shown: str, tag: str = "") -> str:
    """A mark for what is not known, by how it is written. Two with one tag are the same, whatever it is."""
    plain = " ".join(_bare(shown).split())
    return f"\0{plain[:_SHOWN]}\1{_bare(tag)}\0"


def _bare(text: str) -> str:
    return text.replace("\0", "").replace("\1", " ")


TOP = unknown("the repository", "top")
"""The top of the repository: it is known which directory it is, and not what it is called."""
START = unknown("the directory it is started in", "start")


def is_known(word: str) -> bool:
    """Whether all of a word is known."""
    return "\0" not in word


def is_mark(word: str) -> bool:
    """Whether a word is one mark, and nothing beside it."""
    return _UNKNOWN.fullmatch(word) is not None


def is_fresh(word: str) -> bool:
    """Whether a word is a mark that was made for one value that nothing tells of."""
    return is_mark(word) and "\1#" in word


def marks(word: str) -> list[str]:
    """The marks of a word."""
    return [] if is_known(word) else [found[0] for found in _UNKNOWN.finditer(word)]


def shown(word: str) -> str:
    """A word as a person may read it: `api-$ENV`."""
    return _UNKNOWN.sub(lambda found: found[1], word)


def split(text: str) -> list[str]:
    """The words that a text without quotes is made of."""
    return _SPLIT.findall(text)


def place(directory: str, path: str) -> str:
    """A path as it is seen from a directory, without detours: below `TOP`, below `START`, or absolute."""
    whole = path if path.startswith(("/", "\0")) else f"{directory}/{path}"
    root, _, rest = whole.partition("/") if whole.startswith("\0") else ("", "", whole)
    if "\0" in rest and ".." in rest.split("/"):
        return unknown(shown(whole), whole)
    if not root:
        return normpath(f"/{rest.lstrip('/')}")
    inner = normpath(rest or ".")
    if root == TOP and inner.split("/")[0] == "..":
        return unknown(shown(whole), "outside")
    return root if inner == "." else f"{root}/{inner}"
