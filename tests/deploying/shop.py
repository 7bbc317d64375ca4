"""Services that really run: processes behind a proxy, deployed by a script of their repository.

    shop = Shop(tmp_path)
    new = shop.land("api", "500")  # what the next revision does: ok, 500, old, flaps, fails, hangs, …
    shop.run("deploy", "api").code

The script starts a process of the revision, and lets the proxy's file point to it. Everything that the story
started is ended with it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.support.forked import Forked, forked
from tests.support.repo import Repo

SOURCES = Path(__file__).parents[2] / "src"

SERVICE = """\
import os, socket, sys

commit, behaviour, place = sys.argv[1:]
asked = 0

def answered(line):
    global asked
    asked += 1
    path = line.split()[1]
    status, said = "200 OK", commit
    if behaviour == "500" and path == b"/health":
        status = "500 Internal Server Error"
    if behaviour.startswith("old:"):
        said = behaviour[4:]
    if behaviour.startswith("flaps:") and asked % 3 == 0:
        said = behaviour[6:]
    text = '{"commit": "%s", "fine": true}' % said
    return f"HTTP/1.0 {status}\\r\\nContent-Length: {len(text)}\\r\\n\\r\\n{text}".encode()

server = socket.create_server(("127.0.0.1", 0))
with open(place + ".new", "w") as file:
    file.write(f"{server.getsockname()[1]} {os.getpid()}\\n")
os.replace(place + ".new", place)
while True:
    connection = server.accept()[0]
    with connection, connection.makefile("rwb") as stream:
        line = stream.readline()
        while stream.readline().strip():
            pass
        stream.write(answered(line))
"""

SCRIPT = """\
#!/bin/sh
# Deploys one service of this repository: ./bin/deploy-service.sh SERVICE
set -eu
service=$1 run=$SHOP_RUN commit=$UNSHIPPED_COMMIT
printf '%s %s %s begins\\n' "$(date +%s.%N)" "$service" "$commit" >> "$run/journal"
echo "deploying $service at $commit"
behaviour=$(git show "$commit:$service/behaviour")
case $behaviour in
  fails) echo 'no space left' >&2; exit 1;;
  hangs) trap '' TERM; while :; do sleep 1; done;;
  asks) read -r answer; echo "$answer";;
  old|flaps) behaviour=$behaviour:$(cat "$run/$service.commit" 2>/dev/null || echo "$commit");;
  waits) while [ ! -e "$run/go" ]; do sleep 0.05; done; behaviour=ok;;
  late) while [ ! -e "$run/go" ]; do sleep 0.05; done; behaviour=500;;
  slow) sleep "${SHOP_SLOW:-1}"; behaviour=ok;;
  loud) head -c 50000000 /dev/zero | tr '\\0' 'x'; behaviour=ok;;
