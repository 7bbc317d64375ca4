from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from tests.formats.reports import HOSTILE, change, fleet, hostile, of, report, style, target, unknown
from unshipped.cli.formats.markdown_ import BUDGET, MARKER, escape, write
from unshipped.cli.terminal import fit, safe
from unshipped.core.model import Report

OURS = {"p", "strong", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "ul", "li", "code"}
OURS |= {"sub", "del", "br"}


class Seen(HTMLParser):
    """What a browser would make of it: elements, attributes, text of every cell."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [pair for pair in attrs if pair[0] != "style"]
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.rows and self.tags[-1] in {"td", "th"} and data.strip():
            self.rows[-1][-1] += data


def rendered(checked: Report) -> Seen:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return Seen(parser.render(write(checked, style())))


def plain(html: str) -> str:
    return unescape(html).replace("\u200b", "")


def test_the_first_line_is_the_marker():
    assert write(fleet(), style()).splitlines()[0] == MARKER == "<!-- unshipped:report -->"


def test_it_is_rendered_as_a_table_worst_first():
    services = [row[1] for row in rendered(fleet()).rows]
    assert services == ["Service", "worker", "search", "billing", "web", "mail", "jobs", "cron", "legacy"]


def test_what_is_in_sync_is_folded():
    assert "<details><summary>2 in sync</summary>\n\napi/production, admin/production\n\n</details>" in write(
        fleet(), style()
    )


def test_everything_is_in_the_table_on_request():
    written = write(fleet(), style(everything=True))
    assert "| ✓ | api | production | in sync | 0 |" in written and "2 in sync</summary>" not in written


def test_a_list_of_changes_names_twenty_and_counts_the_rest():
    listed = tuple(change(at) for at in range(40, 0, -1))
    written = write(report(of(target(), 1_240, listed=listed)), style())
    assert written.count("\n- `") == 20 and "\n- and 1,220 more\n" in written


def test_a_change_that_is_cancelled_is_struck_out():
    listed = (change(2, "Revert it", cancelled=True), change(1))
    written = write(report(of(target(), 1, cancelled=1, listed=listed)), style())
    assert "<del>Revert it</del>" in written and "more" not in written


def test_a_retired_target_lists_no_changes():
    assert "<details>" not in write(report(of(target(retired=True), 3)), style())


@pytest.mark.parametrize("attack", HOSTILE)
def test_text_from_outside_makes_no_element(attack):
    seen = rendered(hostile(HOSTILE[attack]))
    assert set(seen.tags) <= OURS
    assert seen.attributes == []
    assert {len(row) for row in seen.rows} == {8}


@pytest.mark.parametrize("attack", [attack for attack in HOSTILE if attack != "long"])
def test_text_from_outside_is_read_as_it_was_written(attack):
    names = [row[1].replace("\u200b", "") for row in rendered(hostile(HOSTILE[attack])).rows[1:]]
    assert names[0] == fit(safe(HOSTILE[attack]), 80)


@pytest.mark.parametrize(
    "text",
    [
        "@everyone",
        "@org/team",
        "#1",
        "org/repo#3",
        "!4",
        "GH-2",
        "gh-2",
        "https://x.example/1",
        "www.x.example",
    ],
)
def test_nobody_is_called_and_nothing_is_linked(text):
    # What a forge looks for, it looks for in the rendered text, after every entity became its character.
    call = re.compile(r"[@#!]\w|\bgh-\d|https?://|\bwww\.", re.IGNORECASE)
    assert call.search(text) and not call.search(unescape(escape(text)))
    assert plain(escape(text)) == text


def test_a_chat_is_not_called_either():
    assert escape("<!channel>") == "&lt;!&#8203;channel&gt;"


def test_a_name_with_an_underscore_stays_readable():
    assert escape("my_service") == "my_service" and escape("_x_") == "&#95;x&#95;"


@pytest.mark.parametrize("attack", HOSTILE)
def test_a_large_fleet_fits_and_says_what_was_cut(attack):
    text = HOSTILE[attack]
    changes = tuple(change(at, text) for at in range(20, 0, -1))
    many = [of(target(f"{text} {at}"), 40, listed=changes) for at in range(1_500)]
    written = write(
        report(*many, *(of(target(f"{text} s{at}")) for at in range(3_000)), notes=(text,) * 900), style()
    )
    rows = sum(line.startswith("| ■") for line in written.splitlines())
    assert len(written) <= BUDGET
    assert rows > 10 and f"Cut to fit: {1_500 - rows:,} targets" in written
    assert "3,000 in sync" in written


def test_lists_of_changes_give_way_before_rows_do():
    changes = tuple(change(at, "t" * 150) for at in range(20, 0, -1))
    written = write(report(*(of(target(f"s{at}"), 20, listed=changes) for at in range(100))), style())
    lists = written.count("<details>")
    assert len(written) <= BUDGET
    assert written.count("\n| ■") == 100 and 0 < lists < 100
    assert f"Cut to fit: the changes of {100 - lists} targets not shown." in written


def test_what_fits_is_not_called_cut():
    assert "Cut to fit" not in write(fleet(), style())


def test_nothing_checked_is_said_without_a_table():
    assert write(report(declared=3), style()) == (
        f"{MARKER}\n\n**Nothing was checked: no target selected of 3.**\n"
    )


def test_an_unknown_target_says_why():
    assert "the source failed: GET health answers 503" in write(report(unknown(target())), style())
