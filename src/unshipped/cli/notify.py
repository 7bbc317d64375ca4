"""`unshipped notify`: what receivers would be told, and whether they are reached."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments, moment, open_from
from unshipped.cli.output import emit, json_text
from unshipped.cli.terminal import safe
from unshipped.core.exits import FINE, UNKNOWN
from unshipped.core.messages import Message
from unshipped.errors import NotifyError, UsageError
from unshipped.ports.telling import Notifier
from unshipped.wiring import Fleet

HELP = """Show an example of every sort of message (preview), or really send one message to receivers and
say whether each was reached (test).

Nothing is sent by preview; no secret is needed for it. What it prints as JSON is for the vendor's own tool,
such as Slack's Block Kit Builder. `test` exits with 3 where a receiver was not reached."""

SORTS = ("opened", "escalated", "grouped", "first-look", "resolved", "unknown")


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    grammar.add_argument("action", choices=("preview", "test"), help="what to do")
    grammar.add_argument(
        "receivers",
        nargs="*",
        default=[],
        metavar="RECEIVER",
        help="test: which receivers [default: all of the file]",
    )
    add = grammar.add_argument_group("preview").add_argument
    add("--receiver", metavar="NAME", help="as this receiver of the file would be told")
    add("--as", dest="kind", metavar="KIND", help="as a kind of notifier, without any file")
    add("--message", choices=SORTS, help="only this one [default: one of each sort]")
    add("--format", choices=("text", "json"), default="text", help="text, or what is sent [text]")
    add("--now", metavar="TIME", type=moment, help="when the examples happen [default: the clock]")
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Show, or send."""
    if options.action == "test":
        return _test(options)
    if options.receivers:
        raise UsageError("preview shows one receiver", f"name it with --receiver {options.receivers[0]}")
    if options.receiver and options.kind:
        raise UsageError("--receiver and --as exclude each other")
    emit(_shown(options))
    return FINE


def _shown(options: Options) -> str:
    from unshipped.notifiers._text import text
    from unshipped.notifiers.samples import samples

    chosen = samples(clock(options.now))
    chosen = {name: chosen[name] for name in chosen if options.message in (None, name)}
    if options.format == "text":
        parts = [f"--- {name}\n{text(message)}" for name, message in chosen.items()]
        return "\n".join(parts) if options.message is None else text(chosen[options.message])
    notifier = _previewed(options)
    made = {name: _preview(notifier, message) for name, message in chosen.items()}
    return json_text(made if options.message is None else made[options.message])


def _previewed(options: Options) -> Notifier:
    from unshipped.wiring.telling import example

    if options.receiver:
        return _fleet(options).notifier(options.receiver)
    if not options.kind:
        raise UsageError("as which receiver?", "name one with --receiver NAME, or a kind with --as KIND")
    return example(options.kind)


def _preview(notifier: Any, message: Message) -> object:
    if not hasattr(notifier, "preview"):
        raise UsageError("that kind of notifier cannot show what it sends")
    return notifier.preview(message)


def _test(options: Options) -> int:
    fleet = _fleet(options)
    names = options.receivers or list(fleet.config.telling.receivers)
    if not names:
        raise UsageError("there is no receiver", "declare one under `receivers:`")
    notifiers = {name: fleet.notifier(name) for name in names}
    told = [_told(name, notifier, clock(options.now)) for name, notifier in notifiers.items()]
    return FINE if all(told) else UNKNOWN


def _told(name: str, notifier: Notifier, now: datetime) -> bool:
    from unshipped.notifiers.samples import test_message

    try:
        notifier.say(test_message(name, f"test/{uuid.uuid4()}", now), "")
    except NotifyError as error:
        emit(safe(f"{name}: not reached: {error.message}") + "\n")
        emit(f"  hint: {safe(error.hint)}\n" if error.hint else "")
        return False
    emit(safe(f"{name}: reached") + "\n")
    return True


def _fleet(options: Options) -> Fleet:
    return open_from(options.repo, options.config, no_cache=options.no_cache)
