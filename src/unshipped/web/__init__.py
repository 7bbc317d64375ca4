"""The door for other programs and for browsers. It translates, and holds no rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unshipped.web.access import Everybody, Scope
    from unshipped.web.mounting import deployment_status

__all__ = ["Everybody", "Scope", "deployment_status"]
_PLACES = {"Everybody": "access", "Scope": "access", "deployment_status": "mounting"}


def __getattr__(name: str) -> object:
    """Loaded when it is first asked for: who wants one part of this room does not pay for all of it."""
    if name not in _PLACES:
        raise AttributeError(name)
    from importlib import import_module  # noqa: PLC0415 - as above

    return getattr(import_module(f"unshipped.web.{_PLACES[name]}"), name)
