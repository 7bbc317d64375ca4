"""Images that start JavaScript which another stage compiles: what of that stage's files counts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.discovery.test_javascript_image import walked
from tests.discovery.trees import Files, tree
from tests.support.examples import some
from unshipped.core.model import IMPORTS, Build, Closure
from unshipped.discovery.derive import derive
from unshipped.discovery.languages.table import LANGUAGES
from unshipped.discovery.reach import Analyses
from unshipped.discovery.values import Derived

FILES: Files = {
    "package.json": '{"scripts": {"start": "node dist/main.js", "build": "tsc", "postbuild": "tsc-alias"}}',
    "package-lock.json": "{}",
    "tsconfig.json": '{"extends": "./base.json"}',
    "base.json": '{"compilerOptions": {"outDir": "dist", "rootDir": "src", "paths": {"@/*": ["./src/*"]}}}',
    "src/main.ts": "import './a'; import '@/b'",
    "src/a.ts": "import '../package.json'",
    "src/b.ts": "",
    "src/health.ts": "",
    "src/unused.ts": "",
    "public/logo.svg": "",
    "README.md": "",
    "x/other.ts": "",
}
REACHED = {"src/main.ts", "src/a.ts", "src/b.ts", "package.json", "tsconfig.json", "base.json"}
UNUSED = {"src/unused.ts", "x/other.ts", "README.md"}
BUILD = """
FROM node AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
FROM node
WORKDIR /srv
"""
START = '\nCMD ["node", "dist/main.js"]'


def derived(dockerfile: str, files: Files | None = None) -> Derived:
    everything = {**FILES, **(files or {}), "Dockerfile": dockerfile}
    closure = Closure((), build=Build("Dockerfile"), mode=IMPORTS)
    found = derive(tree(everything), closure, Analyses(LANGUAGES))
    assert found is not None
    return found


DIST = "COPY --from=build /app/dist ./dist"
ESBUILD = '{"scripts": {"build": "esbuild src/main.ts --bundle --platform=node --outfile=dist/main.js"}}'
NARROWED: dict[str, tuple[str, Files]] = {
    "by name": (f"{BUILD}{DIST}{START}", {}),
    "by number": (f"{BUILD}COPY --from=0 /app/dist ./dist{START}", {}),
    "with libraries": (f"{BUILD}{DIST}\nCOPY --from=build /app/node_modules ./node_modules{START}", {}),
    "libraries of a stage of its own": (
        ("FROM node AS deps\nWORKDIR /d\nCOPY package.json package-lock.json ./\nRUN npm ci --omit=dev\n"
        f"{BUILD}COPY --from=deps /d/node_modules ./node_modules\n{DIST}{START}"),
        {},
    ),
    "built on what installs": (
        ("FROM node AS deps\nWORKDIR /app\nCOPY package.json ./\nRUN npm ci\nFROM deps AS build\nCOPY . .\n"
        f"RUN npx tsc\nFROM node\nWORKDIR /srv\nCOPY --from=deps /app/node_modules ./node_modules\n{DIST}{START}"),
        {},
    ),
    "libraries that the build is given": (
        "FROM node AS deps\nWORKDIR /app\nCOPY package.json ./\nRUN npm ci\n"
        + BUILD.replace("RUN npm ci", "COPY --from=deps /app/node_modules ./node_modules").strip()
        + f"\n{DIST}{START}",
        {},
    ),
    "under another name": (f'{BUILD}COPY --from=build /app/dist ./lib\nCMD ["node", "lib/main"]', {}),
    "its content": (f'{BUILD}COPY --from=build /app/dist/ ./\nCMD ["node", "main.js"]', {}),
    "one file": (f'{BUILD}COPY --from=build /app/dist/main.js ./\nCMD ["node", "main.js"]', {}),
    "all of the stage": (f"{BUILD}COPY --from=build /app ./{START}", {}),
    "a script": (f"{BUILD}COPY package.json ./\n{DIST}\nCMD npm start", {}),
    "a script that is taken too": (f"{BUILD}COPY --from=build /app/package.json ./\n{DIST}\nCMD npm start", {}),
    "a directory of a repository": (
        ("FROM node AS build\nWORKDIR /app\nCOPY api .\nRUN yarn && yarn build\nFROM node\n"
        'COPY --from=build /app/dist /dist\nCMD ["node", "/dist/main.js"]'),
        {f"api/{path}": text for path, text in FILES.items()},
    ),
    "an image that starts Node.js by itself": (
        f"{BUILD.replace('FROM node' + chr(10) + 'WORKDIR /srv', 'FROM gcr.io/distroless/nodejs22-debian12:nonroot@sha256:0' + chr(10) + 'WORKDIR /srv')}{DIST}\nCMD [\"dist/main.js\"]", {},
    ),
    "a bundle": (f"{BUILD}{DIST}{START}", {"package.json": ESBUILD}),
}  # fmt: skip


@pytest.mark.parametrize(("dockerfile", "files"), NARROWED.values(), ids=NARROWED)
def test_what_another_stage_compiles_is_narrowed_to_what_it_imports(dockerfile: str, files: Files) -> None:
    found = derived(dockerfile, files)
    paths = {path.removeprefix("api/") for path in found.closure.paths}
    assert paths >= REACHED
    assert paths.isdisjoint({"**", "api", *UNUSED})
    assert found.doubts == ()


def test_what_the_health_check_and_the_build_run_counts_too() -> None:
    build = BUILD.replace("RUN npm run build", "RUN node x/gen.js\nRUN npm run build")
    health = '\nHEALTHCHECK CMD ["node", "dist/health.js"]'
    found = derived(f"{build}{DIST}{health}{START}", {"x/gen.js": "require('./list')", "x/list.js": ""})
    assert {"src/health.ts", "x/gen.js", "x/list.js"} <= set(found.closure.paths)
    assert UNUSED.isdisjoint(found.closure.paths)


def test_what_is_taken_as_it_is_counts_as_a_whole() -> None:
    for taken in ("COPY --from=build /app/public ./public", "COPY public ./public"):
        found = derived(f"{BUILD}{DIST}\n{taken}{START}")
        assert "src/unused.ts" not in found.closure.paths
        assert {"public", "public/logo.svg", "public/**"} & set(found.closure.paths)


def _scripts(build: str, **more: str) -> Files:
    listed = ", ".join(f'"{name}": "{text}"' for name, text in {"build": build, **more}.items())
    return {"package.json": f'{{"scripts": {{{listed}}}}}'}


WHOLE: dict[str, tuple[str, Files, str]] = {
    "a script that copies too": (f"{BUILD}{DIST}{START}", _scripts("tsc && cp -r x dist/"), "'npm run build' reads"),
    "a script before it": (f"{BUILD}{DIST}{START}", _scripts("tsc", prebuild="make gen"), "'npm run build' reads"),
    "a bundler": (f"{BUILD}{DIST}{START}", _scripts("vite build"), "'npm run build' reads"),
    "a bundle with more in it": (
        f"{BUILD}{DIST}{START}", _scripts("esbuild src/main.ts --bundle --inject:./x/other.ts --outfile=dist/main.js"), "'npm run build' reads",
    ),
    "what installing runs": (f"{BUILD}{DIST}{START}", _scripts("tsc", postinstall="node-gyp build"), "by the scripts of package.json"),
    "another directory than the settings say": (f"{BUILD}{DIST}{START}", _scripts("tsc --rootDir x --outDir dist"), "'npm run build' reads"),
    "what is put among the sources": (
        BUILD.replace("RUN npm run", "RUN cp x/other.ts src/b.ts && npm run") + DIST + START, {}, "among the sources",
    ),
    "what is written among the sources": (
        BUILD.replace("RUN npm run", "RUN cat x/other.ts > src/b.ts\nRUN npm run") + DIST + START, {}, "among the sources",
    ),
    **{
        f"by {command}": (BUILD.replace("RUN npm run", f"RUN {command}\nRUN npm run") + DIST + START, {"x.patch": ""}, "is not known")
        for command in ("git apply x.patch", "tee src/b.ts < x/other.ts", "cat x/other.ts | tee src/b.ts", "find x -exec cp {} src/b.ts ';'", "ls x | xargs -I@ cp x/@ src")
    },
    "a build behind env": (BUILD.replace("RUN npm run build", "RUN env CI=1 npm run build") + DIST + START, _scripts("vite build"), "'npm run build' reads"),
    "a library that is patched": (
        f"{BUILD}{DIST}{START}", {"package.json": '{"scripts": {"build": "tsc"}, "pnpm": {"patchedDependencies": {"a": "x.patch"}}}'}, "libraries made of files",
    ),
    "a patch where the stage does not end": (
        BUILD.replace("FROM node\nWORKDIR /srv", "WORKDIR /x\nFROM node\nWORKDIR /srv") + DIST + START, {"pnpm-workspace.yaml": "patchedDependencies: {a: x.patch}"},
        "libraries made of files",
    ),
    "settings that say nothing": (f"{BUILD}{DIST}{START}", {"base.json": "{}"}, "is made of is not known"),
    "what is copied over it": (f"{BUILD}{DIST}\nCOPY over ./dist{START}", {"over/b.js": "require('./unused')"}, "lies beside what is compiled"),
    "a part that another stage makes": (
        f"FROM node AS gen\nCOPY package.json /\nRUN npx make-it --out /out\n{BUILD}{DIST}\nCOPY --from=gen /out ./dist/gen{START}", {}, "is not known",
    ),
    "a part of an image": (f"{BUILD}{DIST}\nCOPY --from=ghcr.io/a/b:1 /out ./dist/gen{START}", {}, "adds to what is compiled"),
    "another stage with sources": (
        f"FROM node AS web\nCOPY x /x\nRUN npx vite build\n{BUILD}{DIST}\nCOPY --from=web /x/dist ./public{START}", {}, "reads is not known",
    ),
    "two that are made": (f"{BUILD}{DIST}\nCOPY --from=build /app/web ./web{START}", {}, "is made of is not known"),
    "a wildcard": (f"{BUILD}COPY --from=build /app/di* ./dist{START}", {}, "takes is not known"),
    "a stage that nobody knows": (f"ARG S\n{BUILD}ARG S\nCOPY --from=$S /app/dist ./dist{START}", {}, "is not known"),
    "sources that another stage makes": (
        f"FROM x AS proto\nCOPY x /x\nRUN protoc /x\n{BUILD.replace('COPY . .', 'COPY . .' + chr(10) + 'COPY --from=proto /x ./src')}{DIST}{START}",
        {}, "where files lie when it compiles",
    ),
    "an import of what is not there": (f"{BUILD}{DIST}{START}", {"src/a.ts": "import './gen/client'"}, "./gen/client"),
}  # fmt: skip


@pytest.mark.parametrize(("dockerfile", "files", "why"), WHOLE.values(), ids=WHOLE)
def test_what_cannot_be_proven_takes_everything_and_says_why(dockerfile: str, files: Files, why: str) -> None:
    found = derived(dockerfile, files)
    assert "**" in found.closure.paths
    assert any(why in doubt.why for doubt in found.doubts), [doubt.why for doubt in found.doubts]


CHANGES: dict[str, Files] = {
    "another build": _scripts("tsc && cp x/other.ts dist"),
    "other settings": {"base.json": '{"compilerOptions": {"outDir": "dist", "rootDir": "x"}}', "x/main.ts": ""},
    "another import": {"src/b.ts": "import './unused'"},
    "a file over the compiled one": {"dist/main.js": "require('../x/other')"},
    "a source": {"src/main.js": "require('./unused')"},
    "another stage's directory": {"Dockerfile": f'{BUILD}COPY --from=build /app/dist ./lib\nCMD ["node", "lib/health.js"]'},
}  # fmt: skip


SCRIPT = st.sampled_from(
    ["tsc", "tsc && cp a b", "tsc --outDir x", "esbuild p/b.ts --bundle --outfile=dist/b.js"]
)
CONFIG = st.sampled_from(
    ["{}", '{"compilerOptions": {"outDir": "dist", "rootDir": "p"}}', '{"extends": "./odd.json"}', '{"compilerOptions": {"outDir": "dist"}}']
)  # fmt: skip
BODY = st.sampled_from(["", "import './b'", "require('../p/c')", "import './made'", "import(`./${x}`)", "("])
TREES = st.fixed_dictionaries(
    {"Dockerfile": st.sampled_from([f"{BUILD}{DIST}\nCMD node dist/b.js", f"{BUILD}COPY --from=0 /app .\nCMD node dist/b"])},
    optional={
        "package.json": SCRIPT.map('{{"scripts": {{"build": "{}"}}}}'.format),
        "tsconfig.json": CONFIG, "odd.json": CONFIG, "tsconfig.app.json": CONFIG,
        "p/b.ts": BODY, "p/c.ts": BODY, "src/b.ts": BODY, "b.ts": BODY, "dist/b.js": BODY, "p/made.js": BODY, "x.py": st.just("1"),
    },
)  # fmt: skip


@settings(max_examples=some(60), deadline=None)
@given(st.lists(TREES, min_size=2, max_size=3))
def test_a_course_never_misses_a_change_in_another_stage(trees: list[Files]) -> None:
    assert walked(*trees) == walked(trees[-1])


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("forward", [True, False])
def test_a_change_of_what_is_compiled_is_followed_through_history(change: Files, forward: bool) -> None:
    one = {**FILES, "Dockerfile": f"{BUILD}{DIST}{START}"}
    before, after = (one, {**one, **change}) if forward else ({**one, **change}, one)
    assert walked(before, after) == walked(after) != walked(before)
