"""Which commit this process runs, and which files really are there: captured at start, served from memory.

One file, Python 3.8 or newer, nothing but the standard library: copy it into a service
(`unshipped fingerprint --helper > fingerprint.py`) and wrap the application in one line:

    app = fingerprint.wsgi(app)     # Flask, Django, Pyramid, Bottle: `app.wsgi_app` in Flask
    app = fingerprint.asgi(app)     # FastAPI, Starlette, Quart, Litestar

`GET /__version__` then answers in the format of Mozilla's Dockerflow, and `GET /__version__?files=1` with
the git blob id of every file as well, as `python fingerprint.py DIRECTORY` prints them.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

VARIABLES = ("GIT_COMMIT", "COMMIT_SHA", "BUILD_COMMIT", "GIT_SHA", "SOURCE_VERSION")
"""Where the build leaves the commit; the first one that is set is taken."""

SKIPPED = {".git", ".venv", "venv", "node_modules", "site-packages", "__pycache__", ".mypy_cache", ".cache"}
"""Directories that hold what others wrote, or what programs leave behind."""

MOST_FILES = 20_000
LARGEST = 20_000_000
"""A larger file is left out, and said to be."""


def capture(
    root: str = ".", commit: str = "", algorithm: str = "sha1"
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is there now: the commit that the build left behind, and the files below a directory.

    Call it when the process starts: what a file holds later is not what the process runs.
    """
    named = {"commit": commit or next((os.environ[one] for one in VARIABLES if os.environ.get(one)), "")}
    for name, variable in (("source", "GIT_SOURCE"), ("version", "VERSION"), ("build", "BUILD_URL")):
        if os.environ.get(variable):
            named[name] = os.environ[variable]
    ids, left_out = blobs(root, algorithm)
    return named, {"algorithm": algorithm, "ids": ids, "left_out": left_out}


def blobs(root: str = ".", algorithm: str = "sha1") -> tuple[dict[str, str], int]:
    """The git blob id of each file below a directory by its path there, and how many were left out."""
    ids: dict[str, str] = {}
    left_out = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED)
        for name in sorted(names):
            path = Path(folder, name)
            content = _content(path) if len(ids) < MOST_FILES else None
            if content is None:
                left_out += 1
            else:
                ids[path.relative_to(root).as_posix()] = blob_id(content, algorithm)
    return ids, left_out


def blob_id(content: bytes, algorithm: str = "sha1") -> str:
    """The id that git gives to a file with this content."""
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content).hexdigest()


def _content(path: Path) -> bytes | None:
    """The bytes of a plain file that can be read and is not too large."""
    try:
        return path.read_bytes() if path.is_file() and path.stat().st_size <= LARGEST else None
    except OSError:
        return None


def _answers(root: str, commit: str) -> tuple[bytes, bytes]:
    named, files = capture(root, commit)
    return json.dumps(named).encode(), json.dumps({**named, "files": files}).encode()


def wsgi(app: Any, root: str = ".", commit: str = "", path: str = "/__version__") -> Any:
    """A WSGI application that answers the path itself and passes everything else on."""
    short, long = _answers(root, commit)

    def answer(environ: Any, start_response: Any) -> Any:
        if environ.get("PATH_INFO") != path:
            return app(environ, start_response)
        body = long if "files" in parse_qs(environ.get("QUERY_STRING", "")) else short
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response("200 OK", [*headers, ("Cache-Control", "no-store")])
        return [body]

    return answer


def asgi(app: Any, root: str = ".", commit: str = "", path: str = "/__version__") -> Any:
    """An ASGI application that answers the path itself and passes everything else on."""
    short, long = _answers(root, commit)

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != path:
            await app(scope, receive, send)
            return
        body = long if "files" in parse_qs(scope.get("query_string", b"").decode("latin-1")) else short
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer


if __name__ == "__main__":
    found, present = capture(sys.argv[1] if len(sys.argv) > 1 else ".")
    json.dump({**found, "files": present}, sys.stdout, indent=1)
    sys.stdout.write("\n")
