"""Stages of a Dockerfile: what is built is the service, unless another one that is run has all of it."""

from __future__ import annotations

import pytest

from tests.discovery.trees import tree
from unshipped.discovery.propose import Proposal, propose

TREE = {"api/main.py": "", "web/main.py": "", "shared/money.py": "", "conf/web.ini": "", "docs/x.html": ""}
API = "FROM x AS api\nCOPY api /a\n"
DOCS = "FROM nginx AS docs\nCOPY docs /d\n"
TWO = "FROM x AS base\nCOPY shared /s\nFROM base AS api-dev\nCOPY api /a\nFROM base AS web-dev\nCOPY web /w\n"


def proposal(text: str, more: dict[str, str]) -> Proposal:
    return propose(tree({**TREE, "Dockerfile": text, **more}))


def targets(text: str, more: dict[str, str]) -> dict[str, str | None]:
    return {one.name: one.build and one.build.target for one in proposal(text, more).services}


def whys(text: str, more: dict[str, str]) -> list[str]:
    return [one.why for one in proposal(text, more).doubts]


def script(*stages: str) -> dict[str, str]:
    return {"build.sh": "".join(f"docker build --target {one} -t r/{one} .\n" for one in stages)}


def compose(**stages: str) -> dict[str, str]:
    lines = (f"  {name}: {{build: {{context: ., target: {stage}}}}}\n" for name, stage in stages.items())
    return {"compose.yaml": f"services:\n{''.join(lines)}"}


@pytest.mark.parametrize("last", ["", DOCS, "FROM api-debug AS test\n"])
def test_what_only_stages_to_work_with_are_made_from_is_run(last: str) -> None:
    text = f"{API}FROM api AS api-debug\nRUN debug\n{last}"
    assert targets(text, script("api")) == {"api": "api"}
    assert whys(text, script("api")) == []


def test_each_stage_that_is_built_is_a_service_though_others_are_there_to_work_with() -> None:
    text = f"{API}FROM x AS web\nCOPY web /w\nFROM api AS api-dev\nFROM web AS web-dev\n"
    both = {"api": "api", "web": "web"}
    assert targets(text, script("api", "web")) == both
    assert targets(text, {**script("api", "web"), **compose(api="api-dev", web="web-dev")}) == both


@pytest.mark.parametrize("more", [compose(api="api-dev", web="web-dev"), {
    "Makefile": "api:\n\tdocker build --target api-dev -t r/api .\nweb:\n\tdocker build --target web-dev -t r/web .\n"
}])  # fmt: skip
def test_stages_to_work_on_several_services_are_those_services(more: dict[str, str]) -> None:
    assert targets(TWO, more) == {"api": "api-dev", "web": "web-dev"}


def test_a_stage_that_no_other_one_has_all_of_counts_as_it_is_and_that_is_told() -> None:
    said = (
        "what is built is the stage build, which is none to run, and no other one has all that it is made of"
    )
    text = f"FROM x AS build\nCOPY api /a\nCMD a\n{DOCS}"
    files = compose(api="build", docs="docs")
    assert targets(text, files) == {"api": "build", "docs": "docs"}
    assert whys(text, files) == [f"api: {said}: it counts as it is"]
    assert targets(text, script("build")) == {"build": "build"}, "the last one is another service"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{API}FROM api AS base\nFROM base AS final\n", ""),
        ("FROM x AS base\nCOPY api api\nFROM x AS final\nCOPY --from=base /a /a\n", ""),
        ("FROM x AS base\nCOPY api api\nFROM x AS final\nRUN --mount=from=base,target=/b cp /b /a\n", ""),
        ("FROM x AS base\nCOPY api api\nFROM x AS final\nCOPY --from=0 /a /a\n", ""),
        ("FROM x AS base\nCOPY api api\nFROM x AS final\nCOPY . .\n", ""),
        (f"FROM x AS base\nCOPY api api\nFROM base AS prod\n{DOCS}", "prod"),
        ("FROM x AS base\nCOPY api api\nFROM base AS dev\nCOPY . .\n", ""),
        ("FROM x AS runtime\nCOPY conf /c\nFROM runtime AS base\nCOPY api /a\nFROM x AS dev\nCOPY web /w\n", "base"),
        (f"FROM x AS base\nCOPY api /a\n{DOCS}", "base"),
    ],
)  # fmt: skip
def test_in_place_of_a_stage_that_is_none_to_run_is_one_that_has_all_of_it(text: str, expected: str) -> None:
    assert set(targets(text, script("base")).values()) == {expected}


def test_that_another_stage_is_taken_is_told_whatever_the_reason() -> None:
    text = f"{API}FROM api AS shop\nCOPY web /w\n"
    assert targets(text, script("api")) == {"api": ""}
    assert whys(text, script("api")) == [
        "api: what is built is the stage api, which is none to run; the last one is a guess"
    ]


def test_a_compose_service_to_work_on_is_the_one_that_is_run_if_that_has_all_of_it() -> None:
    text = f"{API}FROM x AS dev\nCOPY api /a\nFROM api\nCOPY shared /s\n"
    assert targets(text, compose(shop="dev")) == {"shop": ""}
    assert whys(text, compose(shop="dev")) == []


def test_whoever_builds_the_whole_does_not_mean_a_stage_to_work_with() -> None:
    text = "FROM x AS dev\nCOPY api web /a\nFROM x\nCOPY api conf /a\nCMD a\n"
    dev, whole = compose(shop="dev"), {"build.sh": "docker build -t r/acme ."}
    assert targets(text, {**dev, **whole}) == {"acme": "", "shop": "dev"}
    assert targets(text, {"compose.yaml": f"{dev['compose.yaml']}  acme: {{build: .}}\n"}) == {
        "acme": "",
        "shop": "dev",
    }
    assert targets(text, {**dev, "compose.prod.yaml": "services: {shop: {build: .}}"}) == {"shop": ""}


def test_stages_that_only_differ_in_what_is_mounted_over_them_are_several_services() -> None:
    text = "FROM x AS api-dev\nCMD a\nFROM x AS web-dev\nCMD w\n"
    lines = "".join(
        f"  {one}: {{build: {{context: ., target: {one}-dev}}, volumes: ['./{one}:/a']}}\n"
        for one in ("api", "web")
    )
    shown = proposal(text, {"compose.yaml": f"services:\n{lines}"}).services
    assert {one.name: one.paths for one in shown} == {"api": ("api",), "web": ("web",)}
