"""Images that start JavaScript: what is started, what is narrowed, and how that changes through history."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.discovery.trees import Files, Link, histories, tree
from tests.support.examples import some
from unshipped.core.model import IMPORTS, Build, Closure
from unshipped.discovery.course import Course
from unshipped.discovery.derive import derive
from unshipped.discovery.languages.table import LANGUAGES
from unshipped.discovery.reach import Analyses
from unshipped.discovery.values import Derived

CLOSURE = Closure((), build=Build("Dockerfile"), mode=IMPORTS)
TSC = {
    "package.json": '{"scripts": {"start": "node dist/main.js", "build": "tsc", "dev": "nodemon --watch lib src/main.ts"}}',
    "tsconfig.json": '{"compilerOptions": {"outDir": "./dist", "rootDir": "./src"}}',
    "src/main.ts": "import './a'",
    "src/a.ts": "",
    "src/unused.ts": "",
    "lib/index.ts": "",
}


def derived(files: Mapping[str, str | bytes | Link], dockerfile: str) -> Derived:
    found = derive(tree({**files, "Dockerfile": f"FROM node\n{dockerfile}"}), CLOSURE, Analyses(LANGUAGES))
    assert found is not None
    return found


STARTED = {
    "what the compiler makes": 'CMD ["node", "dist/main.js"]',
    "without its suffix": "CMD node dist/main",
    "a script": "CMD npm start",
    "a script in another directory": "WORKDIR /app/src\nCMD cd /app && yarn start",
    "a source": "CMD npx tsx src/main.ts",
    "with variables": "CMD cross-env A=b node --title x dist/main.js",
    "a watcher": "CMD npm run dev",
    "options from outside": 'ENV NODE_OPTIONS="--max-old-space-size=100 --require ./src/a.ts"\nCMD ["node", "dist/main.js"]',
}


@pytest.mark.parametrize("command", STARTED.values(), ids=STARTED)
def test_what_is_started_is_found_in_the_sources(command: str) -> None:
    found = derived(TSC, f"WORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n{command}")
    assert {"src/main.ts", "src/a.ts", "package.json", "tsconfig.json"} <= set(found.closure.paths)
    assert {"src/unused.ts", "lib/index.ts", "**"}.isdisjoint(found.closure.paths)


@pytest.mark.parametrize(
    "build", ["npm run build", "npx tsc", "npx tsc -p tsconfig.json", "rm -rf dist && tsc"]
)
def test_where_the_compiler_puts_its_files_may_be_said_by_what_the_settings_extend(build: str) -> None:
    settings = {"tsconfig.json": '{"extends": "./base.json"}', "base.json": TSC["tsconfig.json"]}
    whole = f'WORKDIR /app\nCOPY . .\nRUN npm ci\nRUN {build}\nCMD ["node", "dist/main.js"]'
    found = derived({**TSC, **settings}, whole)
    assert {"src/main.ts", "src/a.ts", "tsconfig.json", "base.json"} <= set(found.closure.paths)
    assert {"src/unused.ts", "lib/index.ts", "**"}.isdisjoint(found.closure.paths)


def test_what_else_npx_runs_may_read_anything() -> None:
    whole = 'WORKDIR /app\nCOPY . .\nRUN npx generate --out src\nCMD ["node", "dist/main.js"]'
    found = derived(TSC, whole)
    assert "**" in found.closure.paths
    assert "what 'npx generate --out src' reads is not known" in found.doubts[0].why


WHOLE = {
    "what a bundler makes": ({"package.json": '{"scripts": {"build": "webpack"}}'}, 'CMD ["node", "dist/main.js"]'),
    "what nobody says": ({"tsconfig.json": "{}"}, 'CMD ["node", "dist/main.js"]'),
    "a script that starts nothing": ({"package.json": '{"scripts": {"start": "echo"}}'}, "CMD npm start"),
    "a framework": ({}, "CMD next start"),
    "another search path": ({}, 'ENV NODE_PATH=/app/lib\nCMD ["node", "src/main.ts"]'),
    "a package that is loaded before": ({"lib/package.json": '{"name": "@a/b"}'}, 'CMD ["node", "-r", "@a/b/x", "src/main.ts"]'),
    "several languages": ({"x.py": ""}, "CMD python x.py & node src/main.ts"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "command"), WHOLE.values(), ids=WHOLE)
def test_what_cannot_be_told_is_not_narrowed(files: Files, command: str) -> None:
    found = derived({**TSC, **files}, f"WORKDIR /app\nCOPY . .\n{command}")
    assert "**" in found.closure.paths
    assert found.doubts


def test_scripts_for_browsers_count_whole_in_an_image_of_another_language() -> None:
    found = derived(
        {"main.py": "", "x.py": "", "static/a.js": "import './b'", "static/b.js": ""},
        "COPY . /\nCMD python main.py",
    )
    assert {"main.py", "static/a.js", "static/b.js"} <= set(found.closure.paths)
    assert "x.py" not in found.closure.paths


def walked(*trees: Mapping[str, str | bytes | Link]) -> Closure | None:
    """The closure of the last tree, as it is found by going back from the first one."""
    everything = {f"{at}/{path}": text for at, files in enumerate(trees) for path, text in files.items()}
    snapshots = [tree(files) for files in trees]
    first = {path: tuple(entry) for path, entry in snapshots[0].entries.items()}
    course = Course(lambda: first, tree(everything)._read, [CLOSURE], Analyses(LANGUAGES))  # type: ignore[arg-type, return-value]
    [current] = course.closures()
    for before, after in pairwise(snapshots):
        paths = before.entries.keys() | after.entries.keys()
        undone = {p: after.entries.get(p) for p in paths if before.entries.get(p) != after.entries.get(p)}
        for closure in course.back(undone).values():
            current = closure
    return current


STARTS = {
    "Dockerfile": 'FROM x\nWORKDIR /s\nCOPY . .\nCMD ["node", "src/main.js"]',
    "src/u.js": "",
    "b.js": "",
    "c.js": "",
}
CHANGES: dict[str, tuple[Files, Files]] = {
    "what a package offers": (
        {"src/main.js": "require('p')", "p/package.json": '{"name": "p", "main": "x"}', "p/x.js": "", "p/y.js": ""},
        {"p/package.json": '{"name": "p", "main": "y"}'},
    ),
    "an alias": (
        {"src/main.js": "require('@/b')", "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}', "d/b.js": ""},
        {"tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./d/*"]}}}'},
    ),
    "an alias that is extended": (
        {"src/main.js": "require('@/b')", "tsconfig.json": '{"extends": "./odd.json"}', "odd.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
         "d/b.js": ""},
        {"odd.json": '{"compilerOptions": {"paths": {"@/*": ["./d/*"]}}}'},
    ),
    "a directory that is named": ({"src/main.js": "x('./public')"}, {"public/s/x.txt": "1"}),
    "what an alias stands for": (
        {"src/main.js": "require('@')", "tsconfig.json": '{"compilerOptions": {"paths": {"@": ["./d/start"]}}}', "package.json": '{"dependencies": {"@": "1"}}'},
        {"d/start.js": ""},
    ),
    "how it is built": ({"src/main.js": "", "package.json": "{}"}, {"webpack.config.js": "require('./b')"}),
    "source that is not read": ({"src/main.js": ""}, {"x/y.rb": "1"}),
    "a name with a dot": ({"src/main.js": "require('./.x'); require('./@y')", "package.json": "{}"}, {"src/@y.js": "require('../b')", "src/.x.js": ""}),
}  # fmt: skip


@pytest.mark.parametrize(("files", "change"), CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("forward", [True, False])
def test_a_change_of_where_names_lead_is_followed(files: Files, change: Files, forward: bool) -> None:
    one, other = {**STARTS, **files}, {**STARTS, **files, **change}
    before, after = (one, other) if forward else (other, one)
    assert walked(before, after) == walked(after) != walked(before)


BODY = st.sampled_from(
    ["", "require('./a')", "require('p')", "import '@/b'", "import(`./t/${x}`)", "x('./t')", "import './made'",
     "require('other')", "require('#q')", "(", "path.join(__dirname, 't', 'x.txt')"]
)  # fmt: skip
PACKAGE = st.sampled_from(
    ["{}", '{"name": "p", "main": "dist/b.js"}', '{"name": "p", "exports": "./b.js"}', '{"dependencies": {"other": "1"}}',
     '{"name": "p", "imports": {"#q": "./t/q.js"}, "browser": {"./a.js": "./u.js"}}']
)  # fmt: skip
CONFIG = st.sampled_from(
    ["{}", '{"compilerOptions": {"paths": {"@/*": ["./p/*"]}}}', '{"extends": "./odd.json"}',
     '{"compilerOptions": {"outDir": "p/dist", "rootDir": "p"}}']
)  # fmt: skip
PATHS = {
    "main.js": BODY,
    "a.ts": BODY,
    "u.js": BODY,
    "index.js": BODY,
    "p/b.js": BODY,
    "p/index.ts": BODY,
    "p/@s.js": BODY,
    "t/q.js": BODY,
    "t/x.txt": st.just("1"),
    "s/t/y.txt": st.just("1"),
    "x.py": st.just("1"),
    "webpack.config.js": BODY,
    "package.json": PACKAGE,
    "p/package.json": PACKAGE,
    "tsconfig.json": CONFIG,
    "p/tsconfig.json": CONFIG,
    "tsconfig.app.json": CONFIG,
    "odd.json": CONFIG,
    "l": st.sampled_from([Link("p"), Link("nowhere")]),
}
ALWAYS = {
    "Dockerfile": st.sampled_from(
        [f'FROM x\nWORKDIR /s\nCOPY . .\nCMD ["node", "{one}"]' for one in ("main.js", "p/dist/b.js")]
    )
}


@settings(max_examples=some(100), deadline=None)
@given(histories(PATHS, ALWAYS))
def test_a_course_never_misses_a_change(trees: list[Files]) -> None:
    for before, after in pairwise(trees):
        assert walked(before, after) == walked(after)
    assert walked(*trees) == walked(trees[-1])
