"""`unshipped check`: the verdict on every target."""

from __future__ import annotations

import io

from unshipped.cli.commands import EXIT_CODES
from unshipped.cli.formats import FORMATS, Style, written
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.look import look
from unshipped.cli.options import amount, check_arguments, fleet_arguments, judge_arguments
from unshipped.cli.output import emit, inert
from unshipped.cli.terminal import Screen
from unshipped.core.exits import exit_code
from unshipped.core.model import Severity

HELP = """Prove for every service whether production runs what it should.

With --deployed no configuration is needed: the whole repository, or what
--path names, is held against that commit."""
EPILOG = EXIT_CODES


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    grammar.add_argument("services", nargs="*", metavar="SERVICE", help="only these [default: all]")
    fleet_arguments(grammar)
    check_arguments(grammar)
    add = grammar.add_argument_group("what to write").add_argument
    add("--format", choices=list(FORMATS), default="text", help="how to write it [text]")
    add("--output", metavar="FILE", help="write to this file; - is standard output")
    add("--max-changes", type=amount, default=20, metavar="N", help="list at most so many changes [20]")
    add("--all", action="store_true", help="list every target, also those in sync (text, markdown)")
    judge_arguments(grammar)


def run(options: Options) -> int:
    """Look, write, and answer the exit code."""
    # Only JSON has the count of single commits; to know it is to walk the whole graph.
    limit = options.max_changes if options.format in ("json", "markdown") else 0
    seen = look(options.services, options, limit=limit, commits=options.format == "json")
    level = Severity[options.fail_on.upper()]
    is_file = options.output not in (None, "", "-")
    screen = Screen(io.StringIO() if is_file else None, options.colour)  # a file is no terminal
    style = Style(screen, level, str(seen.fleet.path or ""), options.all)
    made = written(options.format, seen.report, style)
    emit(inert("".join(made)) if options.format == "text" and not is_file else made, options.output)
    if options.format == "github":
        from unshipped.cli.formats.github_ import append_summary

        append_summary(seen.report, style)
    return 0 if options.exit_zero else exit_code(seen.report, level)
