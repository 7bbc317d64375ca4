"""Symbolic links: a service that holds a link holds what the link points at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from unshipped.core.model import Closure
from unshipped.core.paths import PathMap, members
from unshipped.core.patterns import encode, is_glob

_MOST_HOPS = 40


def target_of(link: bytes, text: bytes) -> bytes | None:
    """The path in the repository that a link points at, or None where it leads out of it."""
    if text.startswith(b"/"):
        return None
    parts = link.split(b"/")[:-1]
    for part in text.split(b"/"):
        if part == b"..":
            if not parts:
                return None
            parts.pop()
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts)


class Followed(NamedTuple):
    """The map of closures with everything that their links lead to.

    `led[i]` says for closure `i` which further paths it holds, each with the link or pattern that leads
    there. `unread` are links whose text is not known, with the closures that hold them.
    """

    paths: PathMap
    led: list[dict[bytes, bytes]]
    unread: dict[bytes, int]


def followed(closures: Sequence[Closure], links: Mapping[bytes, bytes | None]) -> Followed:
    """Follow the links that closures hold, and the links in what these lead to."""
    if not links:
        return Followed(PathMap(closures), [{} for _ in closures], {})
    extra = _behind_patterns(closures, links)
    paths = PathMap(closures, extra)
    for _hop in range(_MOST_HOPS):
        grown = False
        for link, text in links.items():
            if not text:
                continue
            for index in members(paths.of(link)):
                more = _led_to(link, text, links) - extra[index].keys()
                extra[index].update(dict.fromkeys(more, link))
                grown = grown or bool(more)
        if not grown:
            break
        paths = PathMap(closures, extra)
    unread = {link: paths.of(link) for link, text in links.items() if text is None}
    return Followed(paths, extra, {link: mask for link, mask in unread.items() if mask})


def _behind_patterns(
    closures: Sequence[Closure], links: Mapping[bytes, bytes | None]
) -> list[dict[bytes, bytes]]:
    """For each closure, where its plain patterns lead that pass through a link on their way."""
    known: dict[str, dict[bytes, bytes]] = {}
    extra: list[dict[bytes, bytes]] = []
    for closure in closures:
        led: dict[bytes, bytes] = {}
        for pattern in closure.paths:
            if pattern not in known:
                plain = encode(pattern)
                reached = set() if is_glob(plain) else through(plain, links) - {plain}
                known[pattern] = dict.fromkeys(reached, plain)
            led |= known[pattern]
        extra.append(led)
    return extra


def _led_to(link: bytes, text: bytes, links: Mapping[bytes, bytes | None]) -> set[bytes]:
    target = target_of(link, text)
    return set() if target is None else through(target, links)


def through(path: bytes, links: Mapping[bytes, bytes | None]) -> set[bytes]:
    """The path, every link that lies on the way to it, and where those lead."""
    reached = {path}
    for _hop in range(_MOST_HOPS):
        on_the_way = _first_link(path, links)
        if on_the_way is None:
            break
        reached.add(on_the_way)
        text = links[on_the_way]
        target = target_of(on_the_way, text) if text else None
        if target is None:
            break
        path = (target + path[len(on_the_way) :]).strip(b"/")
        if path in reached:
            break
        reached.add(path)
    return reached


def _first_link(path: bytes, links: Mapping[bytes, bytes | None]) -> bytes | None:
    parts = path.split(b"/")
    for count in range(1, len(parts)):
        parent = b"/".join(parts[:count])
        if parent in links:
            return parent
    return None
