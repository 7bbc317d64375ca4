"""The elements of a build file in XML, by their plain names."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, fromstring

from unshipped.discovery.documents import note_unread
from unshipped.discovery.finders._names import known
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Place

_NOTHING = Element("nothing")


def elements(snapshot: Snapshot, path: str) -> Element:
    """The root of a file, without namespaces; an empty one where there is none, or it is not in order."""
    text = (snapshot.text(path) or "").lstrip("\ufeff").strip()
    if not text:
        return _NOTHING
    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # no build has one; what it can make of a text has no end
        note_unread(snapshot, Place(path), "it has definitions of its own")
        return _NOTHING
    try:
        root = fromstring(text)  # noqa: S314 - without definitions
    except (ParseError, ValueError) as error:
        line = error.position[0] if isinstance(error, ParseError) else 0
        note_unread(snapshot, Place(path, line), "it is not valid XML")
        return _NOTHING
    for one in root.iter():
        one.tag = one.tag.rpartition("}")[2]
    return root


def said(element: Element | None, *path: str) -> str:
    """The text of what lies below an element; empty where there is none, or a variable is in it."""
    found = None if element is None else element.find("/".join(path))
    return known(found.text) if found is not None else ""


def below(element: Element, *, without: frozenset[str]) -> Iterator[Element]:
    """Every element below one, outside of those with such names."""
    waiting = [element]
    while waiting:
        children = [one for one in waiting.pop() if one.tag not in without]
        yield from children
        waiting += children
