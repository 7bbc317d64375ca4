"""Symbolic links: a service that holds a link holds what the link points at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from unshipped.core.closures.patterns import encode, is_glob
from unshipped.core.model import Closure
from unshipped.core.paths import PathMap, members
from unshipped.core.value import Value

_MOST_HOPS, LONGEST = 40, 4095

_Behind = tuple[dict[bytes, bytes], dict[bytes, bytes]]
"""Where a pattern or a link leads, and the links on the way there, each with that pattern or link."""


def target_of(link: bytes, text: bytes) -> bytes | None:
    """The path in the repository that a link points at, or None where it leads out of it."""
    return next(iter(_behind_link(link, text, {})[0]), None)


class Followed(Value):
    """The map of closures with everything that their links lead to.

    `led[i]` says for closure `i` which further paths it holds, each with the link or pattern that leads
    there. `unread` are links whose text is not known, with the closures that hold them.
    """

    paths: PathMap
    led: list[dict[bytes, bytes]]
    unread: dict[bytes, int]


def followed(closures: Sequence[Closure], links: Mapping[bytes, bytes | None]) -> Followed:
    """Follow the links that closures hold, and the links in what these lead to.

    A link that only lies on the way to a pattern or a target counts itself, since to turn it is to change
    what is reached; what else it leads to does not.
    """
    if not links:
        return Followed(PathMap(closures), [{} for _ in closures], {})
    open_ = sum(1 << index for index, closure in enumerate(closures) if not closure.settled)
    led: list[dict[bytes, bytes]] = [{} for _ in closures]
    ways: list[dict[bytes, bytes]] = [{} for _ in closures]
    _behind_patterns(closures, links, led, ways)
    behind = dict(_behind_links(links))
    plain = PathMap(closures)
    paths = plain.extended(led)
    for _hop in range(_MOST_HOPS):
        if not _one_hop(paths, behind, led, ways, open_):
            break
        paths = plain.extended(led)
    held = [far | way for far, way in zip(led, ways, strict=True)]
    if any(ways):
        paths = plain.extended(held)
    unread = {link: paths.of(link) for link, text in links.items() if text is None}
    return Followed(paths, held, {link: mask for link, mask in unread.items() if mask})


def _one_hop(
    paths: PathMap,
    behind: Mapping[bytes, _Behind],
    led: list[dict[bytes, bytes]],
    ways: list[dict[bytes, bytes]],
    open_: int,
) -> bool:
    """Add what the links that are held so far lead to; whether that was anything new."""
    grown = False
    for link, (reached, passed) in behind.items():
        for index in members(paths.of(link) & open_):
            grown = grown or not reached.keys() <= led[index].keys()
            led[index].update(reached)
            ways[index].update(passed)
    return grown


def _behind_patterns(
    closures: Sequence[Closure],
    links: Mapping[bytes, bytes | None],
    led: list[dict[bytes, bytes]],
    ways: list[dict[bytes, bytes]],
) -> None:
    """Where plain patterns lead that pass through a link on their way."""
    known: dict[str, _Behind] = {}
    for index, closure in enumerate(closures):
        for pattern in () if closure.settled else closure.paths:
            found = known.get(pattern)
            if found is None:
                found = known[pattern] = _behind(encode(pattern), links)
            if found[1]:
                led[index].update(found[0])
                ways[index].update(found[1])


def _behind(pattern: bytes, links: Mapping[bytes, bytes | None]) -> _Behind:
    reached, passed = (set(), set()) if is_glob(pattern) else through(pattern, links)
    return dict.fromkeys(reached - {pattern}, pattern), dict.fromkeys(passed, pattern)


def _behind_links(links: Mapping[bytes, bytes | None]) -> Iterator[tuple[bytes, _Behind]]:
    for link, text in links.items():
        reached, passed = _behind_link(link, text, links)
        yield link, (dict.fromkeys(reached, link), dict.fromkeys(passed, link))


def _behind_link(
    link: bytes, text: bytes | None, links: Mapping[bytes, bytes | None]
) -> tuple[set[bytes], set[bytes]]:
    if text is None or not _leads(text):
        return set(), set()
    return through(link.rpartition(b"/")[0] + b"/" + text, links)


def through(path: bytes, links: Mapping[bytes, bytes | None]) -> tuple[set[bytes], set[bytes]]:
    """The path and where it really lies, and the links that are passed on the way there. As for the kernel,
    `..` leads up from where a link leads, and not from where it lies.
    """
    reached: set[bytes] = set()
    passed: set[bytes] = set()
    here, ahead, hops = b"", _reversed(path), 0
    while ahead:
        part, above = ahead.pop(), here
        if (part == b".." and not here) or len(here) > LONGEST:
            return reached, passed
        if part == b"..":
            here = here.rpartition(b"/")[0]
            continue
        here = b"/".join((here, part)) if here else part
        if not ahead or here not in links:
            continue
        passed.add(here)
        if b".." not in ahead:
            reached.add(b"/".join((here, *reversed(ahead))))
        text = links[here]
        if text is None or not _leads(text) or hops == _MOST_HOPS:
            return reached, passed
        here, hops = above, hops + 1
        ahead += _reversed(text)
    return reached | {here}, passed


def _leads(text: bytes) -> bool:
    """Whether a link may lead to something of the repository. The kernel takes none that is longer."""
    return 0 < len(text) <= LONGEST and not text.startswith(b"/")


def _reversed(path: bytes) -> list[bytes]:
    return [part for part in reversed(path.split(b"/")) if part not in (b"", b".")]
