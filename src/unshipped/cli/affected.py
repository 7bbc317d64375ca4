"""`unshipped affected`: services whose code differs between two commits."""

from __future__ import annotations

from collections.abc import Sequence

from unshipped.app.affected import Affected, affected
from unshipped.cli import again
from unshipped.cli.commands import meant
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import fleet_arguments, open_from
from unshipped.cli.output import aside, emit, inert, json_text
from unshipped.cli.terminal import safe
from unshipped.core import exits
from unshipped.errors import UsageError

HELP = """Services whose code differs between FROM and TO.

What differs is content: a change that was taken back affects nothing. Exits
with 0 also where no service is affected, and with 3 where it cannot be told
of one, as where a pattern of it matches nothing in either of the two: it is
named apart, on standard error or under `unknown` in JSON."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    grammar.add_argument("old", metavar="FROM", help="the older commit, tag or branch")
    grammar.add_argument("new", metavar="TO", nargs="?", default="HEAD", help="the newer one [HEAD]")
    fleet_arguments(grammar)
    add = grammar.add_argument_group("what to write").add_argument
    add("--repository", metavar="NAME", help="which of several configured repositories [main, or the first]")
    add("--format", choices=list(_WRITERS), default="text", help="how to write it [text]")


def run(options: Options) -> int:
    """Compare, and write what differs."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    name = options.repository or fleet.config.default_repository
    if name not in fleet.config.repositories:
        raise UsageError(f"no repository {name!r}{meant(name, list(fleet.config.repositories))}")
    opened, names = fleet.repository(name), [options.old, options.new]
    commits = opened.revisions(names)
    found = affected(fleet.config.targets, opened, name, *commits)
    answer = _WRITERS[options.format](found, options.old, options.new)
    emit(answer)
    untold = [(one.service, one.problem) for one in found if one.problem]
    for service, problem in untold if options.format != "json" else ():
        aside(safe(f"{service}: {problem.message}; {problem.hint}"))
    if untold:
        return exits.UNKNOWN
    if not fleet.config.repositories[name].url:  # that one lies where the environment says
        basis = again.Basis(
            options.config, options.repo, str(fleet.path), fleet.text, opened.path, names, commits
        )
        again.keep(fleet.cache, options.typed, answer, basis)
    return exits.FINE


def _text(found: Sequence[Affected], old: str, new: str) -> str:
    if not found:
        return f"No service differs between {safe(old)} and {safe(new)}.\n"
    widest = max(len(one.service) for one in found)
    return inert("".join(f"{one.service:<{widest}}  {_paths(one)}\n" for one in found))


def _paths(one: Affected) -> str:
    if one.problem:
        return f"unknown ({one.problem.code.value})"
    more = f" and {len(one.paths) - 1} more" if len(one.paths) > 1 else ""
    return safe(one.paths[0]) + more


def _json(found: Sequence[Affected], old: str, new: str) -> str:
    services = [{"service": one.service, "paths": list(one.paths)} for one in found if not one.problem]
    unknown = [
        {"service": one.service, "reason_code": why.code.value, "reason": why.message, "hint": why.hint}
        for one in found
        if (why := one.problem)
    ]
    document = {"schema_version": 1, "from": old, "to": new, "services": services, "unknown": unknown}
    return json_text(document)


def _names(found: Sequence[Affected], _old: str, _new: str) -> str:
    return "".join(f"{one.service}\n" for one in found if not one.problem)


def _matrix(found: Sequence[Affected], _old: str, _new: str) -> str:
    import json

    include = [{"service": one.service} for one in found if not one.problem]
    return json.dumps({"include": include}) + "\n"


_WRITERS = {"text": _text, "json": _json, "names": _names, "github-matrix": _matrix}
