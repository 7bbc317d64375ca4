"""Images that build what `turbo prune` leaves of a workspace: nothing else can count."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.discovery.test_workspaces import ALWAYS, PATHS, SHOP, held, package, walk
from tests.discovery.trees import Files, histories
from tests.support.examples import some

PRUNED = """
FROM node AS base
RUN apk add --no-cache libc6-compat && corepack enable
FROM base AS pruner
WORKDIR /app
RUN npm install -g turbo@^2
COPY . .
RUN {}
FROM base AS installer
WORKDIR /app
COPY --from=pruner /app/out/json/ .
RUN npm ci
COPY --from=pruner /app/out/full/ .
RUN make anything
FROM node
WORKDIR /app
COPY --from=installer /app .
CMD ["node", "apps/web/server.js"]
"""
WEB = "turbo prune web --docker"
LEFT = {
    *("package.json", "package-lock.json", "turbo.json", "Dockerfile"),
    *(path for path in SHOP if path.startswith(("apps/web/", "packages/ui/", "packages/colours/"))),
}
MAIL = {"apps/mail/package.json", "apps/mail/src/main.ts"}
CODEGEN = {"packages/codegen/package.json", "packages/codegen/schema.graphql"}


@pytest.mark.parametrize(
    "command",
    [
        WEB,
        "npx turbo prune --scope=web --docker",
        "npx --yes turbo@2.1.0 prune --docker --scope web",
        "pnpm dlx turbo prune web",
        "yarn turbo --no-color prune web --docker --use-gitignore=false",
        "turbo prune web @shop/ui --docker",
        "mkdir -p x && turbo prune web --docker && rm -rf x",
    ],
)
def test_only_what_is_left_counts(command: str) -> None:
    assert held(PRUNED.format(command)) == LEFT


def test_a_text_that_names_another_package_leads_nowhere_there() -> None:
    changes: Files = {
        "apps/web/app/globals.css": "@source '../../../apps/**/*.tsx';",
        "apps/web/lib/x.js": "require('mail'); read(`../../../packages/${name}`)",
        "apps/web/package.json": package("web", "@shop/ui", scripts={"build": "docker build ../mail"}),
    }
    assert held(PRUNED.format(WEB), changes) == LEFT | set(changes)


NEEDED: dict[str, tuple[Files, set[str]]] = {
    "what the workspace depends on": (
        {"package.json": json.dumps({"workspaces": ["apps/*"], "devDependencies": {"codegen": "*"}})},
        CODEGEN,
    ),
    "for its tests": (
        {"apps/web/package.json": json.dumps({"name": "web", "devDependencies": {"codegen": "*"}})},
        CODEGEN,
    ),
    "by another name": (
        {"apps/web/package.json": json.dumps({"name": "web", "dependencies": {"x": "workspace:codegen@*"}})},
        CODEGEN,
    ),
    "by where it lies": (
        {"apps/web/package.json": json.dumps({"name": "web", "dependencies": {"x": "link:../mail"}})},
        MAIL,
    ),
    "a task that waits": ({"turbo.json": '{"tasks": {"web#build": {"dependsOn": ["mail#build"]}}}'}, MAIL),
    "a directory that is named": (
        {"package.json": json.dumps({"workspaces": ["apps/*"], "pnpm": {"patchedDependencies": {"x": "tools/make.js"}}})},
        {"tools/make.js"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), NEEDED.values(), ids=NEEDED)
def test_what_is_declared_is_left_too(changes: Files, expected: set[str]) -> None:
    assert held(PRUNED.format(WEB), changes) >= expected
    assert held(PRUNED.format(WEB)).isdisjoint(expected)


def test_a_file_that_is_taken_from_beside_it_counts() -> None:
    text = PRUNED.format(WEB).replace("RUN make", "COPY --from=pruner /app/apps/mail/src/main.ts .\nRUN make")
    assert held(text) == LEFT | MAIL


WIDER = {
    "a command that may put other files among them": PRUNED.format(f"npm run generate && {WEB}"),
    "a package that nobody knows": PRUNED.format("turbo prune nothing --docker"),
    "a package that depends on a variable": "ARG APP\n" + PRUNED.format("turbo prune $APP --docker"),
    "no package": PRUNED.format("turbo prune --docker"),
    "another directory": PRUNED.format("cd apps && turbo prune web --docker"),
    "among the packages": PRUNED.format("turbo prune web --docker --out-dir=apps"),
    "all of the stage": PRUNED.format(WEB).replace("/app/out/full/", "/app"),
    "what is called alike, too": PRUNED.format(WEB).replace("/app/out/full/", "/app/out*"),
    "another task": PRUNED.format("turbo run build"),
}


@pytest.mark.parametrize("text", WIDER.values(), ids=WIDER)
def test_where_more_may_be_left_more_counts(text: str) -> None:
    assert held(text) > LEFT


def test_where_it_is_put_may_be_said() -> None:
    text = PRUNED.format("turbo prune web --out-dir /pruned").replace("/app/out/json", "/pruned")
    assert held(text.replace("/app/out/full", "/pruned")) == LEFT


@settings(max_examples=some(80), deadline=None)
@given(histories(PATHS, {**ALWAYS, "Dockerfile": st.just(PRUNED.format(WEB))}))
def test_a_course_never_misses_a_change(trees: list[Files]) -> None:
    walk(trees)
