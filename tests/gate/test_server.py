"""A program asks a server: what it says counts, and whatever it does the deadline holds."""

from __future__ import annotations

import asyncio
import inspect
import logging
import pickle
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from tests.gate.places import HOUSE, TOKEN, answering, now, record, serving, standing
from unshipped.core.gating import Answer, Bypass, Mode
from unshipped.gate import (
    DeploymentDriftError,
    Where,
    asking,
    check_deployment_drift,
    check_deployment_drift_async,
    check_own_drift,
    deployment_gate,
)

SLACK = 2
"""What a very busy machine adds to a deadline."""


def where(server: str) -> Where:
    return Where(server, TOKEN, deadline=5.0)


def test_a_coordinator_creates_no_batches_when_the_worker_is_more_than_three_commits_behind():
    created = []

    def create_batches(server: str) -> None:
        check_deployment_drift("worker", max_behind=3, where=where(server))
        created.append("batch")

    with serving(record(standing(behind=4))) as server, pytest.raises(DeploymentDriftError) as raised:
        create_batches(server)
    assert created == []
    assert str(raised.value) == "worker says block: worker: 4 commits behind (at most 3)"
    with serving(record(standing(behind=3))) as server:
        create_batches(server)
    assert created == ["batch"]


def test_a_skipped_check_passes_is_recorded_and_announced(caplog):
    kept = record(standing())
    with serving(kept) as server, caplog.at_level(logging.WARNING, "unshipped.gate"):
        decision = check_deployment_drift(
            "worker", max_behind=3, skip=True, reason="the fix is\nin here", by="Ana", where=where(server)
        )
    [bypass] = kept.given.values()
    assert (decision.answer, decision.would, decision.bypass) == ("allow", "block", bypass.id)
    assert (bypass.by, bypass.reason, bypass.service) == ("Ana", "the fix is in here", "worker")
    assert (bypass.until - bypass.since).total_seconds() == 4 * 3600
    assert [notice.receiver for notice in kept.notices] == ["chat"]
    assert "let through by Ana" in caplog.text


@pytest.mark.parametrize("reason", ["", "  \n ", None])
def test_a_check_is_not_skipped_without_a_reason(reason):
    kept = record(standing())
    with serving(kept) as server, pytest.raises(DeploymentDriftError, match="not skipped: a bypass needs"):
        check_deployment_drift(
            "worker", max_behind=3, skip=True, reason=reason, by="Ana", where=where(server)
        )
    assert kept.given == {}


def test_a_reason_of_ten_thousand_characters_is_cut():
    kept = record(standing())
    with serving(kept) as server:
        check_deployment_drift(
            "worker", max_behind=3, skip=True, reason="x\x1b[2J" * 5000, by="Ana", where=where(server)
        )
    [bypass] = kept.given.values()
    assert len(bypass.reason) == 1000
    assert bypass.reason.isprintable()


def test_a_declared_gate_is_asked_by_its_name():
    with serving(record(standing())) as server, pytest.raises(DeploymentDriftError) as raised:
        check_deployment_drift(gate="batches", where=where(server))
    assert raised.value.decision.gate == "batches"


def test_every_answer_is_written_down_with_who_asked():
    kept = record(standing(behind=0))
    with serving(kept) as server:
        check_deployment_drift("worker", by="batches.py", where=where(server))
    assert [one.asked_by for one in kept.asked] == ["batches.py"]


def test_a_gate_that_only_observes_lets_pass_and_says_so():
    with serving(record(standing())) as server:
        decision = check_deployment_drift("worker", max_behind=3, mode="observe", where=where(server))
    assert (decision.answer, decision.would) == ("allow", "block")


def test_a_rollback_is_never_stopped():
    with serving(record(standing())) as server:
        found = check_deployment_drift("worker", max_behind=0, purpose="rollback", where=where(server))
    assert found.answer == "allow"


def test_an_error_survives_being_sent_to_another_process():
    with serving(record(standing())) as server, pytest.raises(DeploymentDriftError) as raised:
        check_deployment_drift("worker", max_behind=3, where=where(server))
    again = pickle.loads(pickle.dumps(raised.value))
    assert again.decision == raised.value.decision


