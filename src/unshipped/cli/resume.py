"""`unshipped resume`: go on with what nobody carries out any more, and begin what may begin."""

from __future__ import annotations

from unshipped.app.take_up import take_up
from unshipped.cli.deploy import again, opened
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, fleet_arguments
from unshipped.cli.output import aside, emit, json_text
from unshipped.cli.rolling import ENDS, as_json, carry, exit_code, let_go, summary
from unshipped.cli.terminal import safe
from unshipped.wiring.deploying import Foreman, Keeper

HELP = """Go on with rollouts whose process died or was stopped, each from where it came to, and begin what
waits and may begin now. It can be asked for at any time: what somebody else carries out is left to them.
An interruption (Ctrl-C) leaves, and takes nothing back: what is under way goes on by the next one."""

EPILOG = ENDS

_SOMEBODY_ELSES = """{0} is not deployed from here: its rollout is left to whoever knows how.
hint: where nobody does any more, `unshipped cancel {1}` ends it"""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("--fetch", action="store_true", help="fetch from the remote before looking")
    add("--format", choices=("text", "json"), default="text", help="how to write what became of it [text]")
    fleet_arguments(grammar)


def run(options: Options) -> int:
    """Keep everything going that is not finished."""
    fleet = opened(options)
    with fleet.store() as book:
        foreman = Foreman(lambda: again(options), book, lambda: clock(None))
        mine = foreman.crew().recipes
        waiting = [one.asked.id for one in book.wishes() if one.asked.target in mine]
        under_way = book.rollouts(open_only=True)
        for one in under_way:
            if one.target not in mine:
                aside(safe(_SOMEBODY_ELSES.format(one.target, one.id)))
        ids = [one.id for one in under_way if one.target in mine]
        ids += [identity for identity in waiting if identity not in ids]
        if not ids:
            emit(json_text(as_json([])) if options.format == "json" else "Nothing is to be resumed.\n")
            return 0
        with Keeper(lambda: fleet, foreman) as keeper:
            keeper.take()  # where nothing can keep it going, nothing is begun either
            take_up(foreman.crew())
            done = carry(book, keeper.take, foreman, ids, by="", clock=lambda: clock(None))
            emit(json_text(as_json(done)) if options.format == "json" else summary(done))
            let_go(keeper, foreman, shared=bool(fleet.config.store.url))
    return exit_code(done)
