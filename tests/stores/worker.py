"""One of several processes that use the same log. It is told what to do, with which log, and how often."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from tests.stores.values import at, delivery, incident, notice, round_of, seen, step, stood, told
from unshipped.core.watching import Entries
from unshipped.errors import StoreError
from unshipped.stores.opening import open_file, open_url
from unshipped.stores.sql import SqlStore


def opened(address: str) -> SqlStore:
    """The log of that address: a URL, or a path."""
    return open_url(address) if "://" in address else open_file(Path(address))


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def raise_it(store: SqlStore, times: str) -> None:
    """Read a number and write it back, one greater, so many times."""
    for _ in range(int(times)):
        with store.turn() as turn:
            (known,) = turn.situation([], at(0)).incidents
            turn.write(Entries(incidents=(known._replace(steps=known.steps + 1),)))


def say_it(store: SqlStore, by: str) -> None:
    """Say every notice that there is."""
    while claims := store.claim(by, at(0), lease=600, most=3):
        for one in claims:
            say(one.notice.id)
            assert store.record(one, delivery(one))


def finish_it(store: SqlStore, times: str) -> None:
    """Finish the rounds of so many moments, those that nobody else finished."""
    for number in range(int(times)):
        try:
            with store.turn() as turn:
                turn.finish(round_of(number))
            say(number)
        except StoreError:
            continue


def write_on(store: SqlStore, begin: str) -> None:
    """Write one round after the other, with all that belongs to it, and say each that is written."""
    say("ready")
    for number in count(int(begin)):
        name, service = f"i{number}", f"s{number}"
        with store.turn() as turn:
            turn.finish(round_of(number))
            turn.write(
                Entries(
                    standings=tuple(stood(seen(f"{service}-{part}", number)) for part in range(20)),
                    incidents=(incident(name, service, number),),
                    transitions=(step(name, 1, number),),
                    notices=(notice(f"n{number}", group=name, told=(told(name),)),),
                )
            )
        say(number)


def main() -> None:
    """What the process does."""
    _, what, address, *rest = sys.argv
    globals()[what](opened(address), *rest)
