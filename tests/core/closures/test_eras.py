"""A landing counts by what a closure was with it or just before it, or by what both ends hold."""

from __future__ import annotations

import random

from unshipped.core.closures.eras import Eras
from unshipped.core.model import Closure, Era, Question

CHAIN = ["tip", "four", "three", "two", "one", "root"]
PATHS = ("a", "b", "c")
BESIDE = "a commit that is not on the chain"

Course = tuple[list[set[str]], str]
"""What a closure holds with each commit of the chain, and the commit that serves."""


def some_paths(rng: random.Random) -> set[str]:
    return set(rng.sample(PATHS, rng.randint(1, 2)))


def some_course(rng: random.Random) -> Course:
    holds = [some_paths(rng)]
    while len(holds) < len(CHAIN):
        holds.append(some_paths(rng) if rng.random() < 0.4 else holds[-1])
    return holds, rng.choice([*CHAIN, BESIDE])


def asked(course: Course) -> Question:
    holds, deployed = course
    starts = [0] + [at for at in range(1, len(CHAIN)) if holds[at] != holds[at - 1]]
    eras = [Era(CHAIN[at], Closure(tuple(sorted(holds[at])))) for at in starts]
    return Question(Closure(PATHS), deployed, tuple(eras) if len(eras) > 1 else ())


def counts(course: Course, chain: list[str], place: int, touched: set[str]) -> bool:
    holds, deployed = course
    around = holds[place] | holds[place + 1]
    ends = holds[0] & holds[CHAIN.index(deployed)] if deployed in chain else set()
    return bool(touched & (around | ends)) or all(one == holds[0] for one in holds[: len(chain)])


def test_a_landing_counts_by_what_the_closure_was_then() -> None:
    rng = random.Random(20260205)
    for _ in range(500):
        several = [some_course(rng) for _ in range(rng.randint(1, 4))]
        chain = CHAIN[: rng.randint(2, len(CHAIN))]  # eras may go on where nobody asks any further
        touched, mask = some_paths(rng), rng.randrange(16)
        eras = Eras([asked(course) for course in several], chain)
        for place in range(len(chain) - 1):
            gone = [at for at, course in enumerate(several) if not counts(course, chain, place, touched)]
            found = eras.counted(place, [path.encode() for path in sorted(touched)], mask)
            assert found == mask & ~sum(1 << at for at in gone), (several, chain, place, touched)


def test_a_question_whose_closure_changed_is_named_by_its_bit() -> None:
    same, changed = ([{"a"}] * 6, "one"), ([{"a"}] * 5 + [{"b"}], "one")
    assert Eras([asked(same), asked(changed), asked(same), asked(changed)], CHAIN).changing == 0b1010
    assert Eras([asked(same)], CHAIN).changing == 0
