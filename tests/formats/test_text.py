from __future__ import annotations

import re

import pytest

from tests.formats.reports import HOSTILE, NOW, fleet, hostile, of, report, screen, style, target, unknown
from unshipped.cli.formats.text_ import mark, wrap, write
from unshipped.cli.terminal import width
from unshipped.core import words
from unshipped.core.model import Code, Flag, Hold, Policy, Remark, Report, Severity, Sign
from unshipped.core.policy import judge

FLAGS = (Flag.SPLIT, Flag.ROLLED_BACK, Flag.UNPROVEN)


def large(drifting: int, in_sync: int) -> Report:
    behind = [of(target(f"service-{at:03}"), 1, hours=2) for at in range(drifting)]
    return report(*behind, *(of(target(f"quiet-{at:03}")) for at in range(in_sync)))


def wide() -> Report:
    return report(
        of(target("検索サービス", "本番"), 4, hours=7, notes=("理由は長い文章です。" * 12,)),
        unknown(target("api", "staging"), "接続できません: " + "詳細" * 60),
    )


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 160])
@pytest.mark.parametrize("checked", [fleet(), wide(), large(500, 0), *map(hostile, HOSTILE.values())])
def test_no_line_is_wider_than_the_screen(columns, checked):
    # Below 60 columns the numbers alone may need more than there is.
    assert max(width(line) for line in write(checked, style(columns)).splitlines()) <= max(columns, 60)


def test_many_flags_make_no_line_wider_than_the_screen():
    checked = report(of(target("a" * 60, "b" * 60), 4, flags=FLAGS), of(target(), 1))
    assert max(width(line) for line in write(checked, style(80)).splitlines()) <= 80


@pytest.mark.parametrize("columns", [60, 80, 160])
def test_columns_are_aligned_whatever_the_script(columns):
    lines = write(wide(), style(columns)).splitlines()
    starts = {
        width(line[: line.index(word)])
        for line, word in ((lines[0], "STATE"), (line_of(lines, "検索"), "behind"))
    }
    assert len(starts) == 1


def line_of(lines: list[str], text: str) -> str:
    return next(line for line in lines if text in line)


def test_reasons_stand_beside_the_table_where_there_is_room():
    row = line_of(write(fleet(), style(120)).splitlines(), "web")
    assert row.endswith("runs 1 commit that origin/main lacks")


def test_reasons_stand_below_where_there_is_none():
    lines = write(fleet(), style(80)).splitlines()
    assert lines[lines.index(line_of(lines, "web")) + 1] == "   runs 1 commit that origin/main lacks"


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_names_of_drifting_services_are_whole(columns):
    written = write(large(500, 0), style(columns, everything=True))
    assert all(f"service-{at:03} " in written for at in range(500))


def test_a_table_of_readable_length_says_how_much_it_leaves_out_and_how_bad_that_is():
    lines = write(large(500, 0), style(80)).splitlines()
    assert sum(line.startswith("●") for line in lines) == 50
    assert "   and 450 more (450 info): --all lists them" in lines


def test_five_hundred_services_in_sync_take_one_line():
    lines = write(large(2, 500), style(80)).splitlines()
    assert len(lines) == 9
    assert line_of(lines, "in sync:") == (
        "✓  500 in sync: quiet-000, quiet-001, quiet-002, quiet-003 and 496 more"
    )


@pytest.mark.parametrize("columns", [20, 40, 60, 80])
def test_a_name_gives_way_before_a_count_does(columns):
    line = line_of(write(large(0, 500), style(columns)).splitlines(), "✓")
    named = line.count("quiet-")
    assert line.startswith("✓  500 in sync") and (named == 0 or line.endswith(f"and {500 - named} more"))


def test_in_sync_in_two_environments_is_named_with_both():
    checked = report(of(target("api", "production")), of(target("api", "staging")))
    assert "2 in sync: api/production, api/staging" in write(checked, style())


