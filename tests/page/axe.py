"""What axe finds wrong in a page as it stands: in both themes, at the widths that are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from tests.page.built import FRONTEND
from tests.support.examples import NIGHTLY

_RUN = "axe.run(document.querySelector('dialog[open]') ?? document, {resultTypes: ['violations']})"
"""Behind a dialog nothing can be reached: only the dialog is looked at."""
THEMES = ("light", "dark")
NARROW = 375


def wrong(page, *, widths: Sequence[int] = ()) -> list[str]:
    """Nothing, where nobody is shut out. Of two widths each has a theme of its own, and both themes with
    `UNSHIPPED_NIGHTLY`.
    """
    page.evaluate((FRONTEND / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    before = page.viewport_size
    each = widths or (before["width"],)
    all_of_it = NIGHTLY or len(each) != len(THEMES)
    pairs = product(each, THEMES) if all_of_it else zip(each, THEMES, strict=True)
    found = [one for width, theme in pairs for one in _at(page, width, theme)]
    page.set_viewport_size(before)
    page.emulate_media(color_scheme="light")
    return found


def _at(page, width: int, theme: str) -> Iterator[str]:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)
    found = page.evaluate(_RUN)
    for one in found["violations"]:
        for node in one["nodes"][:3]:
            said = f"{theme} at {width}, {one['id']}: {node['html'][:200]} {node['failureSummary']}"
            yield f"{page.url} {said}"
