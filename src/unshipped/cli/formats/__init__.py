"""How a report is written: one small file a format, one line in the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from types import ModuleType

from unshipped.cli.terminal import Screen
from unshipped.core.model import Report, Severity
from unshipped.core.value import Value

FORMATS = {
    "text": "for people: worst first, in-sync targets folded",
    "json": "the contract, version 1",
    "markdown": "for a pull request comment or an issue",
    "junit": "for the test tab of a CI server",
    "sarif": "for code scanning",
    "github": "annotations, and the step summary",
}
"""Every format with what it is for. The format `NAME` is `unshipped.cli.formats.NAME_:write`."""


class Style(Value):
    """What the reader asked for, beside the report itself."""

    screen: Screen
    fail_on: Severity = Severity.WARNING
    config: str = ""
    """The configuration file, for formats that must name a place."""
    everything: bool = False
    """Also the targets that are in sync."""


Write = Callable[[Report, Style], str]


def writer(name: str) -> Write:
    """The function that writes a format."""
    write: Write = _module(name).write
    return write


def written(name: str, report: Report, style: Style) -> Iterable[str]:
    """A report in a format, bit by bit where the format can be written so."""
    module = _module(name)
    found: Iterable[str] = (
        module.pieces(report, style) if hasattr(module, "pieces") else [module.write(report, style)]
    )
    return found


def _module(name: str) -> ModuleType:
    return import_module(f"unshipped.cli.formats.{name}_")