def test_of_several_environments_each_is_named_also_where_one_alone_drifts():
    checked = report(of(target("api", "staging"), 4, hours=7), of(target("api", "production")))
    lines = write(checked, style()).splitlines()
    assert "ENVIRONMENT" in lines[0] and "staging" in lines[1]
    assert "✓  1 in sync: api/production" in lines


def test_everything_is_listed_on_request():
    lines = write(large(0, 500), style(80, everything=True)).splitlines()
    assert sum("quiet-" in line for line in lines) == 500


def test_there_is_no_colour_without_a_terminal():
    assert "\033" not in write(fleet(), style())


def test_colour_changes_nothing_but_the_colour():
    coloured = write(fleet(), style()._replace(screen=screen(100, "always")))
    assert "\033[31m■\033[0m" in coloured
    assert re.sub(r"\033\[\d+m", "", coloured) == write(fleet(), style())


def test_marks_tell_severities_apart_without_colour():
    marks = [line[0] for line in write(fleet(), style(120)).splitlines() if line[:1].strip()][:8]
    assert marks == ["■", "?", "▲", "▲", "‖", "●", "●", "●"]


def test_an_unknown_without_a_message_says_what_its_code_means():
    assert "the source did not answer in time" in write(
        report(unknown(target(), "", Code.SOURCE_TIMEOUT)), style()
    )


def test_the_summary_is_never_cut():
    written = " ".join(write(fleet(), style(40)).split())
    assert words.summary(fleet()) in written


def test_the_next_command_can_be_pasted_whatever_the_service_is_called():
    checked = report(of(target("my api; rm -rf ~"), 4))
    assert write(checked, style(config="unshipped.yaml")).endswith(
        "Next: unshipped explain 'my api; rm -rf ~'\n"
    )


def test_without_a_configuration_there_is_no_command_that_would_explain_more():
    assert "Next:" not in write(report(of(target("api"), 4)), style())


def test_where_nothing_is_to_be_done_no_next_command_is_named():
    assert "Next:" not in write(large(0, 3), style())


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("one two", ["one two"]),
        ("one two three four", ["one two", "three", "four"]),
        ("one two three four five six", ["one two", "three", "four f…"]),
        ("abcdefghij", ["abcdefg", "hij"]),
        ("日本語です", ["日本語", "です"]),
    ],
)
def test_text_is_wrapped_by_what_it_takes_on_the_screen(text, lines):
    assert wrap(text, 7, 3) == lines


def test_many_that_are_unknown_for_one_reason_share_a_row_and_stay_counted():
    names = [f"service-{at}" for at in range(30)]
    alike = [unknown(target(name), f"no such host: {name}.example.com") for name in names]
    configured = style(100)._replace(config="unshipped.yaml")
    text = write(report(*alike, unknown(target("other"), "denied")), configured)
    assert text.count("no such host") == 1
    assert "and 29 more unknown like service-0: service-1, service-2" in text
    assert "31 targets checked: 31 unknown" in text
    assert "No source could tell what serves" in text
    assert "denied" in text


def test_which_environment_shares_a_row_is_told_where_there_are_several():
    alike = [unknown(target(f"service-{at}", place), "denied") for at in range(5) for place in ("eu", "us")]
    text = write(report(*alike), style(100))
    for place in ("eu", "us"):
        assert f"and 4 more unknown like service-0/{place}: service-1, service-2" in text


def test_all_of_them_are_listed_to_whoever_asks_for_it():
    alike = [unknown(target(f"service-{at}"), "denied") for at in range(30)]
    assert write(report(*alike), style(100)._replace(everything=True)).count("denied") == 30


def test_a_hold_does_not_hide_a_setting_that_is_not_what_was_declared():
    held = target("mail", hold=Hold("feature freeze", "Ben"))
    drift = of(held, 3)
    assert mark(drift) == ("‖", "grey")
    differs = drift.drift._replace(remarks=(Remark(Sign.SETTING_DIFFERS, "memory is 1Gi, not 512Mi"),))
    assert mark(judge(differs, Policy(settings=Severity.CRITICAL), NOW))[0] not in ("‖", "✓")
