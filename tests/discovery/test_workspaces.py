"""Images that take over what a stage builds of the packages of a workspace: which of these count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.discovery.trees import Files, Link, histories, tree
from tests.support.examples import some
from unshipped.core.closures.patterns import encode
from unshipped.core.model import IMPORTS, Build, Closure
from unshipped.core.paths import PathMap
from unshipped.discovery.course import Course
from unshipped.discovery.derive import derive
from unshipped.discovery.languages.table import LANGUAGES
from unshipped.discovery.reach import Analyses
from unshipped.discovery.values import Derived

CLOSURE = Closure((), build=Build("Dockerfile"), mode=IMPORTS)


def package(name: str, *needs: str, **more: object) -> str:
    return json.dumps({"name": name, "dependencies": dict.fromkeys(needs, "workspace:*"), **more})


SHOP: Files = {
    "package.json": json.dumps({"workspaces": ["apps/*", "packages/*"], "scripts": {"build": "turbo run build", "build:web": "turbo run build --filter=web"}}),
    "package-lock.json": "",
    "turbo.json": '{"tasks": {"build": {"dependsOn": ["^build"]}, "mail#build": {"dependsOn": ["codegen#build"]}}}',
    "tools/make.js": "",
    "apps/web/package.json": package("web", "@shop/ui", scripts={"build": "next build"}),
    "apps/web/next.config.js": "module.exports = {output: 'standalone'}",
    "apps/web/app/page.tsx": "import {Button} from '@shop/ui'",
    "apps/web/public/logo.svg": "",
    "apps/mail/package.json": package("mail", scripts={"build": "tsc"}),
    "apps/mail/src/main.ts": "",
    "packages/ui/package.json": package("@shop/ui", "@shop/colours", scripts={"build": "tsup"}),
    "packages/ui/src/index.ts": "",
    "packages/colours/package.json": package("@shop/colours"),
    "packages/colours/colours.json": "{}",
    "packages/codegen/package.json": package("codegen"),
    "packages/codegen/schema.graphql": "",
}  # fmt: skip
WEB = {
    *("package.json", "package-lock.json", "turbo.json", "tools/make.js", "Dockerfile"),
    *(path for path in SHOP if path.startswith(("apps/web/", "packages/ui/", "packages/colours/"))),
}
BEFORE = "FROM node AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci\n"
AFTER = """
FROM node
WORKDIR /app
COPY --from=build /app/apps/web/.next/standalone ./
COPY --from=build /app/apps/web/public ./apps/web/public
CMD ["node", "apps/web/server.js"]
"""


def derived(dockerfile: str, changes: Mapping[str, str | bytes | Link] | None = None) -> Derived:
    found = derive(tree({**SHOP, **(changes or {}), "Dockerfile": dockerfile}), CLOSURE, Analyses(LANGUAGES))
    assert found is not None
    return found


def held(dockerfile: str, changes: Mapping[str, str | bytes | Link] | None = None) -> set[str]:
    """The files that count."""
    paths = PathMap([derived(dockerfile, changes).closure])
    files = {*SHOP, *(changes or {}), "Dockerfile"}
    return {path for path in files if paths.of(encode(path))}


BUILT = {
    "everything is built": "RUN npm run build",
    "one package is built": "RUN npx turbo run build --filter=web",
    "its script at the top": "RUN pnpm build:web",
    "in its directory": "WORKDIR /app/apps/web\nRUN npm run build",
    "by another manager": "RUN corepack enable && pnpm --filter ./apps/web... build",
    "with variables": "ENV NEXT_TELEMETRY_DISABLED=1\nRUN NODE_ENV=production yarn workspace web build",
}


@pytest.mark.parametrize("text", BUILT.values(), ids=BUILT)
def test_what_is_taken_from_a_package_is_made_of_it_and_what_it_needs(text: str) -> None:
    assert held(BEFORE + text + AFTER) == WEB
    assert derived(BEFORE + text + AFTER).doubts == ()


ELSEWHERE = {
    "pnpm deploy": "RUN pnpm --filter=web deploy --prod /out\nFROM node\nCOPY --from=build /out /app\nCMD node server.js",
    "turbo prune": "RUN npx turbo prune --scope=web --docker\nFROM node AS installer\nWORKDIR /app\nCOPY --from=build /app/out/json/ .\n"
    "RUN npm ci\nCOPY --from=build /app/out/full/ .\nRUN npx turbo run build\nFROM node\n"
    "COPY --from=installer /app/apps/web/.next/standalone .\nCMD node server.js",
    "nx": "RUN npx nx build web --prod\nFROM node\nCOPY --from=build /app/dist/apps/web .\nCMD node main.js",
}  # fmt: skip


@pytest.mark.parametrize("text", ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_is_made_elsewhere_is_made_of_what_the_commands_name(text: str) -> None:
    assert held(BEFORE + text) == WEB


NEEDED: dict[str, tuple[Files, str]] = {
    "what a source imports without saying so": ({"apps/web/app/x.tsx": "import 'mail/src/main'"}, "apps/mail/src/main.ts"),
    "a path that leaves the package": ({"apps/web/app/x.tsx": "import '../../mail/src/main'"}, "apps/mail/src/main.ts"),
    "a path in a style": ({"apps/web/app/x.css": "@source '../../mail/src';"}, "apps/mail/src/main.ts"),
    "a path in a setting": ({"apps/web/codegen.yml": "schema: ../../packages/codegen/*.graphql"}, "packages/codegen/schema.graphql"),
    "a directory of packages": ({"apps/web/build.mjs": 'read("../../packages/*/schema.graphql")'}, "packages/codegen/schema.graphql"),
    "a path in pieces": ({"apps/web/lib/build.js": "read(path.join(__dirname, '..', '..', '..', 'packages', 'codegen'))",
                          "packages/codegen/package.json": package("sql")}, "packages/codegen/schema.graphql"),
    "a directory of a directory": ({"apps/web/lib/build.mjs": ""
                                                           "read(path.join(path.dirname(path.dirname(path.dirname(import.meta.dirname))), 'packages', 'codegen', 'x'))",
                                   "packages/codegen/package.json": package("sql")}, "packages/codegen/schema.graphql"),
    "a path from where it runs": ({"apps/web/lib/build.js": "read(path.resolve(process.cwd(), '..', '..', 'packages', 'codegen'))",
                                   "packages/codegen/package.json": package("sql")}, "packages/codegen/schema.graphql"),
    "a path of the workspace, put together": ({"tools/make.js": "const root = path.dirname(__dirname); read(root + '/packages' + '/codegen')",
                                               "packages/codegen/package.json": package("sql")}, "packages/codegen/schema.graphql"),
    "a name that is computed": ({"apps/web/lib/build.js": "const other = await import(`@shop/${name}`)",
                                 "packages/codegen/package.json": package("@shop/codegen")}, "packages/codegen/schema.graphql"),
    "a name whose end is computed": ({"apps/web/lib/build.js": "require('codegen-' + kind)",
                                      "packages/codegen/package.json": package("codegen-sql")}, "packages/codegen/schema.graphql"),
    "a sibling that is computed": ({"apps/web/lib/build.js": "read(`../${other}/src/main.ts`)"}, "apps/mail/src/main.ts"),
    "a sibling by a pattern": ({"apps/web/lib/build.js": "glob('../../ma*/src')"}, "apps/mail/src/main.ts"),
    "what lies at the top": ({"tools/make.js": 'require("../packages/codegen")'}, "packages/codegen/schema.graphql"),
    "an alias": ({"tsconfig.json": '{"compilerOptions": {"paths": {"@mail/*": ["./apps/mail/src/*"]}}}', "apps/web/app/x.tsx": "import '@mail/main'"},
                 "apps/mail/src/main.ts"),
    "what the workspace installs by another name": (
        {"package.json": json.dumps({"workspaces": ["apps/*", "packages/*"], "scripts": {"build": "turbo run build"},
                                     "devDependencies": {"x": "workspace:codegen@*"}})}, "packages/codegen/schema.graphql"),
    "a task that waits": ({"turbo.json": '{"tasks": {"web#build": {"dependsOn": ["codegen#build"]}}}'}, "packages/codegen/schema.graphql"),
    "a script": ({"apps/web/package.json": package("web", scripts={"build": "cp -r ../mail/src . && next build"})}, "apps/mail/src/main.ts"),
    "a link": ({"apps/web/mail": Link("../mail")}, "apps/mail/src/main.ts"),
    "what is run on installation": ({"packages/codegen/package.json": package("codegen", scripts={"postinstall": "node x.js"}),
                                     "Dockerfile": ""}, "packages/codegen/schema.graphql"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), NEEDED.values(), ids=NEEDED)
def test_whatever_a_package_names_counts(changes: Files, expected: str) -> None:
    text = BEFORE + "RUN npm run build" + AFTER + "COPY --from=build /app/node_modules ./node_modules\n"
    assert held(text, changes) >= WEB | {expected}
    assert expected not in held(BEFORE + "RUN npm run build" + AFTER)


def test_what_may_lead_to_several_packages_is_told() -> None:
    text = BEFORE + "RUN npm run build" + AFTER
    for source in (
        "read(path.join(__dirname, '../../../packages', name))",
        "read(`../../../packages/${name}`)",
    ):
        changes: Files = {"apps/web/lib/build.js": f"const all = 1;\n{source}"}
        assert held(text, changes) >= {"packages/codegen/schema.graphql"}
        [doubt] = derived(text, changes).doubts
        assert doubt.place.path == "apps/web/lib/build.js"
        assert "may lead to several packages" in doubt.why


@pytest.mark.parametrize(
    "source",
    [
        "read(path.join(__dirname, '..', 'views'))",
        "read(path.join(__dirname, name))",
        "const root = path.resolve(__dirname, '../../..'); module.exports = {outputFileTracingRoot: root}",
        "fetch(`/api/${id}`); fetch(`https://a.io/${id}`); import(`./${name}.js`); x(`${a}/${b}`)",
    ],
)
def test_what_stays_in_its_package_brings_no_other(source: str) -> None:
    text = BEFORE + "RUN npm run build" + AFTER
    changes: Files = {"apps/web/lib/build.js": source}
    assert held(text, changes) == WEB | set(changes)
    assert derived(text, changes).doubts == ()


WHOLE: dict[str, tuple[str, Files]] = {
    "a program that may read anything": ("RUN make web" + AFTER, {}),
    "a script of the repository in another language": ("RUN python3 tools/gen.py" + AFTER, {"tools/gen.py": ""}),
    "a script of a package that may": ("RUN npm run build" + AFTER, {"apps/web/package.json": package("web", scripts={"build": "make"})}),
    "the whole directory": ("RUN npm run build\nFROM node\nCOPY --from=build /app /app\nCMD node x.js", {}),
    "what is made of nobody knows what": ("RUN npm run build\nFROM node\nCOPY --from=build /app/dist /app\nCMD node x.js", {}),
    "a variable": ("ARG WHAT\nRUN npm run build\nFROM node\nCOPY --from=build /app/$WHAT /app\nCMD node x.js", {}),
    "a source that cannot be read": ("RUN npm run build" + AFTER, {"apps/web/app/large.ts": b"1" * 2_000_001}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "changes"), WHOLE.values(), ids=WHOLE)
def test_what_cannot_be_told_is_not_narrowed(text: str, changes: Files) -> None:
    found = derived(BEFORE + text, changes)
    assert "**" in found.closure.paths
    if "/app /app" not in text and "$WHAT" not in text:
        assert "so all that is copied counts" in found.doubts[0].why


def test_what_the_image_copies_itself_counts_though_no_package_needs_it() -> None:
    text = BEFORE + "RUN npm run build" + AFTER + "COPY apps/mail/src /mail\n"
    assert held(text) == WEB | {"apps/mail/src/main.ts"}


def test_two_stages_that_build_different_packages_of_the_same_copy_need_both() -> None:
    text = (
        "FROM node AS base\nWORKDIR /app\nCOPY . .\nFROM base AS build\nRUN npm run build:web\n"
        "FROM base AS mail\nRUN npx turbo run build --filter=mail" + AFTER
    )
    assert held(text + "COPY --from=mail /app/apps/mail/dist /mail\n") == {*SHOP, "Dockerfile"}
    assert held(text) == WEB


@pytest.mark.parametrize(
    ("dockerfile", "own"),
    [
        (BEFORE + "ARG SCOPE\nRUN npx turbo run build --filter=$SCOPE\nFROM node\nARG SCOPE\n"
         "COPY --from=build /app/apps/$SCOPE/dist .\nCMD node main.js", "apps/{}/package.json"),
        ("FROM node\nARG SCOPE\nCOPY apps/$SCOPE /app\nCMD node /app/main.js", "apps/{}/package.json"),
        ("FROM x AS web\nCOPY apps/web /\nFROM x AS mail\nCOPY apps/mail /\nFROM $SCOPE", "apps/{}/package.json"),
    ],
    ids=["a filter", "a directory", "a stage"],
)  # fmt: skip
def test_services_of_one_dockerfile_are_told_apart_by_their_arguments(dockerfile: str, own: str) -> None:
    if "FROM $SCOPE" in dockerfile:
        dockerfile = f"ARG SCOPE\n{dockerfile}"
    snapshot = tree({**SHOP, "Dockerfile": dockerfile})
    for name, other in (("web", "mail"), ("mail", "web")):
        build = Build("Dockerfile", arguments=(("SCOPE", name),))
        found = derive(snapshot, Closure((), build=build, mode=IMPORTS), Analyses(LANGUAGES))
        assert found is not None
        paths = PathMap([found.closure])
        assert paths.of(encode(own.format(name)))
        assert not paths.of(encode(own.format(other)))


ALWAYS = {
    "Dockerfile": st.sampled_from([BEFORE + "RUN npm run build" + AFTER]),
    "package.json": st.sampled_from(['{"workspaces": []}', "{}"]),
    "apps/web/package.json": st.sampled_from([package("web"), package("web", "mail"), "{"]),
}
PATHS = {
    "apps/web/x.ts": st.sampled_from(["", "import 'mail'", "import '../../packages/ui/a'"]),
    "apps/mail/package.json": st.sampled_from([package("mail"), package("mail", "ui"), package("post")]),
    "apps/mail/m.ts": st.sampled_from(["", "import 'ui'"]),
    "packages/ui/package.json": st.sampled_from([package("ui"), package("mail")]),
    "packages/ui/a.ts": st.just(""),
    "tools/t.js": st.sampled_from(["", "require('ui')"]),
    "turbo.json": st.sampled_from(['{"tasks": {"web#build": {"dependsOn": ["ui#build"]}}}', "{}"]),
    "apps/web/l": st.sampled_from([Link("../mail"), Link("nowhere")]),
}


@settings(max_examples=some(150), deadline=None)
@given(histories(PATHS, ALWAYS))
def test_a_course_never_misses_a_change(trees: list[Files]) -> None:
    walk(trees)


def walk(trees: list[Files]) -> None:
    """Go back through trees: each time the closure is what it is for that tree alone."""
    everything = {f"{at}/{path}": text for at, files in enumerate(trees) for path, text in files.items()}
    read = tree(everything)._read
    snapshots = [tree(files) for files in trees]

    def course(at: int) -> Course:
        entries = {path: tuple(entry) for path, entry in snapshots[at].entries.items()}
        return Course(lambda: entries, read, [CLOSURE], Analyses(LANGUAGES))  # type: ignore[arg-type, return-value]

    walked = course(0)
    [current] = walked.closures()
    for at, (before, after) in enumerate(pairwise(snapshots), 1):
        paths = before.entries.keys() | after.entries.keys()
        undone = {p: after.entries.get(p) for p in paths if before.entries.get(p) != after.entries.get(p)}
        for closure in walked.back(undone).values():
            current = closure
        assert [current] == course(at).closures()
