"""`unshipped status`: one line for each target that needs attention."""

from __future__ import annotations

from unshipped.cli.commands import EXIT_CODES
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.look import look
from unshipped.cli.options import check_arguments, fleet_arguments, judge_arguments
from unshipped.cli.output import emit
from unshipped.cli.terminal import Screen, safe
from unshipped.core import words
from unshipped.core.exits import exit_code
from unshipped.core.model import Severity, State, Verdict

_COLOURS = {
    Severity.CRITICAL: "red",
    Severity.WARNING: "yellow",
    Severity.INFO: "blue",
    Severity.NONE: "green",
}


HELP = "The same as `check`, in one line for each service that needs attention."
EPILOG = EXIT_CODES


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    grammar.add_argument("services", nargs="*", metavar="SERVICE", help="only these [default: all]")
    fleet_arguments(grammar)
    check_arguments(grammar)
    judge_arguments(grammar)


def run(options: Options) -> int:
    """Look, write, and answer the exit code."""
    report = look(options.services, options).report
    screen = Screen(colour=options.colour)
    lines = [_line(v, screen) for v in report.verdicts if v.drift.state is not State.IN_SYNC or v.severity]
    emit("\n".join([*lines, words.summary(report)]) + "\n")
    return 0 if options.exit_zero else exit_code(report, Severity[options.fail_on.upper()])


def _line(verdict: Verdict, screen: Screen) -> str:
    target = verdict.drift.target
    headline = words.headline(verdict)
    flags = (f" ({flag.value.replace('_', ' ')})" for flag in verdict.flags)
    told = "".join(flag for flag in flags if not headline.endswith(flag))
    painted = screen.paint(safe(headline), _COLOURS[verdict.severity])
    return f"{target.service} in {target.environment}: {painted}{told}"
