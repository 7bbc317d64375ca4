"""What packages and configurations say about where names lead."""

from __future__ import annotations

from time import process_time

import pytest

from tests.discovery.test_javascript import reached
from tests.discovery.trees import Files

ALIASES = '{"compilerOptions": {"paths": {"@/*": ["./src/*"], "db": ["lib/db/index.ts"]}}}'
CASES: dict[str, tuple[Files, set[str]]] = {
    "main": ({"m.js": "require('b')", "b/package.json": '{"name": "b", "main": "lib/start"}', "b/lib/start.js": "", "b/index.js": ""},
             {"b/lib/start.js"}),
    "an index": ({"m.js": "require('b')", "b/package.json": '{"name": "b"}', "b/index.js": ""}, {"b/index.js"}),
    "a file of a package": ({"m.js": "require('@a/b/lib/x')", "b/package.json": '{"name": "@a/b"}', "b/lib/x.js": ""}, {"b/lib/x.js"}),
    "exports, under every condition": (
        {"m.ts": "import '@a/b/x'", "b/package.json": '{"name": "@a/b", "exports": {"./x": [{"node": {"import": "./n.mjs"}}, "./d.js"]}}',
         "b/n.mjs": "", "b/d.js": "", "b/x.js": ""}, {"b/n.mjs", "b/d.js"},
    ),
    "the longest pattern": (
        {"m.js": "require('b/q/x')", "b/package.json": '{"name": "b", "exports": {"./*": "./no/*.js", "./q/*": "./src/q/*.js"}}', "b/src/q/x.js": ""},
        {"b/src/q/x.js"},
    ),
    "its own name": ({"m.js": "require('me/x')", "package.json": '{"name": "me", "exports": {"./x": "./lib/x.js"}}', "lib/x.js": ""}, {"lib/x.js"}),
    "an inner name": ({"m.js": "require('#db/x')", "package.json": '{"imports": {"#db/*": "./lib/*.js"}}', "lib/x.js": ""}, {"lib/x.js"}),
    "compiled, as the compiler says": (
        {"m.ts": "import 'b'", "b/package.json": '{"name": "b", "main": "./dist/index.js", "types": "dist/index.d.ts"}',
         "b/tsconfig.json": '{"compilerOptions": {"outDir": "dist", "rootDir": "src"}}', "b/src/index.ts": "", "b/src/o.ts": ""},
        {"b/src/index.ts"},
    ),
    "compiled, by arguments": (
        {"m.ts": "import 'b'", "b/package.json": '{"name": "b", "main": "dist/b.js", "scripts": {"build": "esbuild src/x.ts --bundle --outfile=dist/b.js"}}', "b/src/x.ts": ""},
        {"b/src/x.ts"},
    ),
    "a source": ({"m.ts": "import 'b'", "b/package.json": '{"name": "b", "main": "dist/b.js", "source": "src/b.js"}', "b/src/b.js": ""}, {"b/src/b.js"}),
    "for a browser": (
        {"m.js": "require('./a'); require('x')", "package.json": '{"dependencies": {"x": "1"}, "browser": {"./a.js": "./b.js", "x": "./y.js", "fs": false}}',
         "a.js": "", "b.js": "", "y.js": ""}, {"a.js", "b.js", "y.js"},
    ),
    "another directory": ({"a/m.js": "require('c')", "a/package.json": '{"dependencies": {"c": "file:../b"}}', "b/index.js": "", "b/package.json": "{}"}, {"b/index.js"}),
    "another name": ({"m.js": "require('c')", "package.json": '{"dependencies": {"c": "workspace:@a/b@*"}}', "b/index.js": "", "b/package.json": '{"name": "@a/b"}'}, {"b/index.js"}),
    "kept in the repository": ({"a/m.js": "require('c')", "node_modules/c/package.json": '{"main": "x.js"}', "node_modules/c/x.js": ""}, {"node_modules/c/x.js"}),
    "aliases": ({"src/m.ts": "import '@/a'; import 'db'", "src/a.ts": "", "lib/db/index.ts": "", "tsconfig.json": ALIASES}, {"src/a.ts", "lib/db/index.ts"}),
    "comments and commas": (
        {"src/m.ts": "import '@/a'", "src/a.ts": "", "tsconfig.json": '// x\n{"compilerOptions": {/* y */ "paths": {"@/*": ["src/*",],},},}'}, {"src/a.ts"},
    ),
    "a base": ({"src/m.ts": "import 'a/b'", "src/a/b.ts": "", "tsconfig.json": '{"compilerOptions": {"baseUrl": "./src"}}'}, {"src/a/b.ts"}),
    "extended": ({"x/m.ts": "import '@/a'", "src/a.ts": "", "x/tsconfig.json": '{"extends": ["../base"]}', "base.json": ALIASES}, {"src/a.ts"}),
    "extended from a package": (
        {"m.ts": "import '@/a'", "conf/src/a.ts": "", "tsconfig.json": '{"extends": "@a/conf/x.json"}', "conf/package.json": '{"name": "@a/conf"}', "conf/x.json": ALIASES},
        {"conf/src/a.ts"},
    ),
    "where it is used": (
        {"x/m.ts": "import '@/a'", "x/src/a.ts": "", "x/tsconfig.json": '{"extends": "../b.json"}', "b.json": '{"compilerOptions": {"paths": {"@/*": ["${configDir}/src/*"]}}}'},
        {"x/src/a.ts"},
    ),
    "one of several": ({"src/m.ts": "import '@/a'", "src/a.ts": "", "tsconfig.json": '{"references": [{"path": "./tsconfig.app.json"}]}', "tsconfig.app.json": ALIASES}, {"src/a.ts"}),
    "two that are one": ({"src/m.ts": "import './g'", "made/g.ts": "", "tsconfig.json": '{"compilerOptions": {"rootDirs": ["src", "made"]}}'}, {"made/g.ts"}),
    "how it is built": ({"src/m.js": "", "package.json": "{}", "vite.config.ts": "import './plugin'", "plugin.ts": "", "jest.config.js": ""}, {"vite.config.ts", "plugin.ts"}),
    "a library of a neighbour": (
        {"a/m.js": "require('clsx')", "a/package.json": "{}", "package.json": "{}", "b/package.json": '{"dependencies": {"clsx": "1"}}'}, set(),
    ),
    "types of a library": ({"m.ts": "import type { A } from 'estree'", "package.json": '{"devDependencies": {"@types/estree": "1"}}'}, set()),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), CASES.values(), ids=CASES)
