"""Takes the pictures of the page that the documents show: a fleet with a month behind it, and services that
are really deployed, in a real browser.

    .venv/bin/python docs/photograph.py [FOLDER]
"""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.page.deployed import deployed
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


def take(folder: Path) -> None:
    """All of them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        _fleet(browser, folder)
        with TemporaryDirectory() as place:
            _rollout(browser, Path(place), folder)
        browser.close()


def _fleet(browser: Browser, folder: Path) -> None:
    """The fleet that has a month behind it."""
    ground = Ground(written(datetime.now(UTC)), Anybody(), lambda: datetime.now(UTC), config=lambda: CONFIG)
    port = free_port()
    with served(ground, "127.0.0.1", port):
        for one in PICTURES:
            size = {"width": one.width, "height": one.height}
            page = browser.new_page(viewport=size, color_scheme=one.theme, reduced_motion="reduce")
            page.goto(f"http://127.0.0.1:{port}/#{one.place}")
            page.locator("main").locator(".us-table, .us-incidents, .us-lanes").first.wait_for()
            page.locator(".us-waiting").wait_for(state="detached")
            page.get_by_text("Live updates", exact=True).first.wait_for() if one.place == "/" else None
            page.screenshot(path=folder / f"{one.name}.png")
            page.close()


def _rollout(browser: Browser, place: Path, folder: Path) -> None:
    """A rollout under way."""
    with deployed(place) as town:
        now, repo = datetime.now(UTC).replace(microsecond=0), town.shop.repo
        both = {"api/main.py": "prices in cents", "worker/main.py": "prices in cents"}
        repo.commit(both, message="Keep prices in cents (#9)", at=now - timedelta(hours=2, minutes=12))
        repo.commit(
            {"api/behaviour": "waits", "api/main.py": "half a cent to even"},
            message="Round half a cent to even (#12)",
            at=now - timedelta(minutes=24),
        )
        town.look()
        page = browser.new_page(viewport={"width": 1280, "height": 640}, reduced_motion="reduce")
        page.add_init_script("sessionStorage.setItem('unshipped-token', 'ana')")
        page.goto(f"{town.address}/#/t/api/production")
        with town.holding():
            page.get_by_role("button", name="Deploy", exact=True).click()
            dialog = page.get_by_role("dialog")
            dialog.get_by_role("heading", name="Steps").wait_for()
            dialog.get_by_role("button", name="Deploy", exact=True).click()
            page.get_by_role("log").get_by_text("deploying api at").wait_for()
            page.get_by_role("button", name="Deploying").wait_for()
            page.mouse.move(0, 0)
            page.screenshot(path=folder / "page-deploy.png")
        page.locator(".us-rollouts").get_by_text("proven", exact=True).wait_for()
        page.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
