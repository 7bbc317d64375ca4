"""Receivers as objects: what a file declares of them, and what people are called there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from unshipped import notifiers
from unshipped.config.values import Telling
from unshipped.core.people import reachable
from unshipped.errors import NotifyError, UsageError
from unshipped.ports.telling import Notifier, Traits

Authors = Callable[[], Iterable[tuple[str, str]]]
"""(name, address) of whoever made the commits of the fleet."""


def receiver(telling: Telling, name: str, authors: Authors = tuple) -> Notifier:
    """The receiver of that name. Raises `UsageError` where none is declared, or it cannot be loaded."""
    if name not in telling.receivers:
        known = f"the receivers are {', '.join(telling.receivers)}"
        raise UsageError(f"no receiver {name!r}", known if telling.receivers else "see `receivers:`")
    spec = telling.receivers[name]
    kind: Any = notifiers.kind(spec.kind)
    options: dict[str, Any] = dict(spec.options)
    where = Traits.of(kind).handles
    if where and "people" not in options:
        options["people"] = {who: called[where] for who, called in telling.people.items() if where in called}
    if domains := options.get("authors"):
        written = {who.casefold(): called for who, called in options.get("people", {}).items()}
        options["people"] = reachable(authors(), domains) | written
    try:
        made: Notifier = kind(**options)
    except ValueError as error:  # a package of another version wants other settings
        raise NotifyError(f"receiver {name} cannot be made: {error}", final=True) from None
    return made


def example(kind: str) -> Notifier:
    """One of that kind with made-up settings, to look at what it would say. Raises `UsageError`."""
    found: Any = notifiers.kind(kind)
    made: Notifier = found(**found.EXAMPLE)
    return made