def test_names_lead_where_packages_say(files: Files, expected: set[str]) -> None:
    found = reached(files)
    said = {path for path in found.files if path.endswith(".json")}
    assert set(found.files) - said == {next(iter(files)), *expected}
    assert found.doubts == ()


WIDER: dict[str, tuple[Files, str]] = {
    "a build that is not known": ({"m.ts": "import 'b'", "b/package.json": '{"name": "b", "main": "dist/x.js"}', "b/src/y.ts": ""}, "b"),
    "a bundler": (
        {"m.ts": "import 'b'", "b/package.json": '{"name": "b", "main": "dist/y.js", "scripts": {"build": "tsup"}}',
         "b/tsconfig.json": '{"compilerOptions": {"outDir": "dist"}}', "b/src/y.ts": ""}, "b",
    ),
    "types and a build": (
        {"m.ts": "import 'b'", "b/package.json": '{"name": "b", "exports": {"types": "./t.d.ts", "default": "./dist/x.js"}}', "b/t.d.ts": "", "b/src/y.ts": ""}, "b",
    ),
    "an alias that nobody can read": ({"a/m.js": "require('src/y')", "a/package.json": "{}", "a/src/y.ts": "", "b/package.json": '{"dependencies": {"src": "1"}}'}, "a"),
    "computed in a package": ({"m.ts": "import(`b/${x}`)", "b/package.json": '{"name": "b"}', "b/src/y.ts": ""}, "b"),
    "computed in an alias": ({"m.ts": "import(`@/${x}`)", "tsconfig.json": ALIASES, "src/y.ts": ""}, "src"),
    "of no package": ({"m.ts": "import 'x'"}, ""),
}  # fmt: skip


@pytest.mark.parametrize(("files", "directory"), WIDER.values(), ids=WIDER)
def test_what_a_package_does_not_say_takes_a_directory(files: Files, directory: str) -> None:
    found = reached(files)
    assert [doubt.widened for doubt in found.doubts] == [(directory,)]
    assert found.everything or {path for path in files if path.endswith("y.ts")} <= set(found.files)


@pytest.mark.parametrize(
    "text", ["nonsense", "[]", '{"name": 1, "exports": 2, "dependencies": []}', "{" * 9999]
)
def test_settings_may_say_nonsense(text: str) -> None:
    reached(
        {
            "m.ts": "import 'b'; import './c'",
            "package.json": text,
            "tsconfig.json": text,
            "b/package.json": text,
        }
    )


def test_a_configuration_that_extends_itself_ends() -> None:
    reached({"m.ts": "import '@/a'", "tsconfig.json": '{"extends": "./tsconfig.json"}'})


def test_a_package_that_offers_itself_ends() -> None:
    reached({"m.ts": "import 'b'", "b/package.json": '{"name": "b", "main": "."}'})


@pytest.mark.parametrize("text", ['"\\' * 60_000, '\\"' * 60_000], ids=["quotes", "escapes"])
def test_settings_that_mean_harm_take_no_time(text: str) -> None:
    began = process_time()
    reached({"m.ts": "import 'a'", "tsconfig.json": text})
    assert process_time() - began < 5
