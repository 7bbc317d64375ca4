"""The landings of a branch since a moment, and which of them touch each of many closures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from unshipped.core.closures.links import LONGEST, followed
from unshipped.core.closures.patterns import decode
from unshipped.core.history.difference import Difference
from unshipped.core.history.retrace import Chronicle, Edit, Landed, Reach, Touch
from unshipped.core.history.times import in_turn
from unshipped.core.model import Closure
from unshipped.core.paths import PathMap, members
from unshipped.core.value import Value
from unshipped.git.batch import short
from unshipped.git.commits import Title, describe
from unshipped.git.derived import Derivation, is_derived
from unshipped.git.differences import Differences
from unshipped.git.history import first_parents
from unshipped.git.memory import Memory
from unshipped.git.trees import read_links

_WHOLE = [b""]
_LINK = b"120000"


class _Row(Value):
    commit: str
    parent: str
    at: float


class _Stage(Value):
    start: int
    closure: Closure


def chronicle(
    git_dir: str,
    tip: str,
    since: datetime,
    deployed: Iterable[str],
    closures: Sequence[Closure],
    memory: Memory,
    derivation: Derivation | None,
    now: datetime,
) -> Chronicle:
    """The landings since that moment, further back to the oldest of the deployed commits that the branch
    has. Raises `GitError`.
    """
    rows = _rows(git_dir, tip, since, frozenset(deployed), now)
    # The bottom of the range serves as what was before it: what it changed itself is not asked for.
    edges = [(row.commit, row.parent) for row in rows[1:]]
    known = Differences(git_dir, _WHOLE, memory)
    known.read(edges, jobs=2)
    known.keep()
    changes = known.parsed(edges)
    stages = _stages(git_dir, rows, closures, changes, derivation)
    reaches = tuple(_reaches(rows, changes, stages, closures))
    touched = {rows[touch.place].commit for reach in reaches for touch in reach.touches}
    titles = describe(git_dir, touched)
    return Chronicle(tuple(_landed(row, titles) for row in rows), reaches)


def _rows(git_dir: str, tip: str, since: datetime, deployed: frozenset[str], now: datetime) -> list[_Row]:
    """The oldest first."""
    listed = first_parents(git_dir, tip)[::-1]
    times = in_turn([float(seconds) for seconds, *_ in listed], now.timestamp())
    rows = [
        _Row(commit, parents[0] if parents else "", at)
        for (_, commit, *parents), at in zip(listed, times, strict=True)
    ]
    before = sum(row.at < since.timestamp() for row in rows)
    oldest = min((at for at, row in enumerate(rows) if row.commit in deployed), default=before)
    return rows[max(min(before - 1, oldest), 0) :]


def _landed(row: _Row, titles: Mapping[str, Title]) -> Landed:
    return Landed(row.commit, datetime.fromtimestamp(row.at, UTC), *titles.get(row.commit, Title()))


def _reaches(
    rows: Sequence[_Row],
    changes: Mapping[str, Difference],
    stages: Sequence[Sequence[_Stage]],
    closures: Sequence[Closure],
) -> Iterator[Reach]:
    owners = [(at, number) for at, found in enumerate(stages) for number in range(len(found))]
    paths = PathMap([stages[at][number].closure for at, number in owners])
    touches: list[list[Touch]] = [[] for _ in closures]
    for place, row in enumerate(rows[1:], start=1):
        for at, edits in _edits(changes[row.commit], paths, owners).items():
            touches[at].append(Touch(place, tuple(edits)))
    for at, closure in enumerate(closures):
        starts = tuple(stage.start for stage in stages[at])
        yield Reach(tuple(touches[at]), starts, derived=is_derived(closure))


def _edits(change: Difference, paths: PathMap, owners: Sequence[tuple[int, int]]) -> dict[int, list[Edit]]:
    """What a landing changed, by closure."""
    found: dict[int, list[Edit]] = {}
    for entry, path in zip(change.entries, change.paths, strict=True):
        mask = paths.of(path)
        if not mask:
            continue
        held: dict[int, int] = {}
        for member in members(mask):
            at, number = owners[member]
            held[at] = held.get(at, 0) | 1 << number
        old, new, before, after, *_ = entry[1:].split(b" ")
        edits = {stages: Edit(path, old + before, new + after, stages) for stages in set(held.values())}
        for at, stages in held.items():
            found.setdefault(at, []).append(edits[stages])
    return found


def _stages(
    git_dir: str,
    rows: Sequence[_Row],
    closures: Sequence[Closure],
    changes: Mapping[str, Difference],
    derivation: Derivation | None,
) -> list[list[_Stage]]:
    """For each closure what it was, from which place on, the oldest first."""
    plain = [at for at, closure in enumerate(closures) if not is_derived(closure)]
    derived = [at for at, closure in enumerate(closures) if is_derived(closure)]
    found: dict[int, list[_Stage]] = {}
    if plain:
        found |= zip(plain, _by_links(git_dir, rows, [closures[at] for at in plain], changes), strict=True)
    if derived and derivation:
        places = {row.commit: place for place, row in enumerate(rows)}
        eras = derivation.eras(rows[-1].commit, [closures[at] for at in derived], rows[0].commit)
        found |= zip(derived, (_ascending(one, places) for one in eras), strict=True)
    return [found[at] for at in range(len(closures))]


def _ascending(eras: Sequence[tuple[str, Closure | None]], places: Mapping[str, int]) -> list[_Stage]:
    """Eras are told from the tip down, each by the newest commit that has it."""
    starts = [places[since] + 1 for since, _ in eras[1:]] + [0]
    return [_Stage(start, closure or Closure(())) for start, (_, closure) in zip(starts, eras, strict=True)][
        ::-1
    ]


def _by_links(
    git_dir: str, rows: Sequence[_Row], closures: Sequence[Closure], changes: Mapping[str, Difference]
) -> list[list[_Stage]]:
    """Closures with all that their links led to: another stage wherever a landing turned one that matters."""
    turned = _turned(rows, changes)
    texts = short(
        git_dir, sorted({one for links in turned.values() for one in links.values() if one}), LONGEST
    )
    links = dict(read_links(git_dir, rows[-1].commit))
    stages = [[_Stage(0, one)] for one in _spread(closures, links)]
    for place in sorted(turned, reverse=True):
        for path, blob in turned[place].items():
            if blob:
                links[path] = texts.get(blob)
            else:
                links.pop(path, None)
        for found, closure in zip(stages, _spread(closures, links), strict=True):
            if closure != found[0].closure:
                found[0] = found[0]._replace(start=place)
                found.insert(0, _Stage(0, closure))
    return stages


def _turned(rows: Sequence[_Row], changes: Mapping[str, Difference]) -> dict[int, dict[bytes, str]]:
    """Where a landing changed links: by its place, each with the blob it had before; empty for none."""
    found: dict[int, dict[bytes, str]] = {}
    for place, row in enumerate(rows[1:], start=1):
        change = changes[row.commit]
        for entry, path in zip(change.entries, change.paths, strict=True):
            if _LINK in (entry[1:7], entry[8:14]):
                was = entry.split(b" ")[2].decode("ascii") if entry[1:7] == _LINK else ""
                found.setdefault(place, {})[path] = was
    return found


def _spread(closures: Sequence[Closure], links: Mapping[bytes, bytes | None]) -> list[Closure]:
    led = followed(closures, links).led
    return [
        one._replace(paths=(*one.paths, *sorted(map(decode, more)))) if more else one
        for one, more in zip(closures, led, strict=True)
    ]
