"""One service of the demo: answers `/__version__` with the commit that it was started from.

`python serve.py FILE` prints the address and serves until its standard input ends, so that it never outlives
whoever started it. The file says which commit it is; SIGHUP starts it anew, from what stands there then.
Without a file it answers every question with a page, as a proxy would.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FILE = sys.argv[1] if len(sys.argv) > 1 else ""
RUNS = {"commit": ""}
"""Read at each start: this is the code that runs, whatever lies in the file later."""


def start(*_: object) -> None:
    if FILE:
        RUNS["commit"] = Path(FILE).read_text(encoding="utf-8")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        version = RUNS["commit"] and self.path == "/__version__"
        body = json.dumps(RUNS) if version else "<!doctype html><title>Sign in</title>"
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if version else "text/html")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the terminal belongs to the demo."""


def main() -> None:
    start()
    signal.signal(signal.SIGHUP, start)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}/__version__", flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
