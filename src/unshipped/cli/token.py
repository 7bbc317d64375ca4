"""`unshipped token`: tokens for the interface."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import clock, moment
from unshipped.cli.output import emit
from unshipped.cli.person import lasting
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.errors import UsageError
from unshipped.web.access import OWNER, SERVICE, Scope
from unshipped.web.tokens import Token, digest_of, read_tokens, written

HELP = """Make a token for the interface, list those of a file, or revoke one.

What is kept of a token is its name, its scopes, its end and a digest. The token itself is printed once, and
nowhere kept. A running server takes note of the file as it is."""


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    add = grammar.add_argument
    add("action", choices=["create", "list", "revoke"], help="what to do")
    add("name", nargs="?", default="", metavar="NAME", help="whose it is")
    add("--file", type=Path, required=True, metavar="FILE", help="the file of `unshipped serve --tokens`")
    scopes = [scope.value for scope in Scope]
    add("--scope", dest="scopes", action="append", choices=scopes, help="what it may do [read]")
    add(
        "--owner",
        dest="owners",
        action="append",
        default=[],
        metavar="NAME",
        help="only to services of this owner (may be repeated) [default: to all]",
    )
    add(
        "--service",
        dest="services",
        action="append",
        default=[],
        metavar="GLOB",
        help="only to this service, or to these (may be repeated)",
    )
    add(
        "--for", dest="lasts", type=lasting, default=timedelta(days=90), metavar="TIME", help="how long [90d]"
    )
    add("--now", metavar="TIME", type=moment, help="when it is made [default: the clock]")


def run(options: Options) -> int:
    """Make one, list them, or take one out."""
    if options.action == "list":
        known = [_line(one) for one in read_tokens(options.file)]
        emit("\n".join(known or ["There is no token."]) + "\n")
        return 0
    if not options.name:
        raise UsageError(f"which one? name it: unshipped token {options.action} NAME")
    known_tokens = read_tokens(options.file) if options.file.exists() else []
    if options.action == "revoke":
        left = [one for one in known_tokens if one.name != options.name]
        if len(left) == len(known_tokens):
            raise UsageError(f"no token {options.name!r} is there", "unshipped token list")
        _keep(options.file, left)
        emit(f"revoked: {safe(options.name)}\n")
        return 0
    if any(one.name == options.name for one in known_tokens):
        raise UsageError(f"there is a token {options.name!r} already", "revoke it first, or name another")
    secret = secrets.token_urlsafe(32)
    scopes = frozenset(Scope(name) for name in options.scopes or ["read"])
    to = {*map(OWNER.__add__, options.owners), *map(SERVICE.__add__, options.services)}
    made = Token(options.name, digest_of(secret), scopes, clock(options.now) + options.lasts, frozenset(to))
    _keep(options.file, [*known_tokens, made])
    emit(secret + "\n")
    return 0


def _keep(path: Path, tokens: Iterable[Token]) -> None:
    """Write the file, whole or not at all; nobody else may read one that is new."""
    if not path.exists():
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    emit(written(tokens), path)


def _line(one: Token) -> str:
    scopes = ", ".join(sorted(scope.value for scope in one.scopes))
    owned = f" to {', '.join(sorted(one.to))}" if one.to else ""
    return f"{safe(one.name)}: {scopes}{safe(owned)}, until {words.moment(one.until)}"
