"""The commands: which there are, and what each declares."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from unshipped.cli.grammar import Grammar
from unshipped.errors import UsageError

GROUPS = {
    "begin": {
        "init": "find the services of a repository and propose an unshipped.yaml",
        "doctor": "what is wrong with the map of services, and the edit that mends it",
        "validate": "check unshipped.yaml and name every problem at once",
        "schema": "print the JSON Schema of unshipped.yaml",
        "completion": "print the completion script for your shell",
    },
    "ask": {
        "check": "prove for every service whether production runs what it should",
        "status": "the same in one line for each service that needs attention",
        "explain": "why one service is in its state, change by change",
        "where": "whether a change is live: by commit, tag or pull request number",
        "affected": "services whose code differs between two commits",
        "fingerprint": "the files of a directory as git names them, or whether they are a commit's",
    },
    "be told": {
        "watch": "look by a schedule or once, write it down, and tell who has to know",
        "serve": "keep the watch and deploys going in one process, and serve the page",
        "incidents": "what is open, and what was",
        "history": "what happened to one service",
        "ack": "say that somebody knows of an incident",
        "silence": "for a time, tell nobody of some incidents",
        "hold": "keep a service as it is: nobody is told, and nothing is deployed by itself",
        "unhold": "let it change again",
        "notify": "show what receivers would be told, or send each a test message",
        "drill": "whether an alarm reaches anybody",
    },
    "stop, and be reminded": {
        "gate": "whether work may run with what is deployed, by its exit code",
        "bypass": "who lets work through a gate, and the end of it",
        "hook": "remind after a commit of what waits to be deployed",
    },
    "deploy": {
        "deploy": "bring what is merged to serve, prove it, or go back",
        "rollback": "go back to a revision that passed",
        "rollouts": "what waits, what is under way, and how it ended",
        "cancel": "let a rollout go back, or take one out of the queue",
        "resume": "go on with rollouts whose process has died",
        "approve": "let a rollout begin that waits for approval",
        "lock": "deploy nothing, everywhere or to some services",
        "unlock": "end a lock",
        "smoke": "whether what serves is what should serve, and is well",
        "record": "write down what was deployed, for services that nothing else can tell of",
        "ci": "a workflow that deploys, what it has to deploy, what a merge would deploy",
    },
    "look back": {
        "report": "what a week was like: incidents, waits, deploys, and what to change",
        "digest": "what is open now, and what happened since yesterday",
        "replay": "what these rules would have said of the past",
        "metrics": "metrics of the log for Prometheus and OpenTelemetry",
    },
    "look after it": {
        "db": "look after the log: migrate, check, backup, prune, export",
        "token": "make a token for who asks the server",
    },
}
"""The commands by what they are for, in the order in which somebody needs them, each with its line."""

COMMANDS = {name: line for group in GROUPS.values() for name, line in group.items()}
"""Every command with its line of help.

The command `NAME` is the module `unshipped.cli.NAME`: its text is `HELP`, `arguments(grammar)` declares what
it understands, and `run(options)` does it and answers the exit code.
"""

EXIT_CODES = """\
exit codes:
  0  every selected target is proven in sync, held, in its grace, or below --fail-on
  1  drift at or above --fail-on
  2  wrong usage or configuration
  3  something could not be determined
  4  nothing was checked
"""


def command(name: str) -> ModuleType:
    """The module of a command. Raises `UsageError` where there is no such command."""
    if name not in COMMANDS:
        raise UsageError(f"no command {name!r}{meant(name, list(COMMANDS))}", "unshipped --help")
    return import_module(f"unshipped.cli.{name}")


def grammar_of(name: str) -> Grammar:
    """What a command understands. Raises `UsageError` where there is no such command."""
    module = command(name)
    made = Grammar(f"unshipped {name}", module.HELP, getattr(module, "EPILOG", ""))
    module.arguments(made)
    return made


def overview() -> str:
    """What `unshipped --help` prints."""
    widest = max(map(len, COMMANDS))
    listed = "\n".join(
        f"{title}:\n" + "".join(f"  {name:<{widest}}  {line}\n" for name, line in group.items())
        for title, group in GROUPS.items()
    )
    return (
        "usage: unshipped [-h] [-V] COMMAND …\n\n"
        "What is merged and not live.\n"
        "Begin with `unshipped check --deployed COMMIT`, or with `unshipped init`.\n\n"
        f"{listed}\n"
        "options:\n"
        "  -h, --help     show this help, or with COMMAND that command's\n"
        "  -V, --version  show the version\n\n"
        f"{EXIT_CODES}"
    )


def meant(word: str, known: Sequence[str]) -> str:
    """`; did you mean 'x'?`, or nothing."""
    from difflib import get_close_matches

    close = [one for one in known if word and one.startswith(word)] or get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
