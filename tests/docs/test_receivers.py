"""Every example of a receiver reaches one that is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socket import socket
from typing import Any

import pytest
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from tests.docs.consoles import session
from tests.docs.pages import ROOT
from tests.notifiers.doubles import saying
from tests.sources.served import serving
from unshipped.notifiers import KINDS

EXAMPLES = sorted((ROOT / "examples" / "receivers").glob("*/unshipped.yaml"))
ANSWER = {"ok": True, "channel": "C1", "ts": "1.2", "status": "success", "id": "1", "number": 1}
GUIDE = ROOT / "docs/guides/notify.md"


def anything(handler: BaseHTTPRequestHandler) -> None:
    """What every receiver of the examples answers when it was told, all at once."""
    saying([] if handler.command == "GET" else ANSWER)(handler)


@contextmanager
def mail_server() -> Iterator[int]:
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    server = Controller(Sink(), "127.0.0.1", port)
    server.start()
    try:
        yield port
    finally:
        server.stop()


def reachable(receiver: dict[str, Any], address: str, port: int) -> dict[str, Any]:
    """The same receiver, on this machine."""
    kind = receiver["notifier"]
    if kind == "email":
        here = {"host": "127.0.0.1", "port": port, "security": "none"}
        return {key: one for key, one in receiver.items() if key not in ("username", "password")} | here
    if kind in ("apprise", "console"):
        return receiver
    place = "url" if "url" in receiver else "endpoint"
    return receiver | {"private": True} | ({} if isinstance(receiver.get(place), dict) else {place: address})


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_every_example_reaches_its_receivers(path: Path):
    with session("shop") as here, ExitStack() as stack:
        address = stack.enter_context(serving(anything)).url("/")
        port = stack.enter_context(mail_server())
        text = path.read_text(encoding="utf-8")
        data = yaml.safe_load(text)
        data["receivers"] = {name: reachable(one, address, port) for name, one in data["receivers"].items()}
        (here.world.folder / "unshipped.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
        here.env |= dict.fromkeys(secrets(data), "of-the-test")
        here.env |= {name: address for name in secrets(data) if name.endswith("_URL")}
        here.env |= {"APPRISE_URL": address.replace("http://", "json://")}
        said = here.run("unshipped notify test")
    assert here.code == 0, said
    assert [f"{name}: reached" in said for name in data["receivers"]] == [True] * len(data["receivers"])


def secrets(part: object) -> list[str]:
    """The names of all variables that secrets are read from."""
    if isinstance(part, dict):
        own = [part["env"]] if isinstance(part.get("env"), str) else []
        return own + [name for one in part.values() for name in secrets(one)]
    return [name for one in part for name in secrets(one)] if isinstance(part, list) else []


def test_there_is_an_example_and_a_line_of_the_guide_for_every_kind():
    text = "".join(path.read_text(encoding="utf-8") for path in EXAMPLES)
    assert [kind for kind in KINDS if f"notifier: {kind}" not in text] == []
    assert [kind for kind in KINDS if f"| `{kind}` |" not in GUIDE.read_text(encoding="utf-8")] == []


def test_what_the_guide_shows_of_a_delivery_is_what_is_sent():
    text = GUIDE.read_text(encoding="utf-8")
    shown = (ROOT / "examples/receivers/webhook/verify.py").read_text(encoding="utf-8")
    assert shown[shown.index("def verified") :].strip() in text
