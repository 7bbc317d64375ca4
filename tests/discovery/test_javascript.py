"""Imports of JavaScript and TypeScript: where they lead, and that what cannot be known is never left out."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.discovery.trees import Files, Link, tree
from tests.support.examples import some
from unshipped.discovery.languages.javascript.resolve import JAVASCRIPT
from unshipped.discovery.layout import Layout, Mount
from unshipped.discovery.reach import Analyses, Reached, reach


def reached(files: Files, *entries: str) -> Reached:
    first = entries or (next(iter(files)),)
    return reach(Layout(tree(files), [Mount("", "")]), first, Analyses([JAVASCRIPT]))


CASES: dict[str, tuple[Files, set[str]]] = {
    "import": ({"m.mjs": "import a from './a.mjs'", "a.mjs": ""}, {"a.mjs"}),
    "export from": ({"m.ts": "export * from './a'; export { x as y } from './b'; export type * from './c'",
                     "a.ts": "", "b.tsx": "", "c.ts": ""}, {"a.ts", "b.tsx", "c.ts"}),
    "for its effects": ({"m.js": "import './a.css'\nimport './b.svg?raw'", "d/a.css": "", "a.css": "", "b.svg": ""}, {"a.css", "b.svg", "d/a.css"}),
    "types": ({"m.ts": "import type { A } from './a'; let b: import('./b').B", "a.ts": "", "b.ts": ""}, {"a.ts", "b.ts"}),
    "import =": ({"m.ts": "import a = require('./a')", "a.ts": ""}, {"a.ts"}),
    "require": ({"m.js": "const { x } = require('./a'), y = require.resolve('./b')", "a.js": "", "b.json": ""}, {"a.js", "b.json"}),
    "require by another name": ({"m.mjs": "import { createRequire } from 'module'\nconst load = createRequire(import.meta.url)\nload('./a.cjs')", "a.cjs": ""}, {"a.cjs"}),
    "lazy": ({"m.js": "const f = () => import('./a.js').then(a => import(`./b.js`))", "a.js": "", "b.js": ""}, {"a.js", "b.js"}),
    "one or the other": ({"m.js": "require(x ? './a' : './b')", "a.js": "", "b.js": ""}, {"a.js", "b.js"}),
    "a name for a text": ({"m.js": "const at = './' + 'a'\nrequire(at)\nfor (const p of ['./b', './c']) require(p)", "a.js": "", "b.js": "", "c.js": ""},
                          {"a.js", "b.js", "c.js"}),
    "a worker": ({"m.js": "new Worker('./a.js'); new Worker(new URL('./b.js', import.meta.url)); fork('./c')", "a.js": "", "b.js": "", "c.js": ""},
                 {"a.js", "b.js", "c.js"}),
    "an index": ({"m.ts": "import '.'; import './a'; import './b/'", "index.ts": "", "a/index.tsx": "", "b/index.js": ""},
                 {"index.ts", "a/index.tsx", "b/index.js"}),
    "what it is compiled to": ({"m.ts": "import './a.js'; import './b.mjs'; import './c.jsx'", "a.ts": "", "b.mts": "", "c.tsx": ""},
                               {"a.ts", "b.mts", "c.tsx"}),
    "a suffix in the name": ({"m.ts": "import './a.service'", "a.service.ts": ""}, {"a.service.ts"}),
    "a suffix before an index": ({"m.js": "require('./a')", "a.js": "", "a/index.js": ""}, {"a.js"}),
    "another file for another platform": ({"m.js": "import './a'", "a.js": "", "a.ios.js": ""}, {"a.js", "a.ios.js"}),
    "a path that is put together": (
        {"src/m.js": "const root = path.join(__dirname, '..')\nconst at = path.resolve(root, 'lib', 'a.js')\nfork(at)\nrequire(`${root}/lib/b`)",
         "lib/a.js": "", "lib/b.js": "", "lib/c.js": ""}, {"lib/a.js", "lib/b.js"},
    ),
    "a path of a module": (
        {"src/m.mjs": "const here = dirname(fileURLToPath(import.meta.url))\nreadFile(join(here, '../conf/x.json'))", "conf/x.json": "{}", "conf/y.js": ""},
        {"conf/x.json"},
    ),
    "data beside a module": ({"src/m.js": "", "src/q.sql": "", "src/t/x.html": "", "x.html": ""}, {"src/q.sql", "src/t/x.html"}),
    "a library": ({"m.js": "import 'react/jsx-runtime'; require('fs'); import 'node:test'; import 'https://x/y.js'", "package.json": '{"dependencies": {"react": "1"}}'},
                  {"package.json"}),
    "a circle": ({"m.js": "import './a'", "a.js": "import './m'"}, {"a.js"}),
    "vue": ({"m.ts": "import './A.vue'", "A.vue": "<template><img src='./l.svg'></template>\n<script setup lang='ts'>\nimport './a'\n</script>\n<style>@import './s.css';</style>",
             "a.ts": "", "l.svg": "", "s.css": ""}, {"A.vue", "a.ts", "l.svg", "s.css"}),
    "astro": ({"m.astro": "---\nimport A from './A.svelte'\n---\n<A/><script>import './b'</script>", "A.svelte": "<script>import './a.js'</script>", "a.js": "", "b.ts": ""},
              {"A.svelte", "a.js", "b.ts"}),
    "styles": ({"src/m.js": "import '../a/x.scss'", "a/x.scss": "@use 'y'; @import '../b/z'", "a/_y.scss": "", "b/z.scss": "", "b/o.js": ""},
               {"a/x.scss", "a/_y.scss", "b/z.scss"}),
    "a form that the grammar does not know": (
        {"m.tsx": "import './a'\n" + "const x = 1\n" * 60 + "const B = styled.div<{ a: boolean; b: string }>`x`\nimport('./b')", "a.ts": "", "b.ts": ""}, {"a.ts", "b.ts"},
    ),
    "a comment": ({"m.ts": "/* import './a' */ // require('./a')", "a.ts": ""}, set()),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), CASES.values(), ids=CASES)
def test_imports_lead_where_javascript_goes(files: Files, expected: set[str]) -> None:
    found = reached(files)
    assert set(found.files) == {next(iter(files)), *expected}
    assert found.doubts == ()


def below(text: str) -> Files:
    package = '{"dependencies": {"glob": "1"}}'
    return {
        "src/m.js": text,
        "src/p/a.js": "import '../../b'",
        "b.js": "",
        "lib/c.js": "",
        "package.json": package,
    }


WIDER = {
    "a template": ("import(`./p/${x}.js`)", "src/p"),
    "a sum": ("require('./p/' + x)", "src/p"),
    "a beginning": ("require(`./p/a${x}`)", "src/p"),
    "a path": ("require(path.join(__dirname, 'p', x))", "src/p"),
    "a directory": ("app.use(load(path.join(__dirname, 'p')))", "src/p"),
    "a directory by its own module": ("fs.readdirSync(`${import.meta.dirname}/p`)", "src/p"),
    "a directory in a text": ("express.static('./p')", "src/p"),
    "a directory where it is started": ("serveStatic('src/p')", "src/p"),
    "a glob": ("import.meta.glob(['./p/*.js', '!./p/b.js'])", "src/p"),
    "a pattern in a text": ("({ entities: ['src/p/**/*.js'] })", "src/p"),
    "a context": ("require.context('./p', true)", "src/p"),
    "what is not there": ("import './made'", ""),
    "what nobody declares": ("import 'nobody'", ""),
    "what a plugin makes": ("import 'virtual:routes'", ""),
    "a library that looks by itself": ("import glob from 'glob'", ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "directory"), WIDER.values(), ids=WIDER)
def test_what_is_known_in_part_takes_a_directory(text: str, directory: str) -> None:
    found = reached(below(text))
    assert {"src/p/a.js"} <= set(found.files) or found.everything
    assert [doubt.widened for doubt in found.doubts] == [(directory,)]
    assert found.doubts[0].place == ("src/m.js", 1)
    if directory:
        assert "b.js" in found.files
        assert "lib/c.js" not in found.files


def test_what_a_library_loads_by_itself_is_its_package() -> None:
    found = reached(
        {
            "a/server.js": "import next from 'next'\nnext({ dir: '.' })",
            "a/package.json": "{}",
            "a/pages/x.jsx": "import '../../b'",
            "b.js": "",
            "c.js": "",
        }
    )
    assert {"a/pages/x.jsx", "b.js"} <= set(found.files)
    assert "c.js" not in found.files
    assert found.doubts[0].why == "next loads files by convention"


UNKNOWN: dict[str, str | bytes] = {
    "a name": "require(x)",
    "a name that is a parameter": "const x = './b'; function f(x) { require(x) }",
    "a name that is given anew": "let x = './b'; x += y; import(x)",
    "require itself": "load(require)",
    "require by chance": "const r = typeof require == 'function' && require; r('./b')",
    "code in a text": "new Function('return import(x)')",
    "a syntax error": "import { from",
    "binary": b"\x7fELF\0\0",
    "too large": b"x = 1\n" * 400_000,
}


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN)
def test_what_cannot_be_known_takes_everything_and_says_where(text: str | bytes) -> None:
    found = reached({"main.js": "import './a'", "a.js": text, "b.js": ""})
    assert found.everything
    assert found.doubts[0].place.path == "a.js"


HOSTILE: dict[str, bytes] = {
    "unclosed": b"(" * 200_000,
    "deep": b"[" * 50_000 + b"]" * 50_000,
    "a long sum": b"x = " + b"'a' + " * 50_000 + b"'b'",
    "names for names": b"".join(b"const a%d = a%d + a%d;" % (n, n + 1, n + 1) for n in range(2000)) + b"require(a0)",
    "one line": b"!function(){" + b'var a="x/y.js";f(a,{b:1});' * 40_000 + b"}()",
    "no text": bytes(range(1, 256)) * 400,
    "tags": b"<script" * 100_000,
    "bad utf-8": b"import '\xff\xfe.js'; require('\xc3(')",
}  # fmt: skip


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", ["x.js", "x.ts", "x.vue", "x.mdx", "x.css"])
def test_no_file_is_too_much(name: str, source: bytes) -> None:
    started = time.process_time()
    JAVASCRIPT.asks(name, source)
    assert time.process_time() - started < 20


@settings(max_examples=some(200), deadline=None)
@given(
    st.binary(max_size=200) | st.text(alphabet="import()'\"`${}./ar:;\n<>=", max_size=60).map(str.encode),
    st.sampled_from(JAVASCRIPT.suffixes),
)
def test_any_bytes_have_an_answer(source: bytes, suffix: str) -> None:
    assert JAVASCRIPT.asks(f"x{suffix}", source) == JAVASCRIPT.asks(f"y/z{suffix}", source)


def test_a_module_behind_a_link_counts_with_the_link_and_looks_around_where_it_lies() -> None:
    found = reached(
        {
            "fn/main.js": "import './shared/x'",
            "fn/shared": Link("../shared"),
            "shared/x.js": "import '../lib/y'",
            "lib/y.js": "",
        },
        "fn/main.js",
    )
    assert {"fn/shared", "shared/x.js", "lib/y.js"} <= set(found.files)


def test_the_chain_goes_back_to_what_is_started() -> None:
    found = reached({"main.ts": "import './a'", "a.ts": "\n\nimport { c } from './b'", "b.ts": ""})
    assert found.files["b.ts"] == ("a.ts", 3, 'import "./b"')


def test_what_another_language_has_is_data() -> None:
    files = tree(
        {"main.js": "spawn('python', ['x.py'])", "x.py": "import z", "y.py": "", "d/z.py": "", "d/z.js": ""}
    )
    from unshipped.discovery.languages.python.resolve import PYTHON

    found = reach(Layout(files, [Mount("", "")]), ("main.js",), Analyses([JAVASCRIPT, PYTHON]))
    assert set(found.files) == {"main.js", "x.py", "y.py"}
    assert found.inputs == {"main.js"}
