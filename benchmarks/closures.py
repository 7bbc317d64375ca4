"""Closures that are derived: many services in three languages, each with a Dockerfile, over a large tree."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.git import fast_import, git
from benchmarks.race import Command, race
from benchmarks.rows import Goal, Row

_MODULES, _LIBRARIES = 97, 60
_BEGUN = 1_770_000_000


def rows(bench: Bench) -> Iterator[Row]:
    """A check of all of them, by what of it is known."""
    services = bench.sizes[-1]
    repository = _made(bench.folder / f"closures-{services}", services)
    files = git(repository, "ls-tree", "-r", "--name-only", "HEAD").count("\n")
    for mode in ("image", "imports"):
        on = f"`{mode}`, {services:,} services, {files:,} files"
        for measured, tip, room in (
            ("nothing known", "begun", None),
            ("closures known, answers not", "begun", "begun"),
            ("one landing changed content", "content", "begun"),
            ("one landing changed an import", "import", "content"),
            ("nothing moved", "import", "import"),
        ):
            yield _row(bench, repository, mode, f"{measured}", on, tip, room)


def _row(
    bench: Bench, repository: Path, mode: str, measured: str, on: str, tip: str, known: str | None
) -> Row:
    """A check of one commit that begins with what a check of another one left."""
    kept = bench.folder / "kept-closures"
    shutil.rmtree(kept, ignore_errors=True)
    if known:
        bench.forget()
        bench.run(_look(bench, repository, mode, known)).run()
        for room in ("answers", "tips") if known == tip == "begun" else ():
            for place in bench.cache.rglob(room):
                shutil.rmtree(place)
        shutil.copytree(bench.cache, kept)

    def restore() -> None:
        bench.forget()
        if known:
            shutil.copytree(kept, bench.cache)

    command = _look(bench, repository, mode, tip)
    restore()
    bench.prove(command)
    listing: Command = ("git", "-C", repository, "ls-tree", "-r", "-z", tip)
    theirs, ours = race([bench.run(listing), bench.run(command, before=restore)], min(bench.runs, 3))
    return Row(measured, on, ours, "git ls-tree", theirs, Goal(None))


def _look(bench: Bench, repository: Path, mode: str, tip: str) -> Command:
    config = bench.folder / f"closures-{mode}.yaml"
    names = sorted(git(repository, "ls-tree", "--name-only", "HEAD:services").split())
    lines = (
        f"  {name}: {{build: services/{name}/Dockerfile, closure: {mode}, deployed: base}}" for name in names
    )
    config.write_text("services:\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return bench.look(repository, config, "--expected", tip)


def _made(place: Path, services: int) -> Path:
    """A bare repository with the landings `base`, `begun`, `content` and `import`; made once."""
    if not place.exists():
        git(Path(), "init", "--quiet", "--bare", "--initial-branch=main", place)
        fast_import(place, _stream(services))
    return place


def _stream(services: int) -> Iterator[bytes]:
    tree = {"go.mod": "module example.com/shop\n"}
    tree |= {path: text for at in range(services) for path, text in _service(at).items()}
    for at in range(_LIBRARIES):
        tree |= {
            f"libs/py/lib{at}.py": "",
            f"libs/js/lib{at}.js": "",
            f"libs/go/lib{at}/a.go": "package lib\n",
        }
    yield from _landing("base", tree, 0)
    yield from _landing("begun", {"libs/py/lib0.py": "begun = 1\n", "README.md": "shop\n"}, 1)
    yield from _landing("content", {"services/s0/m1.py": "import m2\nvalue = 1\n"}, 2)
    yield from _landing(
        "import", {"services/s0/m1.py": "import m2\nimport m90\nfrom libs.py import lib59\n"}, 3
    )


def _landing(name: str, files: Mapping[str, str], at: int) -> Iterator[bytes]:
    yield f"commit refs/heads/main\nmark :{at + 1}\n".encode()
    yield f"committer Ana <ana@example.com> {_BEGUN + 3600 * at} +0000\ndata {len(name)}\n{name}\n".encode()
    for path, text in files.items():
        yield f'M 100644 inline "{path}"\ndata {len(text.encode())}\n{text}\n'.encode()
    yield f"\nreset refs/tags/{name}\nfrom :{at + 1}\n\n".encode()


def _service(at: int) -> dict[str, str]:
    """One in three languages: a chain of half of its modules, and some of the libraries that all share."""
    languages = (_python, _node, _go)
    files = {**languages[at % 3](at), "README.md": f"s{at}\n"}
    return {f"services/s{at}/{name}": text for name, text in files.items()}


def _libraries(at: int) -> list[int]:
    return [(at * 7 + step * 11) % _LIBRARIES for step in range(5)]


def _python(at: int) -> dict[str, str]:
    files = {
        "Dockerfile": f"FROM python\nWORKDIR /app\nCOPY services/s{at} .\nCOPY libs/py libs/py\n"
        "CMD python main.py\n",
        "main.py": "import m0\n" + "".join(f"from libs.py import lib{one}\n" for one in _libraries(at)),
    }
    return files | {f"m{n}.py": f"import m{n + 2}\n" if n + 2 < _MODULES else "" for n in range(_MODULES)}


def _node(at: int) -> dict[str, str]:
    files = {
        "Dockerfile": f"FROM node\nWORKDIR /app/s\nCOPY services/s{at} .\nCOPY libs/js ../libs\n"
        "CMD node main.js\n",
        "package.json": f'{{"name": "s{at}"}}',
        "main.js": "require('./m0')\n" + "".join(f"require('../libs/lib{one}')\n" for one in _libraries(at)),
    }
    return files | {
        f"m{n}.js": f"require('./m{n + 2}')\n" if n + 2 < _MODULES else "" for n in range(_MODULES - 1)
    }


def _go(at: int) -> dict[str, str]:
    path = f"example.com/shop/services/s{at}"
    files = {
        "Dockerfile": f"FROM golang AS build\nWORKDIR /src\nCOPY go.mod .\n"
        f"COPY services/s{at} services/s{at}\nCOPY libs/go libs/go\nRUN go build -o /out/s ./services/s{at}\n"
        'FROM scratch\nCOPY --from=build /out/s /s\nCMD ["/s"]\n',
        "main.go": f'package main\nimport _ "{path}/m0"\n'
        + "".join(f'import _ "example.com/shop/libs/go/lib{one}"\n' for one in _libraries(at)),
    }  # fmt: skip
    return files | {
        f"m{n}/a.go": "package m\n" + (f'import _ "{path}/m{n + 2}"\n' if n + 2 < _MODULES else "")
        for n in range(_MODULES)
    }
