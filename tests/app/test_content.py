"""What the files that run prove of a commit."""

from __future__ import annotations

import pytest

from unshipped.app.content import judged
from unshipped.core.content import Files
from unshipped.core.model import Problem, Sign

A = "a1" * 20
SAME, UNKNOWN = Sign.CONTENT_SAME, Sign.CONTENT_UNKNOWN


def sign(running: dict[str, str], committed: dict[str, str]) -> tuple[Sign, str]:
    verdict = judged(Files(running), committed, A)
    assert not isinstance(verdict, Problem)
    return verdict.sign, verdict.message


@pytest.mark.parametrize(
    ("running", "committed", "expected"),
    [
        # built, and what it was built by beside it
        (
            {"dist/bundle.js": "1", "package.json": "2"},
            {"web/index.ts": "3", "web/package.json": "2"},
            UNKNOWN,
        ),
        ({"api": "1", "LICENSE": "2"}, {"api/main.go": "3", "LICENSE": "2"}, UNKNOWN),
        # a program of which some is there, and some was built
        ({"dist/a.js": "1", "server.js": "2"}, {"web/a.ts": "3", "web/server.js": "2"}, SAME),
        # no program at all
        ({"prices.yaml": "1"}, {"config/prices.yaml": "1", "config/README": "2", "Dockerfile": "3"}, SAME),
    ],
)
def test_what_lies_beside_a_program_proves_nothing_of_it(
    running: dict[str, str], committed: dict[str, str], expected: Sign
):
    assert sign(running, committed)[0] is expected


def test_why_nothing_is_proven_is_said():
    found = sign({"api": "1", "go.json": "2"}, {"main.go": "3", "go.json": "2"})
    why = f"no file of {A[:12]} that a program is written in has a counterpart"
    assert found == (UNKNOWN, f"{why}; the same, byte for byte: 1 other")


def test_what_has_no_counterpart_is_said_before_what_is_not_there():
    found = sign({"vendor/main.py": "1"}, {"api/main.py": "2"})
    assert found == (UNKNOWN, f"no file that runs has a counterpart in {A[:12]}")
