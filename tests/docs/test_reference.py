"""What exists is documented, and what is documented exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from docs.generate import REFERENCE, makers
from docs.generator import codes, configuration, contract, environment
from tests.core.watched import OLD, at, behind, in_sync, unknown
from tests.docs.consoles import answer
from tests.docs.pages import ROOT, pages, prose
from tests.support.logged import DAY, END, Logged, two_weeks
from tests.support.run import run
from unshipped.app import report_documents
from unshipped.cli.commands import COMMANDS, grammar_of
from unshipped.cli.cures import CURES
from unshipped.cli.formats import FORMATS
from unshipped.config import json_schema
from unshipped.core import exits, words
from unshipped.core.counting.digest import digest
from unshipped.core.counting.figures import Span
from unshipped.core.counting.metrics import METRICS, PREFIX
from unshipped.core.history.standing import Place
from unshipped.core.logged.journal import Kept
from unshipped.core.model import Code, Flag, Hold, Sign, State
from unshipped.core.report import health
from unshipped.wiring import every_kind, source_kinds


def without_outputs(text: str) -> str:
    """A page without what commands print: the consoles' own test looks at that."""
    return re.sub(
        r"(?ms)^```console\n(.*?)^```$",
        lambda block: "\n".join(line for line in block[1].splitlines() if line.startswith("$ ")),
        text,
    )


@pytest.mark.parametrize("path", sorted(REFERENCE.iterdir()), ids=lambda path: path.name)
def test_the_reference_is_up_to_date(path: Path) -> None:
    assert path in makers(), "a page that nothing makes any more"
    made = makers()[path]()
    text = path.read_text(encoding="utf-8")
    assert without_outputs(text) == without_outputs(made), "run docs/generate.py"


def test_no_page_of_the_reference_is_missing() -> None:
    assert sorted(REFERENCE.iterdir()) == sorted(makers())


# ---------------------------------------------------------------- the command line


HELP = {"-h", "--help"}
GIT = {"--first-parent", "--full-history", "--no-merges"}
"""What pages name and git has."""
HELM = {"--atomic", "--reuse-values", "--values"}
"""What pages name and Helm has."""


def options(name: str) -> set[str]:
    return {option for one in grammar_of(name).arguments if one.is_option for option in one.names}


def section(page: str, title: str) -> str:
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_in_its_section_and_no_other(name):
    rows = re.findall(r"(?m)^\| `-.*$", section("cli.md", f"unshipped {name}"))
    cells = [row.split(" | ")[0] for row in rows]
    documented = {option for cell in cells for option in re.findall(r"`(--?[a-z-]+)`", cell)}
    assert documented == options(name)


def test_every_command_and_format_has_its_line():
    text = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    assert [name for name in [*COMMANDS, *FORMATS] if f"`{name}`" not in text] == []


def test_every_option_that_a_page_names_exists():
    known = ({"--version"} | HELP | GIT | HELM).union(*map(options, COMMANDS))
    named = {
        (str(page.relative_to(ROOT)), option)
        for page in pages()
        for _, line in prose(page)
        for option in re.findall(r"`(--[a-z][a-z-]*)", line)
    }
    assert {(page, option) for page, option in named if option not in known} == set()


def test_every_command_that_a_page_names_exists():
    named = {
        word
        for page in pages()
        for _, line in prose(page)
        for word in re.findall(r"`unshipped ([a-z]+)", line)
    }
    assert named <= set(COMMANDS)
    assert set(COMMANDS) >= {"check", "status", "explain", "affected", "where"}


# ---------------------------------------------------------------- codes and settings


def test_every_reason_code_has_a_meaning_and_an_advice():
    assert set(words.REASONS) == {code.value for code in Code}
    assert set(CURES) == set(Code)


def test_every_remark_has_a_meaning():
    assert set(codes.SIGNS) == {sign.value for sign in Sign}


def test_every_exit_code_has_a_meaning():
    numbers = {value for name, value in vars(exits).items() if name.isupper()}
    assert set(codes.JUDGING) == numbers
    assert set(codes.PLACES) == set(Place)


def test_every_state_and_flag_is_explained():
    text = (ROOT / "docs/concepts/drift.md").read_text(encoding="utf-8")
    assert [one.value for one in [*State, *Flag] if f"| `{one.value}` |" not in text] == []


def test_every_setting_of_the_schema_is_in_its_section():
    schema = json_schema(*every_kind())
    for name in configuration.reachable(schema):
        settings = set(schema["$defs"][name].get("properties", {}))
        text = section("configuration.md", configuration.TITLES[name])
        assert set(re.findall(r"(?m)^\| `([^`]+)`", text)) == settings, name


