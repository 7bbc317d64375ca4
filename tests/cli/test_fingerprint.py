"""The proof by content: from the files of a running service to the verdict, with real servers."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from tests.support.repo import Repo
from tests.support.run import check, run
from unshipped import fingerprint

PATHS = ["api", "shared"]


@pytest.fixture
def image(repo: Repo, tmp_path: Path) -> Path:
    """What an image of `api` holds: its files and the shared ones, in other places."""
    repo.commit({"api/app.py": None, "shared/util.py": None, "web/main.py": "1"})
    repo.commit({"api/main.py": "import shared\n", "shared/money.py": "CENTS = 100\n"})
    app = tmp_path / "app"
    (app / "shared").mkdir(parents=True)
    (app / "main.py").write_text("import shared\n")
    (app / "shared/money.py").write_text("CENTS = 100\n")
    (app / "generated.json").write_text("{}")
    (app / "__pycache__").mkdir()
    (app / "__pycache__/main.pyc").write_bytes(b"\0")
    return app


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


def hello(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


@contextmanager
def running(image: Path, commit: str) -> Iterator[str]:
    """The service, started from its image."""
    app = fingerprint.wsgi(hello, root=str(image), commit=commit)
    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/__version__?files=1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def looked_at(repo: Repo, url: str) -> dict[str, Any]:
    service = {"paths": PATHS, "deployed": {"source": "http", "url": url, "files": True}}
    return check(repo.path, {"api": service}).target("api")


def test_files_that_are_the_commits_prove_it(repo: Repo, image: Path):
    with running(image, repo.id("main")) as url:
        found = looked_at(repo, url)
    assert (found["state"], found["flags"]) == ("in_sync", [])
    [remark] = found["remarks"]
    assert remark["code"] == "content-same"
    assert remark["message"].startswith("2 files that run are byte for byte those of")


def test_old_code_under_a_new_label_is_caught(repo: Repo, image: Path):
    repo.commit({"shared/money.py": "CENTS = 1\n"})
    with running(image, repo.id("main")) as url:
        found = looked_at(repo, url)
    assert (found["state"], found["reason_code"]) == ("unknown", "content-differs")
    assert "shared/money.py" in found["reasons"][0]


def test_code_from_before_a_file_was_there_is_not_proven_to_be_the_commits(repo: Repo, image: Path):
    repo.commit({"shared/tax.py": "RATE = 19\n"})
    with running(image, repo.id("main")) as url:
        found = looked_at(repo, url)
    assert (found["state"], found["flags"]) == ("in_sync", ["unproven"])
    [remark] = found["remarks"]
    assert remark["code"] == "content-unknown"
    assert "not there beside them: shared/tax.py; what runs is older" in remark["message"]


def test_what_differs_and_what_is_missing_are_told_apart(repo: Repo, image: Path):
    repo.commit({"shared/money.py": "CENTS = 1\n", "api/tax.py": "RATE = 19\n"})
    with running(image, repo.id("main")) as url:
        [reason] = looked_at(repo, url)["reasons"]
    assert "1 file of " in reason
    assert "with other content: shared/money.py; not there at all: api/tax.py" in reason


def test_what_changes_on_the_disk_later_is_not_what_runs(repo: Repo, image: Path):
    with running(image, repo.id("main")) as url:
        (image / "main.py").write_text("new")
        assert looked_at(repo, url)["state"] == "in_sync"


def test_files_of_something_else_prove_nothing(repo: Repo, image: Path, tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "server.rb").write_text("puts 1")
    with running(other, repo.id("main")) as url:
        found = looked_at(repo, url)
    assert (found["state"], [one["code"] for one in found["remarks"]]) == ("in_sync", ["content-unknown"])


def test_a_service_that_tells_no_files_cannot_be_proven(repo: Repo, image: Path):
    with running(image, repo.id("main")) as url:
        found = looked_at(repo, url.partition("?")[0])
    assert (found["state"], found["reason_code"]) == ("unknown", "no-revision")


def test_the_ids_are_gits_own(repo: Repo, image: Path):
    ids, left_out = fingerprint.blobs(str(image))
    assert sorted(ids) == ["generated.json", "main.py", "shared/money.py"]
    assert left_out == 0
    for path, blob in ids.items():
        assert repo.git("hash-object", str(image / path)).strip() == blob


def test_what_cannot_be_read_is_counted(image: Path, monkeypatch: pytest.MonkeyPatch):
    (image / "nowhere").symlink_to("gone")
    assert fingerprint.blobs(str(image))[1] == 1
    monkeypatch.setattr(fingerprint, "LARGEST", 5)
    assert fingerprint.blobs(str(image)) == ({"generated.json": fingerprint.blob_id(b"{}")}, 3)
    monkeypatch.setattr(fingerprint, "MOST_FILES", 0)
    assert fingerprint.blobs(str(image)) == ({}, 4)


def test_an_asgi_application_answers_the_same(image: Path):
    sent: list[dict[str, Any]] = []
    passed: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        passed.append(scope["path"])

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def ask(path: str, query: bytes) -> None:
        await wrapped({"type": "http", "path": path, "query_string": query}, None, send)

    wrapped = fingerprint.asgi(app, root=str(image), commit="abc1234")
    for path, query in (("/", b""), ("/__version__", b""), ("/__version__", b"files=1")):
        asyncio.run(ask(path, query))
    assert passed == ["/"]
    short, long = (json.loads(message["body"]) for message in sent if "body" in message)
    assert short == {"commit": "abc1234"}
    assert long["files"]["ids"] == fingerprint.blobs(str(image))[0]


def test_the_helper_stands_alone(image: Path, tmp_path: Path):
    helper = tmp_path / "fingerprint.py"
    helper.write_text(run(["fingerprint", "--helper"], tmp_path).stdout)
    command = [sys.executable, "-I", "-S", str(helper), str(image)]
    done = subprocess.run(command, env={"GIT_COMMIT": "abc1234"}, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["commit"] == "abc1234"
    assert sorted(told["files"]["ids"]) == ["generated.json", "main.py", "shared/money.py"]


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        (None, 0, "2 files that run are byte for byte those of"),
        ("old", 1, "1 file of"),
        ("nothing", 3, "no file that runs has a counterpart"),
    ],
)
def test_a_directory_is_held_against_a_commit(repo: Repo, image: Path, changed, code: int, words: str):
    if changed == "old":
        (image / "main.py").write_text("old")
    if changed == "nothing":
        shutil.rmtree(image / "shared")
        (image / "main.py").unlink()
    done = run(["fingerprint", str(image), "--against", "main", "--repo", str(repo.path)], repo.path)
    assert done.code == code
    assert words in done.stdout


# ---------------------------------------------------------------- the one line for each framework


def test_a_flask_application_tells_what_it_runs(image: Path):
    from flask import Flask

    app = Flask("shop")
    app.add_url_rule("/", view_func=lambda: "hello")
    app.wsgi_app = fingerprint.wsgi(app.wsgi_app, root=str(image), commit="abc1234")  # type: ignore[method-assign]
    client = app.test_client()
    assert client.get("/").text == "hello"
    assert client.get("/__version__").get_json() == {"commit": "abc1234"}
    assert sorted(client.get("/__version__?files=1").get_json()["files"]["ids"]) == [
        *("generated.json", "main.py", "shared/money.py")
    ]


def test_a_fastapi_application_tells_what_it_runs(image: Path):
    from fastapi import FastAPI

    app = FastAPI()
    app.get("/")(lambda: "hello")
    wrapped = fingerprint.asgi(app, root=str(image), commit="abc1234")
    assert asked(wrapped, "/") == b'"hello"'
    assert json.loads(asked(wrapped, "/__version__")) == {"commit": "abc1234"}


def asked(app: Any, path: str) -> bytes:
    """The body that an ASGI application answers to GET."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
    scope |= {"headers": [], "root_path": "", "scheme": "http", "http_version": "1.1", "server": ("a", 80)}
    asyncio.run(app(scope, receive, send))
    return b"".join(message.get("body", b"") for message in sent)
