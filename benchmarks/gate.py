"""What stands in other people's way: a hook in their commits, a gate in their programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import BARE, Bench
from benchmarks.gate_served import SERVICES, served
from benchmarks.git import git
from benchmarks.race import race
from benchmarks.rows import Goal, Note, Row

_SHELL = "#!/bin/sh\ngit diff-tree -r --name-only --no-commit-id HEAD >/dev/null\n"
_IMPORT = ("-S", "-E", "-c", "import sys; sys.path[:0] = {path!r}; import unshipped.gate")
_WHO = ("-c", "core.hooksPath=/dev/null", "-c", "user.name=Ana", "-c", "user.email=ana@example.org")
_ASKED = Path(__file__).with_name("gate_asked.py")


def rows(bench: Bench) -> Iterator[Row | Note]:
    """The hook, then the library, then the server's side."""
    yield from _hook(bench)
    yield from _library(bench)
    yield from _served(bench)


def _hook(bench: Bench) -> Iterator[Row | Note]:
    place = bench.folder / "hooked"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for number in range(20):
        (place / f"s{number}").mkdir()
        (place / f"s{number}" / "app.py").write_text("1\n")
    (place / "README").write_text("1\n")
    git(place, "init", "--quiet", "-b", "main")
    _commit(place, "First")
    live = git(place, "rev-parse", "HEAD").strip()
    lines = [f"  s{number}: {{paths: [s{number}], deployed: {live}}}\n" for number in range(20)]
    (place / "unshipped.yaml").write_text("services:\n" + "".join(lines))
    _commit(place, "Say what there is")
    for command in (("hook", "install"), ("check", "--exit-zero")):
        subprocess.run([*bench.program, *command], cwd=place, env=bench.env, capture_output=True, check=True)
    bare = place / "bare"
    bare.write_text(_SHELL)
    bare.chmod(0o755)
    hook = place / ".git" / "hooks" / "post-commit"
    theirs, ours = race([bench.run([path], cwd=place) for path in (bare, hook)], bench.runs * 5)
    yield Row("hook, nothing touched", "20 services", ours, "a hook of `git diff-tree`", theirs, Goal(2.5))
    (place / "s7" / "app.py").write_text("2\n")
    _commit(place, "Touch one")
    [touched] = race([bench.run([hook], cwd=place)], bench.runs * 2)
    figure = f"{touched.median * 1000:.0f} ms ({touched.least * 1000:.0f})"
    yield Note("hook, a service touched", "20 services", figure, "< 150 ms", touched.median < 0.15)


def _commit(place: Path, message: str) -> None:
    git(place, "add", "-A")
    git(place, *_WHO, "commit", "--quiet", "-m", message)


def _served(bench: Bench) -> Iterator[Row | Note]:
    if shutil.which("wrk") is None:
        yield Note("server: who asks", f"{SERVICES} services", "wrk is not installed")
        return
    for kind, load in served(bench.program, bench.env, 10 if bench.runs > 1 else 1):
        met = None if kind == "is stopped" else load.a_second >= 2000 and not load.failed
        goal = "" if met is None else "≥ 2,000 a second"
        yield Note(f"server: who asks {kind}", f"{SERVICES} services", str(load), goal, met)


def _library(bench: Bench) -> Iterator[Row | Note]:
    found = subprocess.run(
        [bench.python, "-c", "import sys; print(repr(sys.path[1:]))"],
        capture_output=True,
        text=True,
        check=True,
        env=bench.env,
    )
    path = [str(Path(__file__).parents[1] / "src"), *[one for one in eval(found.stdout) if one]]
    *options, program = _IMPORT
    imported: list[str | Path] = [bench.python, *options, program.format(path=path)]
    bare, ours = race([bench.run(BARE), bench.run(imported)], bench.runs * 3)
    more = (ours.median - bare.median) * 1000
    figure = f"{more:.1f} ms ({(ours.least - bare.least) * 1000:.1f})"
    yield Note("library: import, over an empty interpreter", "", figure, "< 15 ms", more < 15)
    asked = subprocess.run(
        [bench.python, _ASKED, str(bench.runs)],
        capture_output=True,
        text=True,
        check=True,
        env=bench.env | {"PYTHONPATH": os.pathsep.join(path)},
    )
    kept, file, server, served = map(float, asked.stdout.split())
    yield Note("library: an answer that is kept", "", f"{kept:.0f} µs", "< 50 µs", kept < 50)
    yield Note("library: an answer from a file", "", f"{file:.0f} µs", "< 50 µs", file < 50)
    yield Note("library: a server on loopback", "", f"{server:.1f} ms", "< 5 ms", server < 5)
    yield Note("gate requests, from a record in memory", "one thread", f"{served:,.0f} a second", "", None)