# ---------------------------------------------------------------- three ways to ask


def test_work_behind_a_gate_as_a_decorator_and_as_a_context():
    @deployment_gate("worker", max_behind=3, where=Where("http://127.0.0.1:9", deadline=1.0))
    def unreachable() -> str:
        return "done"

    assert unreachable() == "done"  # nobody answered: `warn`
    with serving(record(standing())) as server:
        behind = deployment_gate("worker", max_behind=3, where=where(server))

        @behind
        def create() -> None:
            raise AssertionError("it ran")

        with pytest.raises(DeploymentDriftError):
            create()
        with pytest.raises(DeploymentDriftError), behind:
            raise AssertionError("it ran")


def test_the_same_while_other_tasks_go_on():
    with serving(record(standing()), before=lambda: time.sleep(0.2)) as server:

        @deployment_gate("worker", max_behind=3, where=where(server))
        async def create() -> None:
            raise AssertionError("it ran")

        async def both() -> int:
            turns = 0

            async def other() -> None:
                nonlocal turns
                while True:
                    turns += 1
                    await asyncio.sleep(0.005)

            beside = asyncio.create_task(other())
            with pytest.raises(DeploymentDriftError):
                await create()
            async with deployment_gate("worker", where=where(server)) as decision:
                assert decision.answer == "allow"
            beside.cancel()
            return turns

        assert asyncio.run(both()) > 10


def test_what_a_coroutine_yields_is_behind_the_gate_while_other_tasks_go_on():
    began = []
    with serving(record(standing()), before=lambda: time.sleep(0.3)) as server:

        @deployment_gate("worker", max_behind=3, where=where(server))
        async def batches() -> AsyncIterator[str]:
            began.append("a batch")
            yield "a batch"

        async def main() -> int:
            turns, asked = 0, asyncio.ensure_future(anext(aiter(batches())))
            while not asked.done():
                await asyncio.sleep(0.005)
                turns += 1
            with pytest.raises(DeploymentDriftError):
                await asked
            return turns

        assert asyncio.run(main()) > 10
    assert began == []


def test_a_generator_behind_a_gate_hears_all_that_it_is_sent():
    heard: list[object] = []

    @deployment_gate("worker", mode="off")
    async def talk(first: str) -> AsyncGenerator[str, str]:
        try:
            heard.append((yield first))
            try:
                yield "second"
            except ValueError as error:
                heard.append(str(error))
            yield "third"
        finally:
            heard.append("closed")

    async def main() -> None:
        one = talk("first")
        assert [await anext(one), await one.asend("sent")] == ["first", "second"]
        assert await one.athrow(ValueError("thrown")) == "third"
        await one.aclose()
        assert heard == ["sent", "thrown", "closed"]
        assert [each async for each in talk("first")] == ["first", "second", "third"]
        with pytest.raises(KeyError, match="mine"):
            async with asynccontextmanager(talk)("first"):
                raise KeyError("mine")

    asyncio.run(main())
    assert inspect.isasyncgenfunction(talk) and heard[-1] == "closed"


# ---------------------------------------------------------------- at the start


@pytest.mark.parametrize(
    ("commit", "answer", "why"),
    [
        ("a" * 12, "block", "4 commits behind"),
        ("b" * 40, "warn", "the verdict is on aaaaaaaaaaaa, and this is bbbbbbbbbbbb"),
        ("", "warn", "which commit this is cannot be told"),
    ],
)
def test_a_service_that_is_stale_itself_does_not_start(monkeypatch, commit, answer, why):
    monkeypatch.setenv("UNSHIPPED_SERVICE", "worker")
    monkeypatch.setenv("GIT_COMMIT", commit)
    with serving(record(standing())) as server:
        try:
            decision = check_own_drift(max_behind=3, where=where(server))
        except DeploymentDriftError as error:
            decision = error.decision
    assert decision.answer == answer
    assert why in str(decision)


