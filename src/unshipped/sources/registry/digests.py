"""What registries know of the images that a platform names by their digest: one more word about each part,
which also bears out the others where an image was deployed by a tag that moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic

from unshipped.core.model import Remark, Revision, Sign
from unshipped.errors import SourceError
from unshipped.platforms.logins import remembered
from unshipped.platforms.registry import Image, Registry, image
from unshipped.ports import Look
from unshipped.sources.registry.images import words
from unshipped.sources.shared.hearing import Part
from unshipped.sources.shared.parse import shown

_ANY = "{} was deployed as {}, a tag that moves: whoever deployed it says which commit it is, not the image"


class Registries:
    """Those of the images of one reading, asked where its settings say so and within its time."""

    def __init__(self, look: Look, end: float, *, wanted: bool) -> None:
        self._look, self._end, self._wanted = look, end, wanted
        self.remarks: list[Remark] = []
        """Which of them did not answer, and which images could be any."""

    def beside(
        self, part: Part, own: Iterable[Revision], references: Iterable[str], deployed: str = ""
    ) -> list[Revision]:
        """The words that a platform has of a part, and those of its images in their registries. `deployed` is
        the name that its image was deployed by; empty where its own words are the image's.

        Raises `SourceError` where nothing else says what the part is, and a registry fails.
        """
        said = [*own]
        found, failed = [*said], None
        for named in dict.fromkeys(map(_by_digest, references if self._wanted else ())):
            if named:
                try:
                    found += (_of(part, word) for word in self._asked(named))
                except SourceError as error:
                    failed = error
                    self.remarks.append(Remark(Sign.SILENT_SOURCE, f"the registry: {error.message}"))
        if failed and not found:
            raise failed
        if found == said and _moves(deployed):
            self.remarks.append(Remark(Sign.MOVING_TAG, _ANY.format(shown(part.name), shown(deployed))))
        return found

    def _asked(self, named: Image) -> tuple[Revision, ...]:
        """What a registry says of an image, asked once in a look: many parts may run it."""

        def ask() -> tuple[Revision, ...]:
            left = round(max(self._end - monotonic(), 0.0), 1)
            registry = Registry(named, left, lambda seconds: remembered(named.registry, named.name, seconds))
            return words(registry, Part(str(named)))

        return self._look.once(("image", named), ask)


def pinned(name: str, digest: str) -> str:
    """An image by its digest, which a platform tells as a whole reference or beside the image's name."""
    return digest if "@" in digest else f"{name.partition('@')[0]}@{digest}" if digest else name


def _moves(name: str) -> bool:
    try:
        return image(name).moves
    except ValueError:
        return False


def _by_digest(reference: str) -> Image | None:
    """Which image that is; None where it does not say so for good. A tag beside a digest says nothing."""
    try:
        named = image(reference)
    except ValueError:
        return None
    return named._replace(tag="") if named.digest else None


def _of(part: Part, word: Revision) -> Revision:
    """The word as one about a part: since when that runs says more than since when its image is there."""
    since = part.since or word.since
    said_by = f"{word.said_by} of its image in the registry"
    return word._replace(part=part.name, share=part.share, since=since, said_by=said_by)
