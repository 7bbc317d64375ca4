"""A certified provider of OpenID Connect: a real one, in a process of its own, on loopback only."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.docs.pages import ROOT
from tests.page.built import set_up
from tests.page.place import free_port

FOLDER = ROOT / "tests/web/provider"
SECONDS = 30.0
CLIENT_ID, CLIENT_SECRET = "unshipped", "a secret+with/all=kinds%of&signs, 32 or more"
People = Mapping[str, Mapping[str, Any]]
PEOPLE: People = {
    "ana": {"email": "ana@example.com", "email_verified": True, "groups": ["shop"]},
    "ben": {"email": "ben@example.com", "email_verified": False, "groups": ["shop"]},
    "cleo": {"email": "cleo@example.com", "groups": "shop"},
}


@dataclass
class Provided:
    """One that runs."""

    issuer: str
    process: subprocess.Popen[str]

    def rotate(self) -> None:
        """It signs with a new key from now on, and knows the old one no more."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline()
        assert said.startswith("key-"), said

    def visited(self, there: str, person: str) -> str:
        """What somebody does there in a browser; answers where they are sent back to."""
        with httpx2.Client(timeout=SECONDS) as browser:
            answer = browser.get(there)
            while answer.is_redirect or answer.status_code == 200:
                if answer.status_code == 200:  # the form
                    who = {"prompt": "login", "login": person, "password": "any"}
                    answer = browser.post(answer.url, data=who)
                    continue
                place = str(answer.url.join(answer.headers["location"]))
                if not place.startswith(self.issuer):
                    return place
                answer = browser.get(place)
            raise AssertionError(f"{answer.status_code}: {answer.text[:2000]}")


@contextmanager
def provided(
    back: str, people: People = PEOPLE, *, port: int = 0, public: bool = False, **more: Any
) -> Iterator[Provided]:
    """One that knows these people and one client, to whose address `back` they are sent. `public` is a client
    without a secret; `more` are settings of the provider.
    """
    if shutil.which("npm") is None:
        pytest.skip("no npm here: install Node 20 or newer")
    set_up("tests/web/provider/node_modules/.ready")
    client = {"client_id": CLIENT_ID, "redirect_uris": [f"{back}/login/callback"]}
    client |= {"token_endpoint_auth_method": "none"} if public else {"client_secret": CLIENT_SECRET}
    client |= more.pop("client", {})
    words = [json.dumps(one) for one in (port or free_port(), people, client, more)]
    process = subprocess.Popen(
        ["node", str(FOLDER / "provider.mjs"), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout
        issuer = process.stdout.readline().strip()
        assert issuer, "it did not start"
        yield Provided(issuer, process)
    finally:
        process.kill()
        process.communicate(timeout=SECONDS)
