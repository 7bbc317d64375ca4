"""Many raw differences in one piece of memory, each taken out when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class Records(Mapping[str, bytes]):
    """Differences by commit. To part thousands of which a few are read would take longer than to read them.

    `content` is what `packed` made: a line `COMMIT LENGTH` for each, an empty line, and one after the other.
    """

    def __init__(self, content: bytes = b"\n") -> None:
        self._content = memoryview(content)
        self._places: dict[str, tuple[int, int]] = {}
        ends = content.find(b"\n\n")
        at = ends + 2
        for line in content[:ends].decode("ascii").split("\n") if ends > 0 else ():
            commit, _, length = line.partition(" ")
            end = at + int(length)
            self._places[commit] = (at, end)
            at = end

    def __getitem__(self, commit: str) -> bytes:
        start, end = self._places[commit]
        return bytes(self._content[start:end])

    def __contains__(self, commit: object) -> bool:
        return commit in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def packed(known: Mapping[str, bytes]) -> bytes:
    """Differences in one piece."""
    listed = [(commit, known[commit]) for commit in known]
    head = "".join(f"{commit} {len(raw)}\n" for commit, raw in listed)
    return b"".join([head.encode("ascii"), b"\n", *(raw for _, raw in listed)])
