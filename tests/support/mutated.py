"""Documents that somebody else wrote, with something in them that is not of the expected shape."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.support.reading import reading
from unshipped.errors import SourceError
from unshipped.ports import Source

_ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 1e308, "", "x", "0" * 300, [], {}, [[]], [None], {"": None}, "\ud800"]
)


def places(document: Any) -> list[tuple[Any, ...]]:
    """The way to every value of a document."""
    pairs: Any = ()
    if isinstance(document, dict):
        pairs = document.items()
    elif isinstance(document, list):
        pairs = enumerate(document)
    return [(), *((key, *rest) for key, value in pairs for rest in places(value))]


@st.composite
def mutated(draw: st.DrawFn, document: Any) -> Any:
    """The document with one to three values replaced or left out."""
    made = deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(places(made)[1:] or [("",)]))
        if last == "":
            return made
        inner = made
        for step in way:
            inner = inner[step]
        if isinstance(inner, dict) and draw(st.booleans()):
            del inner[last]
        else:
            inner[last] = deepcopy(draw(_ODD))
    return made


def answers_or_says_why(source: Source) -> None:
    """Raises where a source falls over."""
    try:
        said: Any = reading(source).revisions
    except SourceError as error:
        said = error.message
    assert said
