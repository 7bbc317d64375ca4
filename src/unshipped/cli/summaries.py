"""Where a report goes: written in a format, or handed to the watch for a receiver."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from unshipped.app.report import notice
from unshipped.cli.grammar import Options
from unshipped.cli.output import emit, inert
from unshipped.cli.terminal import Screen, safe
from unshipped.core.alerting import Topic
from unshipped.core.counting.figures import Span
from unshipped.core.counting.summary import Summary
from unshipped.core.texts.markdown import written
from unshipped.ports.keeping import Store
from unshipped.wiring import Fleet


def put(options: Options, summary: Summary, document: Callable[[], str]) -> None:
    """Write the report as the options ask. `document` makes its JSON."""
    emit(_written(options, summary, document), options.output)


def hand_over(
    fleet: Fleet, log: Store, receiver: str, summary: Summary, topic: Topic, span: Span, now: datetime
) -> None:
    """Put the report into the outbox, once, and say so. Raises `UsageError` for an unknown receiver."""
    fleet.notifier(receiver)
    log.add([notice(summary, topic, span, receiver, now)])
    emit(f"{summary.title}: written down for {safe(receiver)}; the next watch says it\n")


def _written(options: Options, summary: Summary, document: Callable[[], str]) -> str:
    if options.format == "json":
        return document()
    if options.format == "markdown":
        return written(summary)
    if options.format == "html":
        from unshipped.pages.report import page

        return page(summary)
    from unshipped.cli.summary_text import write

    return inert(write(summary, Screen(colour="never" if options.output else options.colour)))
