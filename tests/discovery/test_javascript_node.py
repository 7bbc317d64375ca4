"""Imports of JavaScript, held against Node.js: whatever it really loads is reached, and nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from posixpath import dirname, relpath

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.discovery.trees import tree
from tests.support.examples import some
from unshipped.discovery.languages.javascript.resolve import JAVASCRIPT
from unshipped.discovery.layout import Layout, Mount
from unshipped.discovery.reach import Analyses, reach

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is not installed")

PACKAGES = {
    "package.json": {"name": "top", "imports": {"#q/*": "./p/q/*.js", "#one": {"import": "./m.mjs", "require": "./a.js"}}},
    "libs/one/package.json": {"name": "one", "main": "lib", "exports": {".": "./lib/index.js", "./x/*": "./lib/x/*.cjs"}},
    "libs/two/package.json": {"name": "@acme/two", "main": "./start"},
}  # fmt: skip
SCRIPTS = [
    *("main.js", "a.js", "b.cjs", "p/index.js", "p/c.js", "p/q/d.js", "p/q/e.js"),
    *("libs/one/lib/index.js", "libs/one/lib/x/f.cjs", "libs/two/start.js", "libs/two/index.js"),
]
MODULES = ["m.mjs", "p/n.mjs"]
BY_NAME = ["one", "one/x/f", "@acme/two", "#q/d", "#q/e", "fs", "node:path"]
WAYS = {
    "require": "require({!r})",
    "lazy": "(() => {{ require({!r}) }})()",
    "resolved": "require(require.resolve({!r}))",
    "path": "require(path.join(__dirname, {!r}))",
    "sum": "const dir{n} = __dirname + '/'; require(dir{n} + {!r})",
    "list": "for (const one of [{!r}]) require(one)",
}
PREAMBLE = "const path = require('path'); (globalThis.loaded ??= []).push(__filename);\n"
"""Who is loaded says so."""

LINES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([*SCRIPTS, "p"]), st.sampled_from(sorted(WAYS))),
        st.tuples(st.sampled_from(BY_NAME), st.sampled_from(["require", "lazy"])),
        st.tuples(st.sampled_from(MODULES), st.just("import")),
    ),
    max_size=2,
)
BARE = st.booleans()


def script(at: str, asked: list[tuple[str, str]], bare: bool) -> str:
    lines = [PREAMBLE]
    for number, (what, way) in enumerate(asked):
        name = what
        if what in (*SCRIPTS, *MODULES, "p"):
            name = relpath(what, dirname(at) or ".")
            name = name.removesuffix(".js") if bare else name
            name = name if name.startswith(".") else f"./{name}"
        lines.append(f"import({name!r})" if way == "import" else WAYS[way].format(name, n=number))
    return ";\n".join(lines)


def module(at: str, asked: list[tuple[str, str]]) -> str:
    lines = ["(globalThis.loaded ??= []).push(import.meta.filename);"]
    for what, _way in asked:
        name = what
        if what in (*SCRIPTS, *MODULES):
            name = relpath(what, dirname(at) or ".")
            name = name if name.startswith(".") else f"./{name}"
        lines += [f"import {name!r}"] if what != "p" else []
    return ";\n".join(lines)


@settings(
    max_examples=some(12),
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.fixed_dictionaries(dict.fromkeys(SCRIPTS, st.tuples(LINES, BARE))),
    st.fixed_dictionaries(dict.fromkeys(MODULES, LINES)),
)
def test_what_node_loads_is_what_is_reached(
    tmp_path: Path,
    scripts: dict[str, tuple[list[tuple[str, str]], bool]],
    modules: dict[str, list[tuple[str, str]]],
) -> None:
    files = {at: script(at, *given) for at, given in scripts.items()}
    files |= {at: module(at, given) for at, given in modules.items()}
    inner = [at for at in files if at.startswith("libs/")]
    # A name with `#` belongs to the package that it stands in.
    files |= {at: "\n".join(line for line in files[at].splitlines() if "'#" not in line) for at in inner}
    files |= {at: json.dumps(package) for at, package in PACKAGES.items()}
    for at, text in files.items():
        (tmp_path / at).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / at).write_text(text)
    for name, directory in (("one", "../libs/one"), ("@acme/two", "../../libs/two")):
        link = tmp_path / "node_modules" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(directory)
    report = "process.on('exit', () => console.log(JSON.stringify(globalThis.loaded)))"
    (tmp_path / "report.cjs").write_text(report)
    command = [NODE or "", "-r", "./report.cjs", "main.js"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    loaded = {str(Path(file).relative_to(tmp_path.resolve())) for file in json.loads(done.stdout)}
    found = reach(Layout(tree(files), [Mount("", "")]), ("main.js",), Analyses([JAVASCRIPT]))
    reached = {path for path in found.files if not path.endswith(".json")}
    # A name of a directory may stand for any file in it: then all of them count, and it is said.
    assert loaded <= reached if found.doubts else loaded == reached
    assert all(doubt.why.endswith("names a directory") for doubt in found.doubts)