def test_a_service_that_does_not_know_its_name_starts_and_says_so():
    assert "set UNSHIPPED_SERVICE" in str(check_own_drift(where=Where()))


# ---------------------------------------------------------------- what a server may do


def trickle(connection) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(200):
        connection.sendall(b"x")
        time.sleep(0.02)


def reset(connection) -> None:
    import socket
    import struct

    connection.recv(4096)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def says(text: bytes):
    def behave(connection) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + text)

    return behave


BEHAVIOURS = {
    "never answers": (lambda connection: time.sleep(3), "no answer within 0.3 s"),
    "trickles": (trickle, "no answer within 0.3 s"),
    "resets": (reset, "the server cannot be reached"),
    "hangs up": (lambda connection: connection.recv(4096), "did not speak HTTP"),
    "no HTTP": (lambda connection: connection.sendall(b"220 smtp\r\n"), "did not speak HTTP"),
    "no JSON": (says(b"<html>"), "the server's answer is no JSON"),
    "no decision": (says(b"[]"), "the answer is no decision"),
    "newer": (says(b'{"schema_version": 2}'), "the answer has version 2"),
    "a word of its own": (says(b'{"schema_version": 1, "answer": "maybe"}'), "answer is none of"),
    "deep": (says(b"[" * 100_000), "the server's answer is no JSON"),
    "endless": (says(b" " * 1_100_000), "larger than a decision can be"),
}


@pytest.mark.parametrize(("behave", "why"), BEHAVIOURS.values(), ids=BEHAVIOURS)
@pytest.mark.parametrize("rule", ["allow", "warn", "block"])
def test_whatever_a_server_does_the_rule_for_the_unknown_answers_in_time(behave, why, rule):
    with answering(behave) as server:
        there = Where(server, TOKEN)
        begun = time.monotonic()
        try:
            decision = check_deployment_drift("worker", on_unknown=rule, where=there)
        except DeploymentDriftError as error:
            decision = error.decision
        assert time.monotonic() - begun < there.deadline + SLACK
    assert decision.answer == rule
    assert why in str(decision)
    assert TOKEN not in repr(decision) + repr(there)


@pytest.mark.parametrize(
    "behave", [BEHAVIOURS["never answers"][0], trickle], ids=["never answers", "trickles"]
)
def test_the_deadline_holds_for_coroutines_too(behave):
    with answering(behave) as server:
        begun = time.monotonic()
        decision = asyncio.run(check_deployment_drift_async("worker", where=Where(server)))
        assert time.monotonic() - begun < 0.3 + SLACK
    assert decision.answer == "warn"


def test_the_deadline_holds_when_a_name_does_not_resolve(monkeypatch):
    import socket

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(3))
    begun = time.monotonic()
    decision = check_deployment_drift("worker", where=Where("http://gate.example"))
    assert time.monotonic() - begun < 0.3 + SLACK
    assert "no answer within 0.3 s" in str(decision)


def test_a_question_that_hangs_is_not_asked_again_meanwhile():
    asked = []

    def behave(connection) -> None:
        asked.append(connection)
        time.sleep(1)

    with answering(behave) as server:
        for _ in range(4):
            check_deployment_drift("worker", where=Where(server, deadline=0.05))
    assert len(asked) == 1


def test_a_wrong_token_is_told_and_not_shown():
    with serving(record(standing())) as server:
        decision = check_deployment_drift("worker", where=Where(server, "wr0ng", deadline=5.0))
    assert "the server answered 401: who are you?" in str(decision)
    assert "wr0ng" not in str(decision)


def test_a_token_ends_before_the_newline_that_its_keeper_put_behind_it():
    with serving(record(standing(behind=1))) as server:
        decision = check_deployment_drift("worker", where=Where(server, f"{TOKEN}\n", deadline=5.0))
    assert (decision.answer, decision.said_by) == ("allow", "server")


