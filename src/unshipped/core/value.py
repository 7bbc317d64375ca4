"""What every value of this program is: a tuple whose places have names, and which nobody can change.

To readers and type checkers it is `typing.NamedTuple`, and it does what that does. Only its classes are made
in a fifth of the time: a check loads some seventy, and to make those took as long as git took to answer
(`docs/decisions/0007-argparse.md`).
"""

from __future__ import annotations

from collections import namedtuple
from functools import cache
from types import FunctionType

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any
    from typing import NamedTuple as Value  # noqa: TID251 - what a type checker takes it for

__all__ = ["Value"]


class _Declared(type):
    """Turns the annotations of a class into the places of a tuple."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> _Declared:
        made = super().__new__(cls, name, bases, body | {"__slots__": ()})
        fields = tuple(made.__annotations__)
        defaults = {field: body[field] for field in fields if field in body}
        plain = _plain(len(fields))
        takes = plain.__new__
        code = takes.__code__.replace(co_varnames=("cls", *fields), co_qualname=f"{name}.__new__")
        new = FunctionType(code, takes.__globals__, "__new__", tuple(defaults.values()))
        known = {"__new__": new, "__match_args__": fields, "_fields": fields, "_field_defaults": defaults}
        # The places of a named tuple are read in half the time that a `property` takes.
        places = dict(zip(fields, map(vars(plain).__getitem__, plain._fields), strict=True))
        for attribute, value in (known | places).items():
            setattr(made, attribute, value)
        return made


@cache
def _plain(count: int) -> Any:
    """The named tuple with so many places: made once, and its parts named anew for each class."""
    return namedtuple("_", [f"field{place}" for place in range(count)])  # noqa: PYI024 - it is no value


if not TYPE_CHECKING:

    class Value(tuple, metaclass=_Declared):  # noqa: SLOT001 - whatever is declared has none
        """A class of this has a line `name: type` for each field, or `name: type = default`."""

        def _replace(self, **named: Any) -> Value:
            return type(self)(**(self._asdict() | named))

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            told = ", ".join(f"{field}={value!r}" for field, value in self._asdict().items())
            return f"{type(self).__name__}({told})"

        def __getnewargs__(self) -> tuple[Any, ...]:  # how a copy and a pickle are made
            return tuple(self)
