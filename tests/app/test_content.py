"""What the files that run prove of a commit."""

from __future__ import annotations

import pytest

from tests.support.fakes import FakeRepository
from unshipped.app.content import judged, proven
from unshipped.core.content import Files
from unshipped.core.model import Closure, Code, Problem, Remark, Revision, Sign, Signal

A, B = "a1" * 20, "b2" * 20
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


def test_where_some_that_run_could_not_be_read_nothing_is_proven():
    told = judged(Files({"main.py": "1"}, left_out=2), {"main.py": "1", "README.md": "2"}, A)
    assert told == Remark(UNKNOWN, "2 files of those that run could not be read")
    differs = judged(Files({"main.py": "9"}, left_out=2), {"main.py": "1"}, A)
    assert isinstance(differs, Problem), "what was read is not the commit's, whatever was not"


def test_ids_of_another_kind_say_nothing_of_the_files():
    """A repository of SHA-256, and a helper that computed SHA-1."""
    found = sign({"main.py": "1" * 40}, {"main.py": "1" * 64})
    assert found == (
        UNKNOWN,
        "the ids of the files that run are of another kind than those of the repository",
    )


COMMITTED = {"api/main.py": "1"}


def held(running: dict[str, str], *revisions: Revision) -> Signal:
    """What a source says, held against the files of `A`, after the remark that it came with."""
    signal = Signal("http", revisions, remarks=(Remark(Sign.UNHEALTHY, "ill"),), files=Files(running))
    repository = FakeRepository(trees={A: COMMITTED})
    return proven(signal, {"aaaaaaa": A, "bbbbbbb": B}, Closure(("api",)), repository)


@pytest.mark.parametrize(("running", "weak"), [({"main.py": "1"}, False), ({"other.rb": "2"}, True)])
def test_a_weak_word_is_strong_once_the_files_bear_it_out_and_only_then(running: dict[str, str], weak: bool):
    found = held(running, Revision("aaaaaaa", weak=True))
    assert [one.weak for one in found.revisions] == [weak]
    assert [one.sign for one in found.remarks] == [Sign.UNHEALTHY, UNKNOWN if weak else SAME]


def test_the_files_of_one_place_prove_nothing_where_several_commits_serve():
    found = held({"main.py": "9"}, Revision("aaaaaaa", 0.5, weak=True), Revision("bbbbbbb", 0.5, weak=True))
    assert (found.problem, [one.weak for one in found.revisions]) == (None, [True, True])
    assert [one.sign for one in found.remarks] == [Sign.UNHEALTHY]


def test_what_has_no_traffic_is_not_among_what_serves():
    found = held({"main.py": "9"}, Revision("aaaaaaa"), Revision("bbbbbbb", 0.0))
    assert found.problem and found.problem.code is Code.CONTENT_DIFFERS