@pytest.mark.parametrize("between", ["\n", "\r\nX-Other: ", "\0", "…"])
def test_a_token_that_cannot_be_sent_is_told_and_not_shown(between, caplog):
    with serving(record(standing())) as server:
        asked = Where(server, f"s3cret{between}0ther", deadline=5.0)
        decision = check_deployment_drift("worker", where=asked)
    assert "the token holds a character that no header can carry" in str(decision)
    assert not any(word in str(decision) + caplog.text for word in ("s3cret", "0ther"))


def test_a_service_that_nobody_declared_is_unknown():
    with serving(record(standing())) as server:
        decision = check_deployment_drift("wroker", where=where(server))
    assert "the server answered 404: no service 'wroker' is declared" in str(decision)


@pytest.mark.parametrize(
    "address", ["gate.example", "ftp://gate.example", "http://", "http://[::1", "http://h:x"]
)
def test_an_address_that_is_none_is_unknown_and_no_traceback(address):
    assert check_deployment_drift("worker", where=Where(address, deadline=5.0)).answer == "warn"


def test_nobody_to_ask_is_unknown(monkeypatch):
    monkeypatch.setattr("unshipped.gate.engine.there", lambda: False)
    assert "nobody to ask" in str(check_deployment_drift("worker"))


# ---------------------------------------------------------------- what was said last


def test_what_was_said_a_moment_ago_is_not_asked_for_again():
    kept = record(standing(behind=0))
    with serving(kept) as server:
        first = check_deployment_drift("worker", where=where(server))
        second = check_deployment_drift("worker", where=where(server))
    assert len(kept.asked) == 1
    assert (second.verdict_age or 0) > (first.verdict_age or 0)


def test_what_was_said_last_counts_while_the_server_is_away(monkeypatch):
    with serving(record(standing(behind=4))) as server, pytest.raises(DeploymentDriftError):
        check_deployment_drift("worker", max_behind=3, where=where(server))
    monkeypatch.setattr("unshipped.gate.asking.KEPT_FOR", 0.0)
    with pytest.raises(DeploymentDriftError) as raised:
        check_deployment_drift("worker", max_behind=3, where=where(server))
    assert raised.value.decision.said_by == "memory"
    assert "said 0 s ago" in str(raised.value)


def test_what_was_said_last_counts_no_longer_than_a_verdict_may(monkeypatch):
    with serving(record(standing(behind=0, looked=50))) as server:
        assert check_deployment_drift("worker", max_verdict_age=51, where=where(server)).answer == "allow"
    monkeypatch.setattr("unshipped.gate.asking.KEPT_FOR", 0.0)
    later = time.monotonic() + 10
    monkeypatch.setattr("unshipped.gate.asking.monotonic", lambda: later)
    assert check_deployment_drift("worker", max_verdict_age=51, where=where(server)).answer == "warn"


@pytest.mark.parametrize(("mode", "word"), [(Mode.ENFORCE, "block"), (Mode.OBSERVE, "allow")])
def test_what_was_said_last_by_a_declared_gate_counts_as_long_as_that_says_and_then_its_rule(
    mode, word, monkeypatch
):
    guard = HOUSE.guards[0]
    rule = guard.gate._replace(mode=mode, max_verdict_age=60, on_unknown=Answer.BLOCK)
    house = HOUSE._replace(guards=(guard._replace(gate=rule),))
    monkeypatch.setattr("tests.gate.places.HOUSE", house)
    with serving(record(standing(behind=0, looked=50))) as server:
        assert check_deployment_drift(gate="batches", where=where(server)).answer == "allow"
    monkeypatch.setattr("unshipped.gate.asking.KEPT_FOR", 0.0)
    assert check_deployment_drift(gate="batches", where=where(server)).said_by == "memory"
    later = time.monotonic() + 20
    monkeypatch.setattr("unshipped.gate.asking.monotonic", lambda: later)
    try:
        found = check_deployment_drift(gate="batches", where=where(server))
    except DeploymentDriftError as error:
        found = error.decision
    assert (found.answer, found.unknown) == (word, True)


