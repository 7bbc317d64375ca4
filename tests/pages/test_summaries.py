"""A report in each of its forms: names stay text, bars have their amounts in words, colours can be read."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib import resources

import pytest
from markdown_it import MarkdownIt

from unshipped.cli.summary_text import write
from unshipped.cli.terminal import Screen
from unshipped.core.counting.summary import Bar, Row, Section, Summary
from unshipped.core.messages import Link
from unshipped.core.texts.markdown import written
from unshipped.errors import UsageError
from unshipped.pages import report
from unshipped.pages.letter import letter
from unshipped.pages.report import page

HOSTILE = "<script>alert(1)</script> @everyone `` ``` **bold** [x](http://evil) \x1b[31m\u202e|"
SUMMARY = Summary(
    title="Deployment Health Summary",
    headline="2 targets watched.",
    sections=(
        Section(
            "Incidents",
            (
                Row("Drift incidents", "2", "1", "of 2 incidents"),
                Row("Acknowledged after", "", "", "0 incidents"),
            ),
            (Bar("Mon", 2, "2"), Bar("Tue", 1, "1"), Bar("Wed", 0, "0")),
            "Drift incidents by day",
        ),
        Section("Services", lines=("Best: api.",)),
        Section("Nothing here"),
    ),
    compared="the 7 d before",
)


def hostile() -> Summary:
    row, bar = Row(HOSTILE, HOSTILE, HOSTILE, HOSTILE), Bar(HOSTILE, 1, HOSTILE)
    return Summary(HOSTILE, HOSTILE, (Section(HOSTILE, (row,), (bar,), HOSTILE, (HOSTILE,)),), HOSTILE)


class Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_markdown_is_headings_lists_and_fenced_bars():
    assert written(SUMMARY) == (
        "## Deployment Health Summary\n\n2 targets watched.\n\n### Incidents\n\n"
        "- **Drift incidents** 2 (1): of 2 incidents\n"
        "- **Acknowledged after** –: 0 incidents\n\n"
        "Drift incidents by day:\n\n"
        "```text\nMon  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇ 2\nTue  ▇▇▇▇▇▇▇▇▇▇ 1\nWed  0\n```\n\n"
        "### Services\n\n- Best: api.\n\nIn brackets: the 7 d before.\n"
    )


def test_the_body_of_a_message_leaves_its_title_to_the_message():
    assert written(SUMMARY, title=False).startswith("2 targets watched.")


def test_names_from_outside_are_text_in_markdown():
    rendered = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(written(hostile()))
    found = Page(rendered)
    assert {tag for tag, _ in found.tags} <= {"h2", "h3", "p", "ul", "li", "strong", "pre", "code"}
    assert "\x1b" not in rendered and "\u202e" not in rendered
    assert "@everyone" not in re.sub(r"(?s)<pre>.*?</pre>", "", rendered)


def test_names_from_outside_are_text_in_html():
    found = Page(page(hostile()))
    assert not {"script", "a", "img"} & {tag for tag, _ in found.tags}
    assert found.text.count("<script>alert(1)</script>") == 13
    assert "\u202e" not in found.text


LINKED = (Link("from "), Link(HOSTILE, 'https://example.com/a"b<c>d\\'), Link("x", "javascript:alert(1)"))


def test_a_link_leads_where_it_says_and_nowhere_else_whatever_its_text_is():
    told = Summary("Replay", "x", (Section("Stretches", lines=(LINKED,)),))
    rendered = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(written(told))
    for text, address in (
        (page(told), 'https://example.com/a"b<c>d\\'),
        (rendered, "https://example.com/a%22b%3Cc%3Ed%5C"),
    ):
        found = Page(text)
        assert [attrs for tag, attrs in found.tags if tag == "a"] == [{"href": address}]
        assert not {"script", "img"} & {tag for tag, _ in found.tags}
    assert "https://" not in write(told, Screen(colour="never"))


def test_the_terminal_gets_nothing_that_moves_its_cursor():
    text = write(hostile(), Screen(colour="never"))
    assert all(char.isprintable() or char == "\n" for char in text)


def test_the_text_fits_its_lines_where_it_can(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    lines = write(SUMMARY, Screen(colour="never")).splitlines()
    assert lines[3:7] == [
        "Incidents",
        "  Drift incidents     2",
        "                      before: 1; of 2 incidents",
        "  Acknowledged after  –   0 incidents",
    ]


def test_the_page_loads_nothing_from_elsewhere():
    found = Page(page(SUMMARY))
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in found.tags}
    assert not [attrs for _, attrs in found.tags if "src" in attrs or "href" in attrs]


def test_each_bar_is_as_long_as_its_amount_and_says_it_in_words():
    found = Page(page(SUMMARY))
    widths = [attrs["style"] for tag, attrs in found.tags if tag == "div" and "style" in attrs]
    assert widths == ["width: 100.0%", "width: 50.0%", "width: 0.0%"]
    rows = [tag for tag, attrs in found.tags if tag == "th" and attrs.get("scope") == "row"]
    assert len(rows) == 5


def test_a_figure_of_nothing_is_a_dash_on_the_page():
    assert '<td class="value">–</td>' in page(SUMMARY)


def test_a_section_with_nothing_in_it_is_left_out():
    assert "Nothing here" not in page(SUMMARY) + written(SUMMARY) + write(SUMMARY, Screen(colour="never"))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_and_bars_can_be_told_from_the_ground(theme):
    """As WCAG 2.2 asks: 4.5 for text, 3 for what is drawn."""
    style = resources.files("unshipped.pages").joinpath("report.html").read_text(encoding="utf-8")
    tokens = dict(re.findall(r"--(\w+): light-dark\((#\w{6}, #\w{6})\)", style))
    colours = {name: both.split(", ")[theme] for name, both in tokens.items()}
    assert contrast(colours["fg"], colours["bg"]) >= 4.5
    assert contrast(colours["muted"], colours["bg"]) >= 4.5
    assert contrast(colours["link"], colours["bg"]) >= 4.5
    assert contrast(colours["bar"], colours["bg"]) >= 3


def test_without_its_library_a_page_says_what_to_install(monkeypatch):
    monkeypatch.setattr(report, "find_spec", lambda _: None)
    with pytest.raises(UsageError) as error:
        page(SUMMARY)
    assert error.value.hint == "pip install 'unshipped[reports]'"


def test_a_letter_shows_the_bars_as_characters_and_no_html_of_others():
    found = Page(letter(HOSTILE, written(hostile(), title=False)))
    assert not {"script", "img"} & {tag for tag, _ in found.tags}
    text = Page(letter("Deployment Health Summary", written(SUMMARY, title=False)))
    assert "Tue  ▇▇▇▇▇▇▇▇▇▇ 1" in text.text
    assert {"h1", "h3", "ul", "pre"} <= {tag for tag, _ in text.tags}
