"""Takes the pictures of the page that the documents show: a fleet with a month behind it, in a real browser.

    .venv/bin/python docs/photograph.py [FOLDER]

The picture of a rollout under way is taken by hand, since something has to be deployed for it.
"""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.page.place import free_port
from tests.page.story import CONFIG, written
from unshipped.web.access import Anybody
from unshipped.web.ground import Ground
from unshipped.web.serving import served


class Picture(NamedTuple):
    """What is shown, how large, and in which theme."""

    name: str
    place: str
    width: int
    height: int
    theme: str = "light"


PICTURES = (
    Picture("page-status", "/", 1280, 480),
    Picture("page-detail", "/t/worker/production", 1280, 1100),
    Picture("page-timeline", "/timeline?days=7", 1280, 560),
    Picture("page-phone", "/", 375, 740),
    Picture("page-wall", "/", 1920, 560, "dark"),
)


def take(folder: Path, pictures: tuple[Picture, ...] = PICTURES) -> None:
    """All of them."""
    ground = Ground(written(datetime.now(UTC)), Anybody(), lambda: datetime.now(UTC), config=lambda: CONFIG)
    port = free_port()
    with sync_playwright() as playwright, served(ground, "127.0.0.1", port):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for one in pictures:
            size = {"width": one.width, "height": one.height}
            page = browser.new_page(viewport=size, color_scheme=one.theme, reduced_motion="reduce")
            page.goto(f"http://127.0.0.1:{port}/#{one.place}")
            page.locator("main").locator(".us-table, .us-incidents, .us-lanes").first.wait_for()
            page.locator(".us-waiting").wait_for(state="detached")
            page.get_by_text("Live", exact=True).first.wait_for() if one.place == "/" else None
            page.screenshot(path=folder / f"{one.name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
