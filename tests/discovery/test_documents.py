"""YAML, JSON and TOML become plain data; what is wrong with them is nothing, and a doubt."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discovery.trees import tree
from unshipped.discovery.documents import at, documents, parsed, table, tables, texts, toml, unread


def read(text: str, name: str = "a.yaml") -> tuple[Any, ...]:
    return tuple(documents(tree({name: text}), name))


def doubts(text: str, name: str = "a.yaml") -> list[str]:
    snapshot = tree({name: text})
    documents(snapshot, name)
    return [f"{one.place}: {one.why}" for one in unread(snapshot)]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
CHAIN = "a0: &a0 [x]\n" + "".join(f"a{one}: &a{one} [*a{one - 1}]\n" for one in range(1, 200))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: " + "[" * 100_000, "nested more than 60 deep"),
        ("{a: " * 50_000, "nested more than 60 deep"),
        ("- " * 50_000, "nested more than 60 deep"),
        ("? " * 50_000, "nested more than 60 deep"),
        (CHAIN, "nested more than 60 deep"),
        (BOMB, "more than 100,000 values"),
        ("- x\n" * 100_001, "more than 100,000 values"),
    ],
)
def test_what_no_person_wrote_is_not_read_and_that_is_said(text: str, why: str) -> None:
    assert read(text) == ()
    [said] = doubts(text)
    assert why in said


def test_what_comes_before_a_fault_is_kept() -> None:
    text = "a: 1\n---\nb: 2\n---\nc: [\n"
    assert read(text) == ({"a": "1"}, {"b": "2"})
    assert doubts(text) == ["a.yaml:6: it is not valid YAML: the rest of it is not read"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("a: ~\nb: null\nc: ''\nd:\n", ({"a": None, "b": None, "c": "", "d": None},)),
        ("a: 010\nb: yes\nc: 1.50\n", ({"a": "010", "b": "yes", "c": "1.50"},)),
        (
            "x: &x {k: 1, l: 2}\ny: {<<: *x, l: 3}\n",
            ({"x": {"k": "1", "l": "2"}, "y": {"k": "1", "l": "3"}},),
        ),
        ("- &a {k: 1}\n- {<<: [*a, {k: 2, m: 3}, 4]}\n", ([{"k": "1"}, {"k": "1", "m": "3"}],)),
        ("a: &a [*a]\nb: *nobody\n", ({"a": [None], "b": None},)),
        ("? [a, b]\n: c\nd: e\n", ({"d": "e"},)),
        ("a: !Ref b\nc: !GetAtt d.e\n", ({"a": "b", "c": "d.e"},)),
        ("a: 1\na: 2\n", ({"a": "2"},)),
    ],
)
def test_yaml_is_read(text: str, expected: tuple[Any, ...]) -> None:
    assert read(text) == expected
    assert doubts(text) == []


def test_every_key_has_its_line() -> None:
    [top] = read("# first\na:\n  b: 1\nx: &x\n  y: 2\nz:\n  <<: *x\n")
    assert (top.lines, top["a"].lines, top["z"].lines) == ({"a": 2, "x": 4, "z": 6}, {"b": 3}, {"y": 5})


TEMPLATE = """\
{{- if .Values.on }}
kind: Deployment
metadata:
  name: {{ include "x.name" . }}-api
  {{- with .Values.labels }}
  labels: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- /* a remark
         of two lines */ -}}
  image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
  {{ .key }}: {{ .value }}
  env: ${{ kept }}
{{- end }}
"""


def test_what_a_template_fills_in_is_a_variable_and_its_lines_stay() -> None:
    [top] = read(TEMPLATE)
    assert top == {
        "kind": "Deployment", "metadata": {"name": "$-api", "labels": "$"},
        "spec": {"image": "$:$", "$": "$", "env": "${{ kept }}"},
    }  # fmt: skip
    assert top["spec"].lines["image"] == 11


@pytest.mark.parametrize(
    "text", ["{{" * 200_000, "{{ a }}" * 100_000, "{{ " + "\n" * 200_000, "}}{{" * 100_000]
)
def test_a_template_that_goes_nowhere_takes_no_time(text: str) -> None:
    read(text)


def test_only_the_documents_that_mention_something_are_read() -> None:
    import re

    snapshot = tree({"a.yaml": "kind: A\n---\nkind: B\n--- \nkind: A\nx: 1\n"})
    found = documents(snapshot, "a.yaml", re.compile("kind: A"))
    assert [one for one in found if one] == [{"kind": "A"}, {"kind": "A", "x": "1"}]
    assert found[-1].lines == {"kind": 5, "x": 6}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 200_000,
        '{"a":' * 100_000,
        "{",
        "\0",
        "nul",
        "[" * 70 + "]" * 70,
        '{"a":' * 70 + "1" + "}" * 70,
    ],
)
def test_json_that_is_not_in_order_is_nothing(text: str) -> None:
    assert read(text, "a.json") == ()


def test_json_is_read_like_yaml() -> None:
    assert read('{"a": [1, 2.5, true, null, {"b": "c"}]}', "a.json") == (
        {"a": ["1", "2.5", True, None, {"b": "c"}]},
    )
    assert doubts('{"a": 1,\nb}', "a.json") == ["a.json:2: it is not valid JSON: the rest of it is not read"]


def test_json_may_have_comments_and_commas_at_the_end_as_tools_write_it() -> None:
    assert read('\ufeff// x\n{"a": /* y */ ["//,]", 1,],}', "nx.json") == ({"a": ["//,]", "1"]},)
    wrong = '/* x\n*/ {\n"a": 1, // y\nb}'
    assert doubts(wrong, "nx.json") == ["nx.json:4: it is not valid JSON: the rest of it is not read"]


@pytest.mark.parametrize("text", ["a." * 50_000 + "b = 1", "a = " + "[" * 50_000, "a = " + "[" * 70 + "]" * 70, "[" + "a." * 20_000 + "b]", "a = ",
                                  "a" * 500_000, "a = 1\na = 2", '"a". ' * 20_000])  # fmt: skip
def test_toml_that_is_not_in_order_is_nothing_and_takes_no_time(text: str) -> None:
    snapshot = tree({"a.toml": text})
    assert toml(snapshot, "a.toml") == {}
    assert [one.why for one in unread(snapshot)] != []


def test_a_file_that_changes_in_place_is_read_again() -> None:
    from unshipped.discovery.snapshot import Entry

    snapshot = tree({"a.yaml": "a: 1", "b.yaml": "a: 2"})
    assert documents(snapshot, "a.yaml") == ({"a": "1"},)
    snapshot.put({"a.yaml": Entry("100644", snapshot.entries["b.yaml"].blob)})
    assert documents(snapshot, "a.yaml") == ({"a": "2"},)


def test_what_is_of_another_kind_is_nothing() -> None:
    assert (table([1]), tables({"a": 1}), tables([1, {"a": 2}]), texts(None)) == ({}, [], [{"a": 2}], [])
    assert texts(["a", ["b", ["c", {"d": 1}]], 2]) == ["a", "b", "c"]
    assert (at({"a": {"b": 1}}, "a", "b"), at([1], "a"), at({"a": 1}, "a", "b")) == (1, None, None)
    assert parsed("a: [") is None
