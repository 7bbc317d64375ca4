"""What every test shares: an environment without the person who runs it."""

from __future__ import annotations

import os

import pytest

KEPT = {"UNSHIPPED_TRIPLES", "UNSHIPPED_SEED", "UNSHIPPED_COMMAND"}
"""How much to test, from where, and which command: settings of the tests, not of the product."""


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of git, no settings file of git and no setting of the product reaches a test."""
    for name in list(os.environ):
        if name.startswith("GIT_") or (name.startswith("UNSHIPPED_") and name not in KEPT):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
