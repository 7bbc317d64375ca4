"""Declared against live: what a target should be set to, and what it is set to.

The value of a variable may be a secret: no message and no representation shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from unshipped.core.model import Remark, Sign, Signal
from unshipped.core.texts.foreign import shown
from unshipped.core.texts.listing import some
from unshipped.core.value import Value

VARIABLE, LABEL, IMAGE = "variable", "label", "image"
MIN_INSTANCES, MAX_INSTANCES = "min_instances", "max_instances"
OBJECT = "object"
"""What lies beside the code, such as a model: it is asked for where it lies, not where the target runs."""

_NAMED = 3
"""How many parts are named that are set alike."""


class Expectation(Value):
    """One thing that was declared: a variable or a label by its name, or what there is only one of."""

    kind: str
    name: str = ""
    value: str | None = None
    """None where any value will do."""
    present: bool = True
    place: str = ""
    """Of an object: its address."""
    measure: str = ""
    """Of an object: by what it is known, such as its `etag`."""
    headers: Mapping[str, object] = {}
    """Of an object at a web address: what is sent to ask for it, as it stands in the configuration."""


class Settings(Value):
    """What one part of a target is set to. None is what its source cannot see."""

    part: str
    variables: Mapping[str, str | None] | None = None
    """By name; None as a value is one that is kept elsewhere, as in a store of secrets."""
    labels: Mapping[str, str] | None = None
    image: str | None = None
    min_instances: int | None = None
    max_instances: int | None = None
    open: bool = False
    """Whether there may be variables beside these, from a file or from another object."""

    def __repr__(self) -> str:
        return f"Settings({self.part!r}, …)"


_Found = tuple[Sign, str]


def differences(
    expected: Iterable[Expectation], read: Sequence[tuple[str, Sequence[Settings]]]
) -> tuple[Remark, ...]:
    """What is set otherwise than it was declared, or cannot be told, by what each source read."""
    expected = tuple(expected)
    settings = [(source, one) for source, several in read for one in several]
    if expected and not settings:
        sources = " and ".join(dict.fromkeys(source for source, _ in read)) or "no source"
        message = f"settings are declared, and what they are was not read by source {sources}"
        return (Remark(Sign.SETTING_UNKNOWN, message),)
    parts: dict[_Found, list[str]] = {}
    for expectation in expected:
        for source, one in settings:
            if found := _compared(expectation, one, source):
                parts.setdefault(found, []).append(shown(one.part))
    return tuple(
        Remark(sign, f"{some([*dict.fromkeys(names)], _NAMED)}: {said}")
        for (sign, said), names in parts.items()
    )


def of_object(expected: Expectation, said: Signal) -> Remark | None:
    """What is to be said of an object, by what was heard of it; None where it is the declared one."""
    what = f"object {shown(expected.name)}"
    if said.problem:
        return Remark(Sign.SETTING_UNKNOWN, f"{what} cannot be read: {said.problem.message}")
    found, wanted = said.revisions[0].text, expected.value or ""
    if found == wanted or (expected.measure == "commit" and len(wanted) >= 7 and found.startswith(wanted)):
        return None
    differs = f"{what} is {expected.measure} {shown(found)}, declared is {shown(wanted)}"
    return Remark(Sign.SETTING_DIFFERS, differs)


def _compared(expected: Expectation, found: Settings, source: str) -> _Found | None:
    """What is to be said of one declared thing; None where it is as declared."""
    what = f"{expected.kind} {shown(expected.name)}".rstrip()
    if expected.kind == VARIABLE and found.variables is not None:
        return _variable(expected, found.variables, what, complete=not found.open)
    if expected.kind == LABEL and found.labels is not None:
        return _label(expected, found.labels, what)
    if expected.kind == IMAGE and found.image is not None:
        return None if _fits(found.image, expected.value or "*") else _otherwise(what, found.image, expected)
    if expected.kind in (MIN_INSTANCES, MAX_INSTANCES):
        number = getattr(found, expected.kind)
        if number is not None:
            return None if str(number) == expected.value else _otherwise(what, str(number), expected)
    return Sign.SETTING_UNKNOWN, f"{what} cannot be read by source {source}"


def _variable(
    expected: Expectation, found: Mapping[str, str | None], what: str, *, complete: bool
) -> _Found | None:
    if expected.name not in found and not complete:
        return Sign.SETTING_UNKNOWN, f"{what} may come from a file or another object, which are not read"
    if wrong := _presence(expected, found, what):
        return wrong
    if expected.value is None or found.get(expected.name) == expected.value:
        return None
    if found[expected.name] is None:
        return Sign.SETTING_UNKNOWN, f"{what} has a value that is kept elsewhere, which is not read"
    return Sign.SETTING_DIFFERS, f"{what} is not what was declared"


def _label(expected: Expectation, found: Mapping[str, str], what: str) -> _Found | None:
    if wrong := _presence(expected, found, what):
        return wrong
    if expected.value is None or found.get(expected.name) == expected.value:
        return None
    return _otherwise(what, found[expected.name], expected)


def _presence(expected: Expectation, found: Mapping[str, str | None], what: str) -> _Found | None:
    if (expected.name in found) == expected.present:
        return None
    return Sign.SETTING_DIFFERS, f"{what} {'is missing' if expected.present else 'is set, and must not be'}"


def _fits(text: str, pattern: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None


def _otherwise(what: str, found: str, expected: Expectation) -> _Found:
    return Sign.SETTING_DIFFERS, f"{what} is {shown(found)}, declared is {shown(expected.value or '')}"
