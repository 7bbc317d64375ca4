"""`unshipped token`: make a token for the interface."""

from __future__ import annotations

import os
import secrets
from argparse import ArgumentParser, Namespace
from datetime import timedelta
from pathlib import Path

from unshipped.cli.options import clock, moment
from unshipped.cli.output import emit
from unshipped.cli.person import lasting
from unshipped.cli.terminal import safe
from unshipped.core import words
from unshipped.errors import UsageError
from unshipped.web.access import Scope, Token, digest_of, read_tokens, written

HELP = """Make a token for the interface, and add what is kept of it to a file: its name, its scopes, its end
and a digest. The token itself is printed once, and nowhere kept. Without a name: list those of the file."""


def arguments(parser: ArgumentParser) -> None:
    """The options of the command."""
    add = parser.add_argument
    add("name", nargs="?", metavar="NAME", help="whose it is")
    add("--file", type=Path, required=True, metavar="FILE", help="the file of `unshipped serve --tokens`")
    scopes = [scope.value for scope in Scope]
    add("--scope", dest="scopes", action="append", choices=scopes, help="what it may do [read]")
    add(
        "--for", dest="lasts", type=lasting, default=timedelta(days=90), metavar="TIME", help="how long [90d]"
    )
    add("--now", metavar="TIME", type=moment, help="when it is made [default: the clock]")


def run(options: Namespace) -> int:
    """Make one, or list them."""
    if options.name is None:
        known = [_line(one) for one in read_tokens(options.file)]
        emit("\n".join(known or ["There is no token."]) + "\n")
        return 0
    secret = secrets.token_urlsafe(32)
    scopes = frozenset(Scope(name) for name in options.scopes or ["read"])
    token = Token(options.name, digest_of(secret), scopes, clock(options.now) + options.lasts)
    try:
        handle = os.open(options.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(written(token))
    except OSError as error:
        raise UsageError(f"{options.file} cannot be written: {error.strerror}") from None
    emit(secret + "\n")
    return 0


def _line(one: Token) -> str:
    scopes = ", ".join(sorted(scope.value for scope in one.scopes))
    return f"{safe(one.name)}: {scopes}, until {words.moment(one.until)}"
