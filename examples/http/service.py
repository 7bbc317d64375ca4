"""A service that answers `/__version__` with the commit that it was started from.

    GIT_COMMIT=$(git rev-parse HEAD) python service.py 8000

The build hands the commit over: `ARG GIT_COMMIT` and `ENV GIT_COMMIT=$GIT_COMMIT` in a Dockerfile.
"""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION = json.dumps({"commit": os.environ["GIT_COMMIT"]}).encode()
"""Read once, at start: a missing variable stops the service here, where it is noticed."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = self.path == "/__version__"
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(VERSION if known else b"{}")


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}/__version__", flush=True)
        server.serve_forever()
