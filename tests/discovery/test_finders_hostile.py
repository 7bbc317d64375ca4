"""Whatever stands in a file of a known name: nothing is raised, and it takes no time.

How long it takes is how long the processor works on it, whatever else a machine does. Each night the texts
are three times as long, and may take three times as long.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.discovery.test_finders import CASES, WORKFLOWS
from tests.discovery.trees import tree
from tests.support.examples import some
from unshipped.config import load
from unshipped.discovery.propose import propose
from unshipped.discovery.render import fresh
from unshipped.wiring import source_kinds

EXAMPLES = [files for files, _ in (*CASES.values(), *WORKFLOWS.values())]
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "x", "$X", "..", "../../..", "/", "[", "*", "\n", "a b", "!x", "ü" * 200, 0, 1.5, True, [], {}, [[]], [None, 1], ["a"],
     {"a": None}, {"": ""}, {"name": {}}, [{"name": []}], {"image": 5}, "2024-01-01"]
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in a document."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


def put(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(copy[path[0]], path[1:], junk)
    return copy


class _Loader(yaml.SafeLoader):
    """Reads tags it does not know as plain values."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: node.value)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, str]:
    """The files of an example, with something else in some place of one of them."""
    files = dict(draw(st.sampled_from(EXAMPLES)))
    names = sorted(
        name for name in files if name.endswith((".yaml", ".yml", ".json")) and files[name].strip()
    )
    if not names:
        return files
    name = draw(st.sampled_from(names))
    documents = list(yaml.load_all(files[name], Loader=_Loader))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(documents))[1:]))
        documents = put(documents, path, draw(JUNK))
    files[name] = json.dumps(documents[0]) if name.endswith(".json") else yaml.dump_all(documents)
    return files


@st.composite
def torn(draw: st.DrawFn) -> dict[str, str]:
    """The files of an example, one of them with a part taken out or doubled."""
    files = dict(draw(st.sampled_from(EXAMPLES)))
    name = draw(st.sampled_from(sorted(files)))
    text = files[name]
    start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    files[name] = (
        text[:start]
        + draw(st.sampled_from(["", text[start:end] * 2, "{{", "${{", "\0", "\ufffe"]))
        + text[end:]
    )
    return files


SETTINGS = settings(max_examples=some(250), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SETTINGS
@given(mutated() | torn())
@example({".github/workflows/a.yml": "on: [workflow_call]\njobs: [{a: 1}]\n"})
@example({"cloudbuild.yaml": "steps: [{name: a, entrypoint: [cp], args: [a, b]}]", "Dockerfile": "FROM x"})
@example({"render.yaml": "services: [{name: a, rootDir: '[x]'}]", "[x]/a": ""})
def test_a_document_that_is_wrong_somewhere_breaks_nothing(files: dict[str, str]) -> None:
    started = time.process_time()
    found = propose(tree(files))
    assert time.process_time() - started < 5
    if found.services:
        config = load(fresh(found.services), "unshipped.yaml", source_kinds())
        assert len(config.targets) == len(found.services)


NAMES = [
    *("compose.yaml", "k8s/a.yaml", "chart/values.yaml", "kustomization.yaml", "skaffold.yaml", "cloudbuild.yaml", "triggers/a.yaml"),
    *("serverless.yml", "template.yaml", "render.yaml", "app.yaml", "heroku.yml", ".github/workflows/a.yml", ".gitlab-ci.yml"),
    *("catalog-info.yaml", ".github/filters.yaml", "task-definition.json", "railway.json", "package.json", "fly.toml", "pyproject.toml"),
    *("a/Cargo.toml", "go.mod", "Procfile", "CODEOWNERS", ".env", "Dockerfile", "netlify.toml", "cloudbuild.json"),
    *("a/pom.xml", "settings.gradle", "build.gradle.kts", "a/A.csproj", "Directory.Build.props", "a/src/main/App.java", "b/dockerfile", "deploy.sh"),
    *("a.tf", "firebase.json", "requirements.txt", "Pipfile", "docker-bake.json"),
]  # fmt: skip
BOMB = "a0: &a0 [x, x]\n" + "".join(
    f"a{one}: &a{one} [{', '.join([f'*a{one - 1}'] * 9)}]\n" for one in range(1, 9)
)
TEXTS = {
    "deep": "a: " + "[" * 100_000, "deep mappings": "{a: " * 50_000, "aliases": BOMB, "itself": "a: &a {<<: *a, b: *a}",
    "a binary": "\0\1\2" * 100, "an endless line": "x" * 200_000, "braces": "{{" * 50_000, "dollars": "${" * 50_000,
    "spaces": "include" + " " * 100_000, "lines": "\n" * some(100_000), "accessors": "projects." + "a." * 50_000,
    "elements": "<Project Sdk='Microsoft.NET.Sdk.Web'>" + "<a>" * some(50_000) + "</a>" * some(50_000) + "</Project>",
    "definitions": "<!DOCTYPE a [<!ENTITY b 'b'>" + "".join(f"<!ENTITY b{at} '&b;&b;'>" for at in range(50)) + "]><project>&b49;</project>",
    "many documents": "---\n" * some(50_000), "many keys": "".join(f"k{one}: v\n" for one in range(some(20_000))), "dots": "a." * 20_000, "blocks": 'data "archive_file" "a" {\n' * some(20_000),
    "deep JSON": '{"target": {"a": {"inherits": ' + "[" * 900 + "]" * 900 + "}}}", "commands": "gcloud " * some(60_000), "expressions": "jobs: {a: {steps: [{run: '" + "${{ " * some(60_000) + "'}]}}",
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_made_to_be_slow_is_not(text: str) -> None:
    started = time.process_time()
    propose(tree({**dict.fromkeys(NAMES, text), "chart/Chart.yaml": "name: a"}))
    assert time.process_time() - started < some(20)
