"""What a compose service mounts of the repository: it runs that, whatever its image has."""

from __future__ import annotations

import pytest

from tests.discovery.trees import tree
from unshipped.discovery.propose import Proposal, propose

BARE = "FROM python\nCOPY requirements.txt .\nCMD run\n"
"""An image without any source of the repository."""
WHOLE = "FROM python\nCOPY . .\nCMD run\n"
TREE = {
    "Dockerfile": BARE,
    "requirements.txt": "",
    "app/main.py": "",
    "app/page.html": "",
    "README.md": "",
    "conf/a.ini": "",
}
WEB = {"web/Dockerfile": "FROM x\nCOPY . /a\nCMD run\n", "web/main.py": ""}


def proposal(files: dict[str, str]) -> Proposal:
    return propose(tree({**TREE, **files}))


def paths(files: dict[str, str], name: str = "api") -> tuple[str, ...]:
    [one] = [one for one in proposal(files).services if one.name == name]
    return one.paths


def compose(service: str, file: str = "compose.yaml") -> dict[str, str]:
    return {file: f"services:\n  api: {{build: ., {service}}}\n"}


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("volumes: ['./app:/app']", ("app",)),
        ("volumes: ['./app/:/app:ro,cached']", ("app",)),
        ("volumes: ['.:/app']", ("**",)),
        ("volumes: ['.:/app', './app:/app/app', './conf:/c']", ("**",)),
        ("volumes: ['${PWD}/app:/app']", ("app",)),
        ("volumes: ['${CODE:-./app}:/app']", ("app",)),
        ("volumes: [{type: bind, source: ./app, target: /app}]", ("app",)),
        ("volumes: ['./conf/a.ini:/etc/a.ini']", ("conf/a.ini",)),
        ("volumes: ['./requirements.txt:/r']", ()),
        ("volumes: ['app:/app', '/app', '/app:/app', '~/app:/app', '../app:/app', './data:/data', 5]", ()),
        ("volumes: [{type: volume, source: app, target: /app}, {type: bind}]", ()),
        ("volumes: {a: ./app}", ()),
        ("develop: {watch: [{path: ./app, action: sync+restart, target: /app}]}", ("app",)),
        ("develop: {watch: [{path: ./app, action: rebuild}, {action: sync}]}", ()),
    ],
)
def test_what_the_repository_has_of_it_counts(service: str, expected: tuple[str, ...]) -> None:
    assert paths(compose(service)) == expected


def test_the_file_of_a_configuration_that_a_service_is_given_counts() -> None:
    given = compose("configs: [a, {source: b, target: /b}, gone, {source: [x]}, 5]")
    text = (
        given["compose.yaml"]
        + "configs: {a: {file: ./conf/a.ini}, b: {file: README.md}, c: {file: ./app/main.py}, d: {external: true}}\n"
    )
    assert paths({"compose.yaml": text}) == ("conf/a.ini", "README.md")


def test_what_is_mounted_and_counts_is_told_where_it_is_source() -> None:
    told = "it mounts app, so that counts; if only who works on it does, take it out of `paths`"
    found = proposal(compose("volumes: ['./app:/a', './conf:/c']")).doubts
    assert [f"{one.place}: {one.why}" for one in found] == [f"compose.yaml:2: {told}"]


def test_a_mount_that_hangs_on_a_variable_is_told() -> None:
    [doubt] = proposal(compose("volumes: ['$CODE/app:/a']")).doubts
    assert (doubt.place.line, doubt.why) == (2, "it mounts $CODE/app: where that is depends on a variable")


@pytest.mark.parametrize("file", ["docker-compose.prod.yml", "compose.override.yaml"])
def test_another_file_beside_it_may_say_what_it_mounts(file: str) -> None:
    built, more = {"compose.yaml": "services: {api: {build: .}}"}, "services: {api: {volumes: ['./app:/a']}}"
    assert paths({**built, file: more}) == ("app",)
    assert paths({**built, f"app/{file}": more}) == (), "in another directory it is another project"