def test_what_was_said_before_somebody_was_let_through_does_not_count_after_it(monkeypatch):
    monkeypatch.setattr("unshipped.gate.asking.KEPT_FOR", 0.0)
    kept = record(standing())
    with serving(kept) as server:
        with pytest.raises(DeploymentDriftError):
            check_deployment_drift("worker", max_behind=3, where=where(server))
        given = Bypass("b1", "", "worker", "Ana", "why", now(), now() + timedelta(hours=1))
        kept.bypass(given)
        assert check_deployment_drift("worker", max_behind=3, where=where(server)).bypass == "b1"
    assert check_deployment_drift("worker", max_behind=3, where=where(server)).unknown


def test_of_many_who_were_let_through_nothing_is_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("UNSHIPPED_SPOOL", str(tmp_path))
    with serving(record(standing(behind=0))) as server:
        for _ in range(5):
            check_deployment_drift("worker", skip=True, reason="why", by="Ana", where=where(server))
    with answering(lambda connection: time.sleep(1)) as server:
        for _ in range(5):
            away = Where(server, TOKEN, deadline=0.01)
            check_deployment_drift("worker", skip=True, reason="why", by="Ana", where=away)
    assert (len(asking._answers), len(asking._flights)) == (1, 0)


def test_of_many_in_whose_name_is_asked_only_the_last_answers_are_kept(monkeypatch):
    monkeypatch.setattr("unshipped.gate.asking.MOST_KEPT", 3)
    with serving(record(standing(behind=0))) as server:
        for number in range(5):
            check_deployment_drift("worker", by=f"batch {number}", where=where(server))
    assert [key.question.by for key in asking._answers] == ["batch 2", "batch 3", "batch 4"]


def test_what_landed_after_nobody_waited_any_more_is_not_kept_on_its_way():
    with serving(record(standing(behind=0)), before=lambda: time.sleep(0.2)) as server:
        for number in range(5):
            hasty = Where(server, TOKEN, deadline=0.01)
            check_deployment_drift("worker", by=f"batch {number}", where=hasty)
        for flight in list(asking._flights.values()):
            assert flight.landed.wait(SLACK + 5)
        check_deployment_drift("worker", where=where(server))
    assert (len(asking._answers), len(asking._flights)) == (6, 0)


def test_what_somebody_was_let_through_with_is_asked_for_each_time():
    kept = record(standing())
    with serving(kept) as server:
        check_deployment_drift("worker", max_behind=3, skip=True, reason="why", by="Ana", where=where(server))
        [given] = kept.given.values()
        kept.revoke(given.id, "Ben", given.since)
        kept.given.clear()
        with pytest.raises(DeploymentDriftError):
            check_deployment_drift("worker", max_behind=3, where=where(server))


@pytest.mark.parametrize(
    "options",
    [
        {"mode": "hard"},
        {"on_unknown": "perhaps"},
        {"purpose": "fun"},
        {"max_behind": -1},
        {"max_behind": "3"},
        {"max_behind": True},
        {"max_age": "soon"},
        {"max_age": -1},
    ],
)
def test_a_mistake_of_the_program_that_asks_is_its_own_error(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        check_deployment_drift("worker", **options)


@pytest.mark.parametrize("services", [(["api", "worker"],), (None,), (7,)])
def test_services_are_named_one_by_one(services):
    with pytest.raises(ValueError, match="services are named one by one"):
        check_deployment_drift(*services)


def test_a_gate_over_a_function_names_what_it_asks_about():
    def create() -> None: ...

    forgotten: Any = deployment_gate  # its parentheses are
    with pytest.raises(ValueError, match="@deployment_gate\\('worker'\\)"):
        forgotten(create)


@pytest.mark.parametrize("there", [True, False])
def test_what_is_none_is_not_said(there):
    names = ("gate", "environment", "mode", "on_unknown", "purpose", "deploys", "by", "reason", "skip")
    unsaid: Any = dict.fromkeys(names)
    with serving(record(standing(behind=1))) as server:
        asked = where(server) if there else Where("http://127.0.0.1:9", deadline=5.0)
        answer = check_deployment_drift("worker", where=asked, **unsaid).answer
    assert answer == ("allow" if there else "warn")
