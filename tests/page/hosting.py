"""Somebody else's page with the component in it, as npm packs it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from tests.page.built import HOST, run, set_up

REACT = ("react", "react-dom", "scheduler")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


def copied(host: Path, packed: Path, whose: Path) -> Path:
    """The sources of the example, with what they are built by."""
    set_up("examples/embed/node_modules/.ready")
    for one in HOST.iterdir():
        if one.name not in ("node_modules", "dist"):
            (shutil.copytree if one.is_dir() else shutil.copy)(one, host / one.name)
    with_react(host / "node_modules", packed, whose)
    return host


def with_react(modules: Path, packed: Path, whose: Path) -> Path:
    """What the example is built by, but for React, which is somebody else's, and the component, which is the
    packed one.
    """
    (modules / "@types").mkdir(parents=True)
    for one in (*(HOST / "node_modules").iterdir(), *(HOST / "node_modules/@types").iterdir()):
        place = modules / one.relative_to(HOST / "node_modules")
        if place.name not in ("unshipped-deployment-status", "@types", *REACT):
            place.symlink_to(one)
    for name in REACT:
        (modules / name).symlink_to(whose / "node_modules" / name)
        if (whose / "node_modules/@types" / name).exists():
            (modules / "@types" / name).unlink(missing_ok=True)
            (modules / "@types" / name).symlink_to(whose / "node_modules/@types" / name)
    shutil.copytree(packed, modules / "unshipped-deployment-status")
    return modules


def hosting(page, hosts: Callable[[str, str], Path]) -> Callable[..., None]:
    """Opens a host that is made of that one file, and allows no more than its own files and addresses. With
    `style` it is built, `late` is sent behind that.
    """

    def opened(source: str, style: str = "", late: str = "") -> None:
        made = hosts(source, style)

        def sent(route):
            place = urlsplit(route.request.url).path.strip("/") or "index.html"
            found = made / place
            headers = {"Content-Security-Policy": POLICY}
            if found.suffix == ".css":
                text = found.read_text(encoding="utf-8") + late
                route.fulfill(body=text, content_type="text/css", headers=headers)
            else:
                route.fulfill(path=found, headers=headers) if found.is_file() else route.fulfill(status=404)

        page.route("http://host.test/**", sent)

    return opened


def host_of(source: str, style: str, packed: Path, whose: Path, folder: Path) -> Path:
    """What is sent of a host."""
    host = copied(folder, packed, whose)
    (host / "src/plain.css").write_text(style)
    (host / "src/main.tsx").write_text(source)
    run("npx", "vite", "build", "--logLevel", "error", folder=host)
    return host / "dist"


def with_a_row_open(page, address: str) -> None:
    """Opens the host over what the server at that address says, and a row in it."""
    for asks, path in (("?*", ""), ("/worker/production", "/worker/production")):
        said = page.request.get(f"{address}/api/v1/targets{path}").json()
        page.route(f"http://host.test/a/targets{asks}", partial(_say, said))
    page.goto("http://host.test/")
    page.get_by_role("button", name="worker production").click()
    page.get_by_text("should run", exact=True).wait_for()


def _say(said: object, route) -> None:
    route.fulfill(json=said)
