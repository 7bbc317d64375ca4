"""The report for a step of GitHub Actions: annotations, the table in the log, and the step summary."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

from unshipped.cli.formats import Style, markdown_, text_
from unshipped.cli.formats.sarif_ import level, place, reportable
from unshipped.cli.output import aside
from unshipped.cli.terminal import Screen, fit, safe
from unshipped.core import words
from unshipped.core.model import Report, Verdict

SUMMARY_LIMIT = 1024 * 1024
"""Bytes: GitHub drops a step summary that is larger."""

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_MOST_OF_A_KIND = 10
_LONGEST_TITLE, _LONGEST_LINE = 200, 1_000
_LOG_COLUMNS = 160
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def write(report: Report, style: Style) -> str:
    """The worst of each kind as workflow commands, then the table as plain text."""
    found = [verdict for verdict in report.verdicts if reportable(verdict)]
    commands = [
        _annotation(verdict, name, style)
        for kind, name in _COMMANDS.items()
        for verdict in [verdict for verdict in found if kind == _kind(verdict)][:_MOST_OF_A_KIND]
    ]
    return "".join(commands) + _inert(text_.write(report, style._replace(screen=_log())))


def append_summary(report: Report, style: Style) -> None:
    """Add the Markdown report to the step summary, where there is one. Never raises: it judges nothing."""
    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        return
    problem = _append(Path(name), markdown_.write(report, style) + "\n")
    if problem:
        aside(f"the step summary was not written: {problem}")


def _append(path: Path, text: str) -> str:
    """What kept the text from being added, if anything did."""
    data = text.encode("utf-8", "replace")
    try:
        with path.open("ab") as file:
            if file.tell() + len(data) > SUMMARY_LIMIT:
                return "it is full"
            file.write(data)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _kind(verdict: Verdict) -> str:
    """A held target is told, and nothing is to be done about it."""
    return "note" if verdict.quiet else level(verdict)


def _annotation(verdict: Verdict, name: str, style: Style) -> str:
    target = verdict.drift.target
    where = {"file": place(style.config), "line": str(target.line or 1)} if style.config else {}
    properties = {**where, "title": fit(safe(f"{target.name}: {words.standing(verdict)}"), _LONGEST_TITLE)}
    lines = [words.headline(verdict), *words.details(verdict)]
    message = "\n".join(fit(safe(line), _LONGEST_LINE) for line in lines)
    listed = ",".join(f"{key}={safe(value).translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{name} {listed}::{message.translate(_DATA)}\n"


def _log() -> Screen:
    screen = Screen(io.StringIO(), "never")
    screen.columns = _LOG_COLUMNS
    return screen


def _inert(text: str) -> str:
    """Text that the runner takes for text: a commit's title must not be a command.

    What ends the pause is a word that the text cannot hold, since it is made from the text.
    """
    word = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return f"::stop-commands::{word}\n{text}::{word}::\n"
