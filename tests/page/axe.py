"""What axe finds wrong in a page as it stands: in both themes, at the widths that are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.page.built import FRONTEND

_RUN = "axe.run(document.querySelector('dialog[open]') ?? document, {resultTypes: ['violations']})"
"""Behind a dialog nothing can be reached: only the dialog is looked at."""
THEMES = ("light", "dark")
NARROW = 375


def wrong(page, *, widths: Sequence[int] = ()) -> list[str]:
    """Nothing, where nobody is shut out."""
    page.evaluate((FRONTEND / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    before = page.viewport_size
    found = [one for width in widths or (before["width"],) for one in _at(page, width)]
    page.set_viewport_size(before)
    page.emulate_media(color_scheme="light")
    return found


def _at(page, width: int) -> Iterator[str]:
    page.set_viewport_size({"width": width, "height": 800})
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        found = page.evaluate(_RUN)
        for one in found["violations"]:
            for node in one["nodes"][:3]:
                said = f"{theme} at {width}, {one['id']}: {node['html'][:200]} {node['failureSummary']}"
                yield f"{page.url} {said}"
