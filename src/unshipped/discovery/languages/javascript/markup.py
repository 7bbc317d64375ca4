"""What is no script by itself: components and pages that have scripts in them, and style sheets."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from itertools import pairwise

from unshipped.core.value import Value

STYLES = (".css", ".scss", ".sass", ".less")
MARKUP = (".vue", ".svelte", ".astro", ".mdx", *STYLES)
_TAG = re.compile(rb"<(/?)script\b[^>]{0,1000}>", re.IGNORECASE)
_FRONT = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*---\r?\n(.*?\r?\n)---", re.DOTALL)
_FENCED = re.compile(rb"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_PARAGRAPH = re.compile(rb"^((?:import|export)\b.*?)(?:\n[ \t\r]*\n|\Z)", re.DOTALL | re.MULTILINE)
_ATTRIBUTE = re.compile(
    rb"""\b(?:src|srcset|href|poster)\s*=\s*["']((?:\.{1,2}|[~@])/[^"'{}\s]{1,200})["']"""
)
_STYLE = re.compile(
    rb"""@(?:import|use|forward|require|reference|plugin|config|source)\b[^"';{}]{0,80}["']([^"'\n]{1,200})["']|"""
    rb"""\burl\(\s*["']?([^"')\s]{1,200})|\bcomposes\s*:[^;{}]{1,200}\bfrom\s+["']([^"'\n]{1,200})["']"""
)
_ABSOLUTE = re.compile(rb"[\w+.-]*:|//|[/#]")


class Named(Value):
    """A file that is named outside of scripts."""

    what: str
    line: int
    is_style: bool


def markup(suffix: str, source: bytes) -> tuple[bytes, list[Named]]:
    """The scripts, each where it stands and all else blank, and the files that the rest names."""
    rest = bytearray(source)
    scripts = bytearray(_blank(source))
    for start, end in _scripts(suffix, source):
        scripts[start:end] = source[start:end]
        rest[start:end] = _blank(source[start:end])
    found = [(match, True) for match in _STYLE.finditer(rest)]
    found += [(match, False) for match in _ATTRIBUTE.finditer(rest) if suffix not in STYLES]
    named, lines = [], line_of(source)
    for match, is_style in found:
        what = next(one for one in match.groups() if one is not None)
        if not _ABSOLUTE.match(what):
            named.append(Named(what.decode("utf-8", "replace"), lines(match.start()), is_style))
    return bytes(scripts), named


def line_of(source: bytes) -> Callable[[int], int]:
    """On which line a byte stands."""
    ends = [match.start() for match in re.finditer(rb"\n", source)]
    return lambda at: bisect_left(ends, at) + 1


def _scripts(suffix: str, source: bytes) -> list[tuple[int, int]]:
    if suffix in STYLES:
        return []
    if suffix == ".mdx":
        bare = _FENCED.sub(lambda one: _blank(one[0]), source)
        return [match.span(1) for match in _PARAGRAPH.finditer(bare)]
    tags = list(_TAG.finditer(source))
    blocks = [(one.end(), end.start()) for one, end in pairwise(tags) if not one[1] and end[1]]
    if suffix == ".astro" and (front := _FRONT.match(source)):
        return [front.span(1), *(block for block in blocks if block[0] > front.end())]
    return blocks


def _blank(source: bytes) -> bytes:
    """As many lines and bytes, and nothing in them."""
    return re.sub(rb"[^\n]", b" ", source)
