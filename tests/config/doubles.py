"""Kinds of source for the tests of this room, which knows none itself; and the shortest ways to load."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent
from typing import Literal

import pytest

from unshipped.config import Config, load
from unshipped.core.model import Target
from unshipped.errors import ConfigError
from unshipped.secrets import Reference


@dataclass(frozen=True, kw_only=True)
class Static:
    """A commit that is written down."""

    commit: str | Reference
    """The commit id."""


@dataclass(frozen=True, kw_only=True)
class Http:
    """An address that says which commit serves."""

    url: str
    """The address to ask."""
    headers: dict[str, str | Reference] = field(default_factory=dict)
    """Headers to send."""
    timeout: float = 5.0
    """Seconds to wait."""
    retries: int = 0
    """How often to ask again."""
    method: Literal["GET", "HEAD"] = "GET"
    """How to ask."""
    follow: bool = True
    """Whether to follow redirects."""

    def __post_init__(self) -> None:
        if "Authorization" in self.headers and isinstance(self.headers["Authorization"], str):
            raise ValueError("the header Authorization carries a secret: write {env: NAME} or {file: PATH}")


@dataclass(frozen=True, kw_only=True)
class Command:
    """A program that prints a commit."""

    command: tuple[str, ...]
    """The program and its arguments."""
    token: Reference | None = None
    """What it is given on standard input."""
    context: dict[str, object] = field(default_factory=dict)
    """Whatever it is to know."""


KINDS: dict[str, type] = {"static": Static, "http": Http, "command": Command}


def config(text: str | bytes) -> Config:
    """The configuration of an indented text."""
    return load(dedent(text) if isinstance(text, str) else text, "unshipped.yaml", KINDS)


def targets(text: str) -> dict[str, Target]:
    """The targets of an indented text, by name."""
    return {target.name: target for target in config(text).targets}


def problems(text: str | bytes) -> str:
    """Everything that is wrong with a text, one problem a line."""
    with pytest.raises(ConfigError) as caught:
        config(text)
    return str(caught.value)
