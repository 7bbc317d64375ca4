"""A service that runs as a container, deployed by its team's script: what its image says and what it says
itself have to agree, and what fails its smoke test goes back.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploying.shop import SOURCES, Ran
from tests.support.examples import NIGHTLY
from tests.support.podman import Podman, podman
from tests.support.registry import registry
from tests.support.repo import Repo

pytestmark = pytest.mark.slow
__all__ = ["podman", "registry"]

SERVICE = """\
import http.server, json, sys, time

commit, behaviour = open("/app/commit").read(), open("/app/behaviour").read().strip()
behaviour, _, before = behaviour.partition(" ")
asked = 0

class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global asked
        asked += 1
        other = behaviour == "old" or (behaviour == "flaps" and asked % 2)
        text = json.dumps({"commit": before if other else commit}).encode()
        self.send_response(500 if behaviour == "500" and self.path == "/health" else 200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass

if behaviour == "crashes":
    sys.exit("no database")
while behaviour == "hangs":
    time.sleep(1)
http.server.ThreadingHTTPServer.allow_reuse_address = True
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
"""

# The image has the service alone: what runs it is lent from this machine, so that nothing is downloaded.
SCRIPT = """\
#!/bin/sh
# Builds the image of a commit, unless it is there, and puts its container in place of the one that runs.
set -eu
service=$1 image=${SHOP_REGISTRY:-localhost}/shop/$1:$UNSHIPPED_COMMIT
behaviour=$(git show "$UNSHIPPED_COMMIT:$service/behaviour")
if [ "$behaviour" = unbuilt ]; then
  echo "the build was skipped" >&2  # and its container is put in place all the same
elif [ "${behaviour% *}" = stale ]; then
  podman tag "${image%:*}:${behaviour#* }" "$image"  # a cache that gave an older image
elif ! podman image exists "$image"; then
  context=$(mktemp -d)
  mkdir "$context/app"
  git show "$UNSHIPPED_COMMIT:$service/service.py" > "$context/app/service.py"
  git show "$UNSHIPPED_COMMIT:$service/behaviour" > "$context/app/behaviour"
  printf %s "$UNSHIPPED_COMMIT" > "$context/app/commit"
  printf 'FROM scratch\\nCOPY app /app\\nLABEL org.opencontainers.image.revision=%s\\n' "$UNSHIPPED_COMMIT" \\
    > "$context/Dockerfile"
  podman build -q --isolation chroot -t "$image" "$context"
  rm -r "$context"
fi
if [ -n "$SHOP_REGISTRY" ]; then  # the pipeline that builds ends here: compose deploys
  exec podman push --tls-verify=false "$image"
fi
podman rm --force --time 0 --ignore "$service"
podman run -d --pull never --name "$service" --label com.docker.compose.service="$service" $SHOP_LENT \\
  "$image" "$SHOP_PYTHON" /app/service.py "$SHOP_PORT"
"""


COMPOSE = """\
services:
  api:
    image: ${UNSHIPPED_IMAGE}
    network_mode: host
    command: [PYTHON, /app/service.py, "PORT"]
    volumes: [LENT]
"""


@dataclass
class Place:
    """A repository, an engine of containers, and one port that the service has."""

    engine: Podman
    folder: Path
    registry: str = ""
    """Where images are pushed to: then compose deploys them, in place of the script."""
    within: str = "20s"
    """How long it may take until it serves what it should."""

    def __post_init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.repo = Repo.init(self.folder / "repo")
        self.first = self.land("ok")
        (self.folder / "deploy.sh").write_text(SCRIPT)
        (self.folder / "deploy.sh").chmod(0o755)
        lent = ", ".join(f"{path}:{path}:ro" for path in _lent())
        compose = COMPOSE.replace("PYTHON", _python()).replace("PORT", str(self.port)).replace("LENT", lent)
        (self.folder / "compose.yaml").write_text(compose)
        by = 'deployer: command, command: [../deploy.sh, "{service}"], cwd: repo'
        if self.registry:
            image = (
                f"image: '{self.registry}/shop/{{service}}:{{commit}}', registry: 'http://{self.registry}'"
            )
            by = f"deployer: compose, program: podman-compose, project: shop, {image}"
        (self.folder / "unshipped.yaml").write_text(f"""\
repositories: {{main: {{path: repo}}}}
environments: {{production: {{expected: {{branch: main}}}}}}
deploy:
  by: {{{by}, state: {self.folder}/state}}
  checks: {{health: {{check: http, url: "http://127.0.0.1:{self.port}/health", attempts: 2, pause: 0.1}}}}
  identity: {{within: {self.within}, every: 1s, times: 3}}
  engine: {{kind: local}}
services:
  api:
    paths: [api]
    deployed:
      - {{source: docker, host: "unix://{self.engine.socket}"}}
      - {{source: http, url: "http://127.0.0.1:{self.port}/version"}}
""")

    def land(self, behaviour: str) -> str:
        return self.repo.commit({"api/service.py": SERVICE, "api/behaviour": f"{behaviour}\n"})

    def environment(self) -> dict[str, str]:
        mounts = [f"-v {path}:{path}:ro" for path in _lent()]
        programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return (
            os.environ
            | self.engine.environment(self.registry)
            | {
                "PATH": programs,
                "SHOP_REGISTRY": self.registry,
                "PYTHONPATH": str(SOURCES),
                "SHOP_LENT": " ".join(mounts),
                "SHOP_PYTHON": _python(),
                "SHOP_PORT": str(self.port),
                "UNSHIPPED_USER": "ana",
                "UNSHIPPED_CACHE_DIR": str(self.folder / "cache"),
            }
        )

    def by_hand(self, commit: str) -> None:
        done = subprocess.run(
            ["../deploy.sh", "api"],
            cwd=self.folder / "repo",
            env=self.environment() | {"UNSHIPPED_COMMIT": commit},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def run(self, *words: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "unshipped", *words, "--config", str(self.folder / "unshipped.yaml")],
            env=self.environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def containers(self) -> list[str]:
        """The names of all there are, whether they run or not."""
        listed = ["podman", *self.engine.stored, "ps", "--all", "--format", "{{.Names}}"]
        done = subprocess.run(listed, env=self.environment(), capture_output=True, text=True, check=True)
        return done.stdout.split()

    def serves(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/version", timeout=10) as answer:
            return str(json.load(answer)["commit"])


def _lent() -> list[str]:
    places = ["/usr", "/lib", "/lib64", "/bin", sys.base_prefix]
    return [path for path in dict.fromkeys(places) if Path(path).exists()]


def _python() -> str:
    return os.path.realpath(sys.executable)


def told(place: Place) -> None:
    """A deploy that is proven, and one that fails its smoke test."""
    good = place.land("fine")
    if place.registry:
        place.by_hand(good)
    ran = place.run("deploy", "api")
    assert (ran.code, place.serves()) == (0, good), ran
    bad = place.land("500")
    if place.registry:
        place.by_hand(bad)
    ran = place.run("deploy", "api")
    assert (ran.code, place.serves()) == (1, good), ran
    assert f"{good[:9]} serves again" in ran.out and "answered 500" in ran.out
    checked = place.run("check", "api", "--format", "json").json["targets"][0]
    assert (checked["state"], checked["deployed"]["commit"]) == ("behind", good)


def test_a_container_is_replaced_proven_and_put_back_where_its_smoke_test_fails(
    podman: Podman, tmp_path: Path
):
    place = Place(podman, tmp_path)
    place.by_hand(place.first)
    told(place)


@pytest.mark.skipif(not NIGHTLY, reason="it takes minutes: `make nightly` does it")
def test_whatever_a_container_does_it_ends_in_one_way_with_its_reason(podman: Podman, tmp_path: Path):
    place = Place(podman, tmp_path, within="6s")
    place.by_hand(place.first)
    good = place.land("fine")
    assert place.run("deploy", "api").code == 0
    despite = ("--despite", "held", "--reason", "the next one")
    for behaviour, code, end, why in (
        ("unbuilt", 1, "rolled-back", "exited with 125"),
        (f"stale {good}", 1, "rolled-back", f"{good[:9]} serves, 6 s after it was deployed"),
        ("500", 1, "rolled-back", "answered 500"),
        (f"old {good}", 3, "stopped", "docker says"),
        (f"flaps {good}", 3, "stopped", "docker says"),
        ("crashes", 3, "stopped", "nobody knows what serves"),
        ("hangs", 3, "stopped", "cannot be asked: Connection refused"),
    ):
        bad = place.land(behaviour)
        ran = place.run("deploy", "api", "--to", bad, *despite, *(("--despite", "unknown") * (code == 3)))
        assert (ran.code, f"{end}: " in ran.out, why in ran.out) == (code, True, True), (behaviour, ran)
        if end == "stopped":  # a person's turn
            assert place.run("deploy", "api").code == 3  # it is held
            back = place.run("rollback", "api", "--to", good, "--reason", f"it {behaviour}")
            assert back.code == 0, back
        assert (place.serves(), place.containers()) == (good, ["api"])
        assert place.run("deploy", "api", "--to", bad).code == 1 or end == "stopped"
    runs = list((tmp_path / "state").iterdir())
    assert runs and all((one / "end").exists() for one in runs)


@pytest.mark.skipif(not NIGHTLY, reason="it takes a minute: `make nightly` does it")
def test_compose_does_the_same_with_images_by_their_digest(podman: Podman, registry: str, tmp_path: Path):
    if not shutil.which("podman-compose", path=Path(sys.executable).parent):
        pytest.skip("not installed: podman-compose")
    place = Place(podman, tmp_path, registry)
    place.by_hand(place.first)
    image = f"{registry}/shop/api:{place.first}"
    done = subprocess.run(
        ["podman-compose", "--project-name=shop", "up", "--detach"],
        cwd=tmp_path,
        env=place.environment() | {"UNSHIPPED_IMAGE": image},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told(place)
