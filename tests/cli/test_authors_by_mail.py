"""Authors get a copy at the address of their commits, where a receiver asks for it: up to a mail server."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from tests.notifiers.test_email import Mailbox
from tests.support.repo import ANA, BEN, Repo
from tests.support.run import run, service

ROBOT = "deploys[bot] <41898282+deploys[bot]@users.noreply.github.com>"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]  # type: ignore[attr-defined]
    server = Controller(box, "127.0.0.1", box.port)  # type: ignore[attr-defined]
    server.start()
    yield box
    server.stop()


@pytest.mark.parametrize(
    ("more", "copied"),
    [
        ({}, []),
        ({"authors": ["example.org"]}, ["ana@example.org", "ben@example.org"]),
        (
            {"authors": ["example.org"], "people": {"Ben": "b@shop.example"}},
            ["ana@example.org", "b@shop.example"],
        ),
        ({"authors": ["elsewhere.example", "users.noreply.github.com"]}, []),
    ],
    ids=["not asked for", "their domain", "named otherwise", "another domain"],
)
def test_authors_whose_changes_wait_get_a_copy(more, copied, mailbox: Mailbox, tmp_path: Path):
    repo = Repo.init(tmp_path / "repo")
    live = repo.commit({"api/app.py": "1\n"})
    for number, who in enumerate((ANA, BEN, ROBOT)):
        repo.commit({"api/app.py": f"new {number}\n"}, author=who)
    mail = {"notifier": "email", "host": "127.0.0.1", "port": mailbox.port, "security": "none"}  # type: ignore[attr-defined]
    mail |= {"sender": "unshipped@example.org", "to": ["team@example.org"], **more}
    config = {"services": {"api": service(["api"], live)}, "receivers": {"mail": mail}}
    (tmp_path / "unshipped.yaml").write_text(json.dumps(config))
    look = ["watch", "--once", "--no-fetch", "--config", "unshipped.yaml", "--repo", "repo"]
    done = run(look, tmp_path)
    assert done.code == 0, done.said()
    [recipients] = mailbox.recipients
    assert sorted(recipients) == sorted(["team@example.org", *copied])
