"""What a step prints: masked, bounded, and kept although the log is busy."""

from __future__ import annotations

from tests.support.crew import World
from unshipped.app.take_up import take_up
from unshipped.app.teller import MOST, Teller


def kept(tmp_path, lines, **crew) -> str:
    world = World(tmp_path)
    world.ask("api", world.land("api/app.py"))
    [rollout] = take_up(world.crew())
    teller = Teller(world.crew()._replace(**crew), rollout, 1, lambda: False, lambda: 0.0)
    for line in lines:
        teller.say(line)
    teller.close()
    return "".join(one.text for one in world.book.output(rollout))


def test_every_line_is_kept_with_secrets_masked(tmp_path):
    assert kept(tmp_path, ["building", "with hunter2!\n"], secrets=("hunter2",)) == "building\nwith ***!\n"


def test_who_watches_sees_the_same(tmp_path):
    seen: list[str] = []
    kept(tmp_path, ["hunter2"], secrets=("hunter2",), echo=lambda *said: seen.append(said[2]))
    assert seen == ["***\n"]


def test_of_endless_output_the_beginning_and_the_end_are_kept(tmp_path):
    text = kept(tmp_path, (f"line {number:09}" for number in range(100_000)))
    assert len(text) < 2 * MOST
    assert text.startswith("line 000000000\n") and text.endswith("line 000099999\n")
    assert "characters are left out …" in text


def test_a_line_without_end_is_cut(tmp_path):
    assert len(kept(tmp_path, ["x" * 10_000_000])) < 5_000


def test_what_was_said_last_is_kept_although_nothing_follows(tmp_path):
    world, seconds = World(tmp_path), iter((0.0, 0.1, 0.2, 0.9, 0.9))
    world.ask("api", world.land("api/app.py"))
    [rollout] = take_up(world.crew())
    teller = Teller(world.crew(), rollout, 1, lambda: False, lambda: next(seconds))
    teller.say("this takes an hour")
    teller.cancelled()
    assert world.book.output(rollout) == []
    teller.cancelled()
    assert [one.text for one in world.book.output(rollout)] == ["this takes an hour\n"]
