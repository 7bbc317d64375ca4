"""`unshipped ci`: a workflow that deploys, what it has to deploy, and what a merge would deploy."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.look import Seen, look, opened
from unshipped.cli.options import check_arguments, environments_or_first, fleet_arguments, topmost
from unshipped.cli.output import aside, emit
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.core.exits import FINE, UNKNOWN
from unshipped.core.holds import lasts
from unshipped.core.model import Flag, State
from unshipped.errors import UsageError
from unshipped.pipelines import writing

HELP = """For a CI host: write a workflow that deploys, say what it has to deploy, comment on a pull request.

What has to be deployed is what each service is proven to lack, never what the last push touched: a deploy
that failed or was skipped is still to be done. `plan` looks where `deploy` deploys: in the first environment,
unless others are named. It exits with 3 where a service could not be looked at, and names the others all the
same."""

_MOST_JOBS = 256
"""Of a matrix of GitHub; with one more it runs none."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add(
        "action",
        choices=["init", "plan", "comment"],
        help="init writes the workflow; the others are its steps",
    )
    add("host", nargs="?", choices=list(writing.PLACES), help="for init: which host is meant")
    fleet_arguments(grammar)
    check_arguments(grammar)
    add = grammar.add_argument_group("what to write").add_argument
    add("--branch", default="main", help="for init: the branch that is deployed [main]")
    add("--output", metavar="FILE", default="", help="write to this file; - is standard output")
    add("--format", choices=list(_WRITERS), default="names", help="for plan: how to write it [names]")
    add("--base", metavar="REV", help="for comment: what the pull request goes to")
    add(
        "--post", choices=["github", "gitlab"], help="for comment: post it, or bring the one there up to date"
    )


def run(options: Options) -> int:
    """Do it, and answer the exit code."""
    return {"init": _init, "plan": _plan, "comment": _comment}[options.action](options)


def _init(options: Options) -> int:
    if not options.host:
        raise UsageError("which host is meant?", f"unshipped ci init {'|'.join(writing.PLACES)}")
    if options.output == "-":
        emit(writing.text(options.host, options.branch))
        return 0
    here = options.repo or "."
    place = Path(here, options.output) if options.output else topmost(here, writing.PLACES[options.host])
    path = writing.write(options.host, place, options.branch)
    emit(f"{safe(str(path))} is written: say in it where `unshipped` is installed from, and who signs in\n")
    return 0


def _plan(options: Options) -> int:
    fleet = opened(options)
    options.environments = environments_or_first(options, fleet)
    seen = look([], options, fleet=fleet)
    recipes, held = seen.fleet.config.deploying.recipes, _held(seen)
    verdicts = [
        v
        for v in seen.report.verdicts
        if not v.drift.target.retired and (not recipes or v.drift.target.name in recipes)
    ]
    behind = [v.drift.target for v in verdicts if v.drift.state is State.BEHIND]
    named = list(dict.fromkeys(target.service for target in behind if target.name not in held))
    if options.format == "github-matrix" and len(named) > _MOST_JOBS:
        told = f"{len(named)} services have to be deployed, and a matrix has at most {_MOST_JOBS} jobs"
        aside(f"::warning::{told}: the next run deploys the others")
        named = named[:_MOST_JOBS]
    text = _WRITERS[options.format](named)
    emit(text, options.output)
    unknown = [v.drift for v in verdicts if v.drift.state is State.UNKNOWN]
    for drift in unknown:
        aside(safe(f"{drift.target.name} is not deployed: {words.problem(drift)}"))
    return UNKNOWN if unknown else FINE


def _held(seen: Seen) -> set[str]:
    """Targets that are held by the file or in the log: `deploy` would wait for somebody. It waits for the end
    of a freeze by itself. Where nothing is deployed from here, the log is asked as the look asked it.
    """
    fleet, now = seen.fleet, seen.now
    if not fleet.config.deploying.recipes:
        return {one.drift.target.name for one in seen.report.verdicts if Flag.HELD in one.flags}
    declared = {one.name for one in fleet.config.targets if one.hold and lasts(one.hold, now)}
    with fleet.store() as book:
        return declared | {one.target for one in book.holds(now)}


def _comment(options: Options) -> int:
    from unshipped.app.affected import affected
    from unshipped.pipelines.posting import post
    from unshipped.pipelines.preview import Touched, comment

    if not options.base:
        raise UsageError("what does the pull request go to?", "unshipped ci comment --base origin/main")
    seen = look([], options, limit=20)
    fleet = seen.fleet
    name = fleet.config.default_repository
    # A host merges with the branch as it was: what landed there since is none of this merge.
    opened = fleet.repository(name)
    base = opened.parted(options.base, "HEAD")
    found = affected(fleet.config.targets, opened, name, *opened.revisions([base, "HEAD"]))
    touched = [Touched(one.service, one.paths, one.problem) for one in found]
    text = comment(touched, seen.report.verdicts)
    if options.post:
        emit(post(options.post, os.environ, text) + "\n")
    else:
        emit(f"{text}\n", options.output)
    return 0


def _matrix(services: Sequence[str]) -> str:
    return json.dumps({"include": [{"service": service} for service in services]}) + "\n"


def _names(services: Sequence[str]) -> str:
    return "".join(f"{service}\n" for service in services)


_WRITERS: dict[str, Callable[[Sequence[str]], str]] = {
    "names": _names,
    "github-matrix": _matrix,
    "gitlab": writing.child_pipeline,
}