def test_the_published_schema_is_the_one_that_the_command_prints(tmp_path):
    printed = run(["schema"], tmp_path).stdout
    assert (REFERENCE / "unshipped.schema.json").read_text(encoding="utf-8") == printed


def test_every_source_kind_is_compared_with_the_others():
    text = (ROOT / "docs/concepts/sources.md").read_text(encoding="utf-8")
    assert [kind for kind in source_kinds() if f"| `{kind}` |" not in text] == []


def test_every_variable_that_the_code_reads_is_documented_and_no_other():
    assert environment.read_by_name() == set(environment.OWN)


def test_every_metric_is_documented_and_no_other():
    text = (REFERENCE / "metrics.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?m)^\| `(unshipped_\w+)`", text)) == {PREFIX + name for name in METRICS}


def test_every_metric_that_a_page_names_exists():
    ours = [page for page in pages() if page.name == "metrics.md"]
    named = {word for page in ours for word in re.findall(r"\bunshipped_\w+", page.read_text("utf-8"))}
    known = {PREFIX + name + added for name in METRICS for added in ("", "_bucket", "_sum", "_count")}
    assert named <= known


# ---------------------------------------------------------------- the JSON contract


def fields(value: Any, name: str = "") -> set[str]:
    """The fields of a document, as `contract` writes them."""
    if isinstance(value, list):
        return {f"{name}[]"}.union(*(fields(one, f"{name}[]") for one in value))
    if isinstance(value, dict):
        own = {name} if name else set()
        return own.union(*(fields(one, f"{name}.{key}" if name else key) for key, one in value.items()))
    return {name}


@pytest.mark.parametrize(("asked", "documented"), [("check", contract.CHECK), ("where A", contract.WHERE)])
def test_every_field_is_documented_and_no_other(asked, documented):
    config = "services: {api: {paths: [api], deployed: [A, {source: file, path: nowhere}]}}"
    # No source that is read here lists what runs beside its targets.
    unseen = {"unmapped[].service", "unmapped[].where"}
    assert fields(answer("partly", f"unshipped {asked} --format json", config)) == set(documented) - unseen


def test_every_field_of_explain_is_documented_and_no_other():
    config = "services: {api: {paths: [api, shared], ignore: ['**/*.md'], deployed: 9a1a841}}"
    found = fields(answer("shop", "unshipped explain api --format json", config))
    assert found <= set(contract.EXPLAIN)
    # Of changes that were left out or taken back the fields are those of the missing ones; the rest is rare.
    rare = ("cancelled[].", "left_out[].", "remarks[].", "links[].")
    unseen = {name for name in set(contract.EXPLAIN) - found if not any(part in name for part in rare)}
    assert unseen == set()


def test_every_field_of_affected_is_documented_and_no_other():
    config = "services: {api: {paths: [api], deployed: A}, gone: {paths: [gone], deployed: A}}"
    assert fields(answer("partly", "unshipped affected A --format json", config)) == set(contract.AFFECTED)


AMOUNTS = re.compile(r"amounts\[\]\.(id|amount)$")
"""Where nothing was there to be counted, there is none to be seen."""


def test_every_field_of_a_report_is_documented_and_no_other():
    story = Logged()
    two_weeks(story)
    story.look(8 * DAY + 100, in_sync("mail", OLD))
    for day in (8, 9, 10, 11):  # enough of a kind to conclude something
        story.look(day * DAY + 200, behind("mail", since=day * DAY + 180))
        story.look(day * DAY + 205, in_sync("mail", OLD))
    found = health(story.past(), Span(at(7 * DAY), END), slots=[("1/1", at(8 * DAY + 5))])
    shown = {
        name
        for name in fields(report_documents.health(found))
        if not re.match(r"(dora_)?before\.", name)  # they are said to be those of the time itself
    }
    assert shown <= set(contract.REPORT)
    assert {name for name in set(contract.REPORT) - shown if not AMOUNTS.search(name)} == set()


def test_every_field_of_a_digest_is_documented_and_no_other():
    story = Logged()
    two_weeks(story)
    story.look(11 * DAY + 20, unknown("site"))
    hold = Kept("1", "worker", "production", Hold("the spring sale", "Ana"), at(11 * DAY))
    found = digest(story.past(), story.standings, at(11 * DAY + 30), ["mail/production"], [hold])
    assert fields(report_documents.digest(found)) == set(contract.DIGEST)


def test_an_unknown_target_has_no_other_fields():
    found = fields(answer("shallow", "unshipped check --deployed 5ec59d1 --path api --format json"))
    assert found <= set(contract.CHECK)