esac
place=$run/$service.$commit.$$
setsid "$SHOP_PYTHON" -I -S "$run/service.py" "$commit" "$behaviour" "$place" </dev/null >/dev/null 2>&1 &
while [ ! -s "$place" ]; do sleep 0.02; done
read -r port pid < "$place"
echo "$pid" >> "$run/pids"
printf '%s' "$port" > "$run/$service.$$.new"
mv "$run/$service.$$.new" "$run/$service.port"
printf '%s' "$commit" > "$run/$service.commit"
printf '%s %s %s ends\\n' "$(date +%s.%N)" "$service" "$commit" >> "$run/journal"
echo "$service serves from port $port"
"""


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        found: dict = json.loads(self.out)
        return found


class Proxy:
    """Asks whichever port stands in the service's file. A service that is not there is a 502."""

    def __init__(self, run: Path) -> None:
        class Passes(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                _, service, *rest = self.path.split("/")
                try:
                    port = (run / f"{service}.port").read_text()
                    url = f"http://127.0.0.1:{port}/{'/'.join(rest)}"
                    with urllib.request.urlopen(url, timeout=5) as answer:
                        status, text = answer.status, answer.read()
                except urllib.error.HTTPError as error:
                    status, text = error.code, error.read()
                    error.close()
                except OSError:
                    status, text = 502, b"{}"
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Passes)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Shop:
    """A repository with services, its script, its configuration, and what runs of it."""

    def __init__(self, folder: Path, services: tuple[str, ...] = ("api", "worker"), deploy: str = "") -> None:
        self.folder, self.services = folder, services
        self.kinds = folder / "kinds"
        """Where a story may bring kinds of its own, as an installed package does."""
        self.place = folder / "run"
        self.place.mkdir()
        (self.place / "service.py").write_text(SERVICE)
        self.proxy = Proxy(self.place)
        self.repo = Repo.init(folder / "repo")
        files: dict[str, str] = {f"{name}/behaviour": "ok" for name in services}
        files |= {f"{name}/main.py": "1" for name in services}
        self.first = self.repo.commit(files)
        (folder / "bin").mkdir()
        script = folder / "bin" / "deploy-service.sh"
        script.write_text(SCRIPT)
        script.chmod(0o755)
        self.config = folder / "unshipped.yaml"
        self.configure(deploy)
        self._landed = 1

    def configure(self, deploy: str = "", more: str = "") -> None:
        """The settings of `deploy:` besides what every story needs."""
        listed = "\n".join(
            f'  {name}: {{paths: [{name}], deployed: {{source: http, url: "{self.url(name)}"}}}}'
            for name in self.services
        )
        self.config.write_text(f"""\
repositories: {{main: {{path: repo}}}}
environments: {{production: {{expected: {{branch: main}}}}}}
deploy:
  by: {{deployer: command, command: ["../bin/deploy-service.sh", "{{service}}"], cwd: repo, grace: 0.5,
       state: "{self.folder}/state", timeout: 20}}
  checks: {{health: {{check: http, url: "{self.url("{service}", "health")}", attempts: 2, pause: 0.1}}}}
  identity: {{within: 4s, every: 1s, times: 1}}
{deploy}
{more}
services:
{listed}
""")

    def url(self, service: str, path: str = "version") -> str:
        return f"http://127.0.0.1:{self.proxy.port}/{service}/{path}"

    def land(self, service: str, behaviour: str = "ok", message: str = "Keep prices in cents (#9)") -> str:
        self._landed += 1
        files = {f"{service}/behaviour": behaviour, f"{service}/main.py": str(self._landed)}
        return self.repo.commit(files, message=message)

    def open(self) -> None:
        """Its first revision serves."""
        for service in self.services:
            self.deploy_by_hand(service, self.first)
        (self.place / "journal").unlink()

    def deploy_by_hand(self, service: str, commit: str) -> None:
        """As the team did before."""
        subprocess.run(
            [str(self.folder / "bin/deploy-service.sh"), service],
            cwd=self.folder / "repo",
            env=self.environment() | {"UNSHIPPED_COMMIT": commit},
            check=True,
            capture_output=True,
        )

    def serves(self, service: str) -> str:
        with urllib.request.urlopen(self.url(service), timeout=10) as answer:
            return str(json.load(answer)["commit"])

    def journal(self) -> list[list[str]]:
        """What the script did: when, which service, which commit, and whether it began or ended."""
        path = self.place / "journal"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": f"{SOURCES}{os.pathsep}{self.kinds}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SHOP_RUN": str(self.place),
            "SHOP_PYTHON": sys.executable,
            "UNSHIPPED_USER": "ana",
            "UNSHIPPED_CACHE_DIR": str(self.folder / "cache"),
        }

    def start(self, *arguments: str, **environment: str) -> Forked:
        """The program, under way."""
        whole = [*arguments, "--config", str(self.config)]
        return Forked(whole, self.folder, self.environment() | environment)

    def run(self, *arguments: str, timeout: float = 120, **environment: str) -> Ran:
        """The program, to its end."""
        whole = [*arguments, "--config", str(self.config)]
        code, out, err = forked(whole, self.folder, self.environment() | environment, timeout)
        return Ran(code, out.decode(), err.decode())

    def close(self) -> None:
        """End everything that runs of it."""
        self.proxy.close()
        path = self.place / "pids"
        for pid in path.read_text().split() if path.exists() else ():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


def catches(pid: int, number: int) -> bool:
    """Whether a process has a handler of its own for a signal: who is still starting has none."""
    caught = re.search(r"SigCgt:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())
    return caught is not None and int(caught[1], 16) >> (number - 1) & 1 == 1