IGNORED = {"Dockerfile": WHOLE, ".dockerignore": "README.md\nconf\n"}
"""An image with the source, and not with all that lies there."""


def test_a_server_that_mounts_more_than_its_image_has_runs_all_of_it() -> None:
    assert paths({**IGNORED, **compose("volumes: ['.:/app']")}) == ("**",)
    assert paths({**IGNORED, **compose("volumes: ['./app:/app']")}) == (), "its image has all of that"


PUSHED = {
    ".github/workflows/a.yml": "jobs: {a: {steps: [{uses: docker/build-push-action@v6, with: {tags: g/o/api}}]}}"
}
RUN = {
    "k.yaml": "kind: Deployment\nmetadata: {name: api}\nspec: {template: {spec: {containers: [{image: g/o/api}]}}}\n"
}


@pytest.mark.parametrize(
    "files",
    [
        compose("volumes: ['.:/app']", "compose.override.yaml"),
        compose("volumes: ['.:/app']", "docker-compose.dev.yml"),
        {"dev/compose.yaml": "services: {api: {build: .., volumes: ['..:/app']}}"},
        {"compose.yaml": "services: {api: {build: {context: ., target: dev}, volumes: ['.:/app']}}"},
        compose("develop: {watch: [{path: ., action: sync, target: /app}]}"),
        {**compose("volumes: ['.:/app']"), **PUSHED},
        {**compose("image: g/o/api, volumes: ['.:/app']"), **RUN},
    ],
)
def test_where_people_work_on_it_what_its_image_has_of_the_source_says_what_counts(
    files: dict[str, str],
) -> None:
    assert paths({**IGNORED, **files}) == ()
    assert paths({**files, "Dockerfile": BARE}) == ("**",), "without the mount it would be made of nothing"


@pytest.mark.parametrize(
    "files",
    [
        compose("volumes: ['./app:/app']", "docker-compose.dev.yml"),
        {"compose.yaml": "services: {api: {build: {dockerfile: Dockerfile.dev}, volumes: ['.:/app']}}", "Dockerfile.dev": BARE},
    ],
)  # fmt: skip
def test_what_has_its_source_only_where_people_work_on_it_is_no_service_if_anything_else_is_one(
    files: dict[str, str],
) -> None:
    shown = proposal({**files, **WEB})
    assert "api" not in {one.name for one in shown.services}
    why = "api: it mounts its own source and so is for development, and nothing that runs it was found: left out"
    assert why in {one.why for one in shown.doubts}
    assert not any("take it out" in one.why for one in shown.doubts)
    assert paths({**files, **WEB, **RUN}) != (), "something runs it"


def test_what_has_source_of_its_own_is_a_service_whatever_else_is_mounted_over_it() -> None:
    files = {"Dockerfile": "FROM x\nCOPY app /a\nCMD run\n", "tools/x.py": "", **WEB}
    files |= compose("volumes: ['./app:/app', './tools:/t']", "docker-compose.dev.yml")
    assert paths(files) == ("tools",)
    why = "it mounts tools, so that counts; if only who works on it does, take it out of `paths`"
    assert why in {one.why for one in proposal(files).doubts}


def test_alone_it_is_proposed_with_what_it_mounts_and_told() -> None:
    files = {"Dockerfile.dev": BARE, "requirements.txt": "", "main.py": "",
             "compose.yaml": "services: {api: {build: {dockerfile: Dockerfile.dev}, volumes: ['.:/app']}}"}  # fmt: skip
    shown = propose(tree(files))
    assert [one.paths for one in shown.services] == [("**",)]
    why = "api: it mounts its own source and so is for development; nothing else was found to run"
    assert [one.why for one in shown.doubts] == [why]


def test_a_compose_file_that_runs_it_without_the_mount_keeps_it() -> None:
    files = {**compose("volumes: ['./app:/a']", "compose.override.yaml"), **compose("init: true")}
    assert paths({**files, **WEB}) == ("app",)
