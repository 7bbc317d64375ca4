"""Imports of Go, held against `go list`: whatever it says is compiled, the walk reaches."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.discovery.trees import Files, tree
from tests.support.examples import some
from unshipped.discovery.languages.table import LANGUAGES
from unshipped.discovery.layout import Layout, Mount
from unshipped.discovery.reach import Analyses, Reached, reach


def reached(files: Files, entry: str = "main.go", *, runs_here: bool = False) -> Reached:
    layout = Layout(tree(files), [Mount("", "")])
    return reach(layout, (entry,), Analyses(LANGUAGES), runs_here=runs_here)


MOD = "module example.com/m"
MAIN = "package main\nimport {}\n"
CASES: dict[str, tuple[Files, set[str]]] = {
    "a package, all of it": (
        {"main.go": MAIN.format('"example.com/m/a"'), "a/a.go": "package a", "a/b.go": "package a", "c/c.go": "package c"},
        {"a/a.go", "a/b.go"},
    ),
    "no tests": ({"main.go": "package main", "main_test.go": 'package main\nimport "example.com/m/a"', "a/a.go": "package a"}, set()),
    "whatever the constraints": (
        {"main.go": "package main", "x_windows.go": 'package main\nimport "example.com/m/a"', "a/a.go": "//go:build ignore\npackage a"},
        {"x_windows.go", "a/a.go"},
    ),
    "grouped, named, dot and blank": (
        {"main.go": 'package main\nimport (\n\tx "example.com/m/a"\n\t. `example.com/m/b`\n\t_ "example.com/m/c"\n)\n',
         "a/a.go": "package a", "b/b.go": "package b", "c/c.go": "package c"},
        {"a/a.go", "b/b.go", "c/c.go"},
    ),
    "on one line": ({"main.go": 'package main; import "example.com/m/a"; func main() {}', "a/a.go": "package a"}, {"a/a.go"}),
    "after a comment that looks like code": (
        {"main.go": 'package main\n/*\nfunc x() {}\n*/\nimport "example.com/m/a"\n', "a/a.go": "package a"}, {"a/a.go"},
    ),
    "not in a text": ({"main.go": 'package main\nvar x = `\nimport "example.com/m/a"\n`', "a/a.go": "package a"}, set()),
    "the standard library, and others": ({"main.go": MAIN.format('("net/http"; "github.com/x/y")')}, set()),
    "a module without dots": (
        {"go.mod": "module app", "main.go": MAIN.format('"app/net"'), "net/net.go": "package net"}, {"net/net.go"},
    ),
    "a major version": (
        {"go.mod": "module example.com/m/v2", "main.go": MAIN.format('"example.com/m/v2/a"'), "a/a.go": "package a"},
        {"a/a.go"},
    ),
    "a replaced module": (
        {"go.mod": MOD + "\nreplace (\n\texample.com/lib v1.0.0 => ./lib // here\n)", "main.go": MAIN.format('"example.com/lib/x"'),
         "lib/go.mod": "module example.com/lib", "lib/x/x.go": "package x"},
        {"lib/x/x.go", "lib/go.mod"},
    ),
    "what a replaced module needs, as the main module says": (
        {"go.mod": MOD + "\nreplace a.com/a => ./a\nreplace b.com/b => ./b", "main.go": MAIN.format('"a.com/a"'),
         "a/go.mod": "module a.com/a", "a/a.go": 'package a\nimport "b.com/b"', "b/go.mod": "module b.com/b", "b/b.go": "package b"},
        {"a/a.go", "a/go.mod", "b/b.go", "b/go.mod"},
    ),
    "a module of the repository that is downloaded": (
        {"go.mod": MOD + "\nrequire example.com/m/lib v1.0.0", "main.go": MAIN.format('"example.com/m/lib"'),
         "lib/go.mod": "module example.com/m/lib", "lib/lib.go": "package lib"},
        set(),
    ),
    "a workspace": (
        {"go.work": "go 1.22\nuse (\n\t.\n\t./lib\n)", "main.go": MAIN.format('"example.com/lib"'),
         "lib/go.mod": "module example.com/lib", "lib/lib.go": "package lib"},
        {"go.work", "lib/go.mod", "lib/lib.go"},
    ),
    "what is vendored": (
        {"main.go": MAIN.format('"github.com/x/y"'), "vendor/modules.txt": "", "vendor/github.com/x/y/y.go": 'package y\nimport "z.org/z"',
         "vendor/z.org/z/z.go": "package z", "vendor/z.org/z/w/w.go": "package w"},
        {"vendor/modules.txt", "vendor/github.com/x/y/y.go", "vendor/z.org/z/z.go"},
    ),
    "what is embedded": (
        {"main.go": 'package main\nimport _ "embed"\n//go:embed a.sql "b c.txt" `static/*.css` all:tree\nvar f string',
         "a.sql": "", "b c.txt": "", "static/x.css": "", "static/x.js": "", "tree/.x": "", "tree/y/z.js": "", "d.sql": ""},
        {"a.sql", "b c.txt", "static/x.css", "tree/.x", "tree/y/z.js"},
    ),
    "what else is compiled": (
        {"main.go": "package main", "x.s": "", "x.h": "", "y.syso": b"\0", "default.pgo": b"\0", "README.md": ""},
        {"x.s", "x.h", "y.syso", "default.pgo"},
    ),
    "cgo": (
        {"inc/z.h": "", "other/o.h": "", "api/lib/lib.c": "",
         "api/main.go": 'package main\n// #cgo CFLAGS: -I${SRCDIR}/../inc\n// #include "z.h"\nimport "C"\n'},
        {"inc/z.h", "api/lib/lib.c"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), CASES.values(), ids=CASES)
def test_imports_lead_where_go_goes(files: Files, expected: set[str]) -> None:
    entry = "api/main.go" if "api/main.go" in files else "main.go"
    module = entry.replace("main.go", "go.mod")
    found = reached({module: MOD, **files}, entry)
    assert set(found.files) == {entry, module, *expected}
    assert found.doubts == ()


UNKNOWN: dict[str, str | bytes] = {
    "a plugin": 'package a\nimport "plugin"',
    "a syntax error": 'package a\nimport ("x"',
    "no package": "func a() {}",
    "binary": b"\x7fELF\0\0",
    "too large": b"package a\n" + b"// x\n" * 500_000,
    "deep": "package a\nimport " + "(" * 5000,
    "something that is made while building": 'package a\nimport "example.com/m/pb"',
    "something embedded that is made": "package a\n//go:embed dist\nvar x string",
}


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN)
def test_what_cannot_be_known_takes_everything_and_says_where(text: str | bytes) -> None:
    found = reached({"go.mod": MOD, "main.go": MAIN.format('"example.com/m/a"'), "a/a.go": text})
    assert found.everything
    assert found.doubts[0].place.path == "a/a.go"


def test_without_a_go_mod_imports_may_lead_anywhere() -> None:
    assert reached({"main.go": MAIN.format('"fmt"')}).everything


def test_what_is_missing_of_a_module_takes_that_module() -> None:
    files: Files = {"go.mod": MOD, "main.go": "package main", "api/go.mod": "module api", "api/x/x.proto": ""}
    found = reached({**files, "api/main.go": MAIN.format('"api/pb"'), "web/x.go": "package x"}, "api/main.go")
    assert {"api/x/x.proto", "api/go.mod"} <= set(found.files)
    assert "web/x.go" not in found.files
    assert found.doubts[0].widened == ("api",)


def test_data_counts_where_the_program_runs_among_its_sources() -> None:
    files: Files = {
        "go.mod": MOD,
        "cmd/main.go": 'package main\nvar a = f("web/*.tmpl", "x.json")',
        "web/a.tmpl": "",
        "cmd/x.sql": "",
        "x.json": "",
    }
    assert {"web/a.tmpl", "cmd/x.sql", "x.json"} <= set(reached(files, "cmd/main.go", runs_here=True).files)
    assert set(reached(files, "cmd/main.go").files) == {"go.mod", "cmd/main.go"}


def test_the_chain_goes_back_to_what_is_started() -> None:
    found = reached(
        {
            "go.mod": MOD,
            "main.go": MAIN.format('"example.com/m/a"'),
            "a/a.go": "package a",
            "a/b.go": "package a",
        }
    )
    assert found.files["a/b.go"].by == "a/a.go"
    assert found.files["a/a.go"] == ("main.go", 2, 'import "example.com/m/a"')


PACKAGES = ["", "a", "a/b", "c", "lib", "lib/x", "far/y"]
PATHS = [
    "example.com/m/a",
    "example.com/m/a/b",
    "example.com/m/c",
    "lib.org/lib",
    "lib.org/lib/x",
    "far.org/y",
    "fmt",
]
FILE = st.tuples(
    st.sampled_from(["a.go", "b_windows.go", "b_linux.go", "c_test.go"]),
    st.lists(st.sampled_from(PATHS), max_size=3, unique=True),
)
REPLACES = "\nrequire (\n\tlib.org/lib v1.0.0\n\tfar.org v1.0.0\n)\nreplace lib.org/lib => ./lib\nreplace far.org => ./far"


@pytest.mark.skipif(shutil.which("go") is None, reason="there is no Go here to compare with")
@settings(max_examples=some(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({one: st.lists(FILE, min_size=1, max_size=3) for one in PACKAGES}))
def test_whatever_go_compiles_is_reached(
    tmp_path: Path, packages: dict[str, list[tuple[str, list[str]]]]
) -> None:
    files: Files = {
        "go.mod": f"{MOD}\ngo 1.18{REPLACES}",
        "lib/go.mod": "module lib.org/lib",
        "far/go.mod": "module far.org",
        "main.go": "package main\nfunc main() {}",
    }
    for directory, sources in packages.items():
        for name, imports in sources:
            lines = "".join(f'import _ "{one}"\n' for one in imports)
            files[f"{directory}/{name}".strip("/")] = f"package {'x' if directory else 'main'}\n{lines}"
    shutil.rmtree(tmp_path)
    for path, text in files.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(str(text))
    environment = {
        **os.environ,
        "GOFLAGS": "-mod=mod",
        "GOPROXY": "off",
        "GOWORK": "off",
        "GOTOOLCHAIN": "local",
    }
    command = ["go", "list", "-e", "-deps", "-json=Dir,GoFiles,Standard", "."]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    found = reached(files)
    assert found.everything or _compiled(done.stdout, tmp_path) - set(found.files) == set()


def _compiled(printed: str, top: Path) -> set[str]:
    listed = [json.loads(text + "}") for text in printed.split("\n}\n")[:-1]]
    own = [one for one in listed if not one.get("Standard") and one.get("Dir")]
    return {str((Path(one["Dir"]) / name).relative_to(top)) for one in own for name in one.get("GoFiles", ())}
