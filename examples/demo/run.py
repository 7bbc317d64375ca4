"""Drift and a deploy in a repository made on the spot: real commits, services on this machine, real commands.

    python examples/demo/run.py           shows it and leaves nothing behind
    python examples/demo/run.py --keep    leaves the repository, to look at it with git

It takes a few seconds, and exits with 0 although the check that it shows does not.
"""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from history import Shop, configuration, make

HERE = Path(__file__).parent
SECONDS = 30.0
"""More than any command of the demo needs: a demo that hangs shows nothing."""
PAGE = "search"
"""The service whose address answers with a page, as a sign-in proxy before it would."""

SCRIPT = """\
#!/bin/sh
set -eu
echo "deploying $1 at $UNSHIPPED_COMMIT"
printf %s "$UNSHIPPED_COMMIT" > {run}/$1
kill -HUP "$(cat {run}/$1.pid)"
echo "$1 was started anew"
"""

NEXT = """\
Now on a repository of yours:

  cd YOUR-REPOSITORY
  unshipped check --deployed COMMIT     # COMMIT: what production runs, 7 characters are enough
  unshipped check                       # once an unshipped.yaml says where to read that: see README.md
  unshipped deploy SERVICE --plan       # once it says how: what would happen, before anything does
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--keep", action="store_true", help="leave the repository and say where it is")
    keep = arguments.parse_args().keep
    if find_spec("unshipped") is None:
        sys.exit(f"unshipped is not installed for {sys.executable}: run `make demo`")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    now = datetime.now(UTC)
    with ExitStack() as stack:
        place = tempfile.mkdtemp(prefix="unshipped-demo-") if keep else None
        base = Path(place or stack.enter_context(tempfile.TemporaryDirectory(prefix="unshipped-demo-")))
        shop = make(base / "shop", now)
        script = deployer(base / "run")
        with serving(shop, script.parent) as addresses:
            (shop.folder / "unshipped.yaml").write_text(configuration(addresses, script), encoding="utf-8")
            show(shop, base / "cache")
        if keep:
            print(f"Kept: {shop.folder} (its services are stopped, so a check finds every target unknown)")


def deployer(run: Path) -> Path:
    """The script that this team deploys with: it puts the commit in place, and starts the service anew."""
    run.mkdir()
    script = run / "deploy.sh"
    script.write_text(SCRIPT.format(run=run), encoding="utf-8")
    script.chmod(0o755)
    return script


@contextmanager
def serving(shop: Shop, run: Path) -> Iterator[dict[str, str]]:
    """Every service as a process of its own, with its address; stopped in every case."""
    with ExitStack() as stack:
        started = {}
        for name, commit in shop.serving.items():
            (run / name).write_text(commit, encoding="utf-8")
            started[name] = stack.enter_context(process(name, run / name))
            (run / f"{name}.pid").write_text(str(started[name].pid), encoding="utf-8")
        yield {name: address(service) for name, service in started.items()}


@contextmanager
def process(name: str, file: Path) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, str(HERE / "serve.py"), *([] if name == PAGE else [str(file)])]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as service:
        try:
            yield service
        finally:
            service.kill()


def address(service: subprocess.Popen[str]) -> str:
    line = service.stdout.readline().strip() if service.stdout else ""
    if not line:
        sys.exit("a service of the demo did not start")
    return line


def show(shop: Shop, cache: Path) -> None:
    """The story, told by the program's own answers."""
    print("A shop with six services. Each runs on this machine and says at /__version__ from which commit")
    print("it was started. What is merged and not live?\n")
    code = unshipped(["check"], shop.folder, cache)
    print(f"Exit code {code}: one service could not be determined, which outranks the drift of the others.")
    print("billing is in sync: its change was taken back. site is: only text that `ignore` names moved on.\n")
    unshipped(["explain", "worker"], shop.folder, cache)
    print("And where is the change to shared/ live by now?\n")
    unshipped(["where", shop.rounding[:9]], shop.folder, cache)
    print("Deploy it, with the script that this team has. What serves is asked of the service itself.\n")
    unshipped(["deploy", "worker"], shop.folder, cache)
    unshipped(["check", "worker"], shop.folder, cache)
    print(NEXT)


def unshipped(arguments: Sequence[str], folder: Path, cache: Path) -> int:
    """Shows a command, runs it, and returns its exit code."""
    print(f"$ {shlex.join(['unshipped', *arguments])}", flush=True)
    variables = os.environ | {"UNSHIPPED_CACHE_DIR": str(cache)}
    command = [sys.executable, "-m", "unshipped", *arguments]
    code = subprocess.run(
        command, cwd=folder, env=variables, stderr=subprocess.STDOUT, timeout=SECONDS, check=False
    ).returncode
    print(flush=True)
    return code


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:  # the reader (`head`) has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
