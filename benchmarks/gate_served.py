"""A gate asked by many, as fast as it answers, while the server goes on with its other work.

.venv/bin/python -m benchmarks.gate_served [SECONDS]

`unshipped serve` looks at 200 services every ten seconds, and its metrics and targets are read each second.
wrk asks with kept connections; the processor's time that each side used is read from the system.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

SERVICES = 200
CONNECTIONS = 32
_LATENCY = re.compile(r"^\s*(50|90|99)%\s+([\d.]+)(us|ms|s)$", re.MULTILINE)
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_WHO = ("-c", "user.name=Ana", "-c", "user.email=ana@example.org", "-c", "init.defaultBranch=main")


class Load(NamedTuple):
    """What came of asking for some seconds."""

    a_second: float
    latencies: Mapping[int, float]
    """In milliseconds, by percentile."""
    failed: bool
    server: float
    """Cores that the server used."""
    asking: float
    """Cores that wrk used."""
    rounds: int
    """How many rounds of the watch were finished meanwhile."""

    def __str__(self) -> str:
        told = ", ".join(f"{percent} % in {took:.1f} ms" for percent, took in self.latencies.items())
        cores = f"{self.server:.2f} cores, wrk {self.asking:.2f}"
        failed = ", SOME FAILED" if self.failed else ""
        return f"{self.a_second:,.0f} a second; {told}; {cores}; {self.rounds} rounds{failed}"


def served(program: Sequence[str | Path], env: Mapping[str, str], seconds: int) -> Iterator[tuple[str, Load]]:
    """What each kind of question came to, as wrk asks it."""
    with TemporaryDirectory() as folder, _serving(Path(folder), program, env) as (process, port, rounds):
        asked = f"http://127.0.0.1:{port}/api/v1/gate"
        for name, path in (
            ("passes", "/s1?max_behind=9"),
            ("passes, five services", "/s1,s2,s3,s4,s5?max_behind=9"),
            ("is stopped", "/s1?max_behind=0"),
        ):
            yield name, _asked(asked + path, process.pid, seconds, rounds)


def _asked(url: str, server: int, seconds: int, rounds: list[float]) -> Load:
    urllib.request.urlopen(url, timeout=30).read()
    before, begun = _spent(server), len(rounds)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as asking:
        assert asking.stdout
        said = asking.stdout.read()
        _, _, used = os.wait4(asking.pid, 0)
        asking.returncode = 0
    return Load(
        float(re.findall(r"Requests/sec:\s+([\d.]+)", said)[0]),
        {int(one): float(took) * _MILLISECONDS[unit] for one, took, unit in _LATENCY.findall(said)},
        "Non-2xx" in said or "Socket errors" in said,
        (_spent(server) - before) / seconds,
        (used.ru_utime + used.ru_stime) / seconds,
        len(rounds) - begun,
    )


def _spent(process: int) -> float:
    """Seconds of the processor that a process used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _serving(
    folder: Path, program: Sequence[str | Path], env: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[str], int, list[float]]]:
    repository, port = folder / "repository", _free_port()
    _repository(repository)
    command = [*program, "serve", "--listen", f"127.0.0.1:{port}", "--repo", str(repository), "--no-fetch"]
    rounds: list[float] = []
    stop = threading.Event()
    with subprocess.Popen(command, cwd=repository, env=env, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        lines = process.stderr
        hearing = threading.Thread(target=_heard, args=(lines, rounds), daemon=True)
        hearing.start()
        telling = threading.Thread(target=_telling, args=(port, stop), daemon=True)
        try:
            _until(lambda: bool(rounds))
            telling.start()
            yield process, port, rounds
        finally:
            stop.set()
            process.terminate()
            hearing.join()  # to the end of what it says: after this the pipe is closed


def _repository(place: Path) -> None:
    for number in range(SERVICES):
        (place / f"s{number}").mkdir(parents=True)
        (place / f"s{number}" / "app.py").write_text("1\n")
    subprocess.run(["git", *_WHO, "init", "--quiet", place], check=True)
    for number in range(30):
        (place / f"s{number}" / "app.py").write_text("2\n")
        subprocess.run(["git", "-C", place, "add", "-A"], check=True)
        subprocess.run(["git", "-C", place, *_WHO, "commit", "--quiet", "-m", f"Change {number}"], check=True)
    first = subprocess.run(
        ["git", "-C", place, "rev-list", "--max-parents=0", "HEAD"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    services = {f"s{n}": {"paths": [f"s{n}"], "deployed": first} for n in range(SERVICES)}
    found = {"services": services, "watch": {"schedule": "*/10 * * * * *", "fetch": False}}
    (place / "unshipped.yaml").write_text(json.dumps(found))


def _heard(lines: Iterator[str], rounds: list[float]) -> None:
    rounds.extend(time.monotonic() for line in lines if "looked at" in line)


def _telling(port: int, stop: threading.Event) -> None:
    """Somebody looks at the metrics and at all targets, once a second."""
    with contextlib.suppress(OSError):  # it was stopped
        while not stop.wait(1.0):
            for path in ("metrics", "api/v1/targets"):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=30).read()


def _until(done: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the server did not finish its first round")
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


if __name__ == "__main__":
    for kind, load in served(
        [sys.executable, "-m", "unshipped"], dict(os.environ), int((sys.argv[1:] or ["10"])[0])
    ):
        print(f"{kind}: {load}", flush=True)
    print(f"load average {os.getloadavg()[0]:.1f}")
