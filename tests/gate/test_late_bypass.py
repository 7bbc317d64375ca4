"""A bypass that nobody could write down when it was given: left, and taken into the log with its time."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.gate.places import HOUSE, TOKEN, answering, now, record, serving, standing
from tests.support.record import FakeRecord
from unshipped.app.late import taken
from unshipped.app.verdict_file import put, verdict_file
from unshipped.errors import UsageError
from unshipped.gate import Where, asking, check_deployment_drift
from unshipped.gate.questions import bypassing_of
from unshipped.gate.spool import leave, left, send
from unshipped.gate.values import Question

ASKED: dict[str, Any] = {"max_behind": 3, "skip": True, "reason": "the fix\x1b[2J is in here", "by": "Ana"}


@pytest.fixture(autouse=True)
def spool(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("UNSHIPPED_SPOOL", str(tmp_path / "spool"))
    return tmp_path / "spool"


@pytest.fixture
def file(tmp_path: Path) -> Where:
    put(tmp_path / "verdicts.json", verdict_file([standing(behind=4)], now=now(), guards=HOUSE.guards))
    return Where(file=str(tmp_path / "verdicts.json"))


def take(spool: Path, kept: FakeRecord, later: timedelta = timedelta(0)):
    return [
        one
        for _, document in left(str(spool))
        for one in taken(document, HOUSE, kept, now() + later, ("chat",))
    ]


def test_what_a_file_cannot_take_down_is_left_and_taken_in_with_its_time(file: Where, spool: Path):
    decision = check_deployment_drift("worker", where=file, **ASKED)
    assert (decision.answer, decision.would) == ("allow", "block")
    assert "let through by Ana: the fix [2J is in here (to be recorded)" in str(decision)
    kept = record()
    [one] = take(spool, kept, timedelta(minutes=30))
    assert (one.id, one.service, one.gate, one.by) == (decision.bypass, "worker", "worker", "Ana")
    assert abs(one.since - now()) < timedelta(minutes=1)
    assert one.until - one.since == timedelta(hours=4)
    [notice] = kept.notices
    assert notice.at - one.since > timedelta(minutes=29)
    [counted] = kept.asked
    assert (counted.at, counted.found[0].bypass) == (one.since, one.id)


def test_one_that_is_over_meanwhile_is_written_down_and_lets_nobody_through(file: Where, spool: Path):
    check_deployment_drift("worker", where=file, skip_for="1h", **ASKED)
    kept, later = record(), timedelta(hours=2)
    [one] = take(spool, kept, later)
    assert one.until < now() + later
    assert kept.bypasses(now() + later) == []
    assert "(over)" in kept.notices[0].body


def test_a_clock_that_was_ahead_gives_nobody_longer(file: Where, spool: Path):
    check_deployment_drift("worker", where=file, **ASKED)
    [(_, document)] = left(str(spool))
    kept, at = record(), now()
    [one] = taken({**document, "given_at": "2999-01-01T00:00:00Z"}, HOUSE, kept, at, ())
    assert (one.since, [counted.at for counted in kept.asked]) == (at, [at])


def test_a_loop_that_nobody_looks_after_fills_no_disk(file: Where, spool: Path, monkeypatch):
    monkeypatch.setattr("unshipped.gate.spool._MOST", 3)
    names = [check_deployment_drift("worker", where=file, **ASKED).bypass for _ in range(5)]
    assert len(set(names[:3])) == len(list(spool.iterdir())) == 3
    assert names[3:] == ["unrecorded"] * 2


def test_it_is_written_down_once_by_whoever_hears_of_it_first(file: Where, spool: Path):
    check_deployment_drift("worker", where=file, **ASKED)
    kept = record()
    assert [one.id for one in take(spool, kept)] == [one.id for one in take(spool, kept)] == list(kept.given)
    assert (len(kept.asked), len(kept.acts)) == (1, 1)


def test_what_passes_by_itself_leaves_nothing(file: Where, spool: Path):
    check_deployment_drift("worker", where=file, **ASKED | {"max_behind": 9})
    assert not spool.exists()


def test_where_nobody_knows_it_is_left_too_though_the_rule_lets_pass(spool: Path):
    away = Where("http://127.0.0.1:9", TOKEN, deadline=5.0)
    decision = check_deployment_drift("worker", where=away, **ASKED)
    assert (decision.answer, decision.unknown, len(list(spool.iterdir()))) == ("warn", True, 1)


def test_where_nothing_can_be_left_that_is_told(file: Where, spool: Path):
    spool.write_text("in the way")
    decision = check_deployment_drift("worker", where=file, **ASKED)
    assert (decision.answer, decision.bypass) == ("allow", "unrecorded")
    assert "(recorded here only)" in str(decision)


def test_a_server_hears_of_it_once_it_answers_again(spool: Path, monkeypatch):
    monkeypatch.setattr(asking, "KEPT_FOR", 0.0)
    away = Where("http://127.0.0.1:9", TOKEN, deadline=5.0)
    given = check_deployment_drift("worker", where=away, on_unknown="block", **ASKED)
    assert (given.answer, len(list(spool.iterdir()))) == ("allow", 1)
    kept = record(standing(behind=0))
    with serving(kept) as server:
        assert check_deployment_drift("worker", where=Where(server, TOKEN, deadline=5.0)).answer == "allow"
        end = time.monotonic() + 20
        while list(spool.iterdir()) and time.monotonic() < end:
            time.sleep(0.01)
    assert list(spool.iterdir()) == []
    [one] = kept.given.values()
    assert (one.id, one.by, one.service) == (given.bypass, "Ana", "worker")


@pytest.mark.parametrize(
    "program",
    [
        ["-m", "unshipped", "gate", "worker"],
        ["-c", "from unshipped.gate import *; check_deployment_drift('worker')"],
    ],
)
def test_a_server_hears_of_it_from_a_program_that_ends_with_its_answer(
    file: Where, spool: Path, program: list[str]
):
    given = {check_deployment_drift("worker", where=file, **ASKED).bypass for _ in range(2)}
    kept = record(standing(behind=0))

    def busy() -> None:
        time.sleep(0.2)

    with serving(kept, before=busy) as server:
        asked = {"UNSHIPPED_SERVER": server, "UNSHIPPED_TOKEN": TOKEN, "UNSHIPPED_GATE_DEADLINE": "20"}
        subprocess.run([sys.executable, *program], env={**os.environ, **asked}, check=True)
    assert list(spool.iterdir()) == [] and kept.given.keys() == given


@pytest.mark.parametrize(
    ("status", "asked", "becomes"),
    [
        *[(status, 1, {".json"}) for status in (401, 408, 425, 429, 500, 502, 503)],
        (403, 2, {".json"}),
        *[(status, 2, {".refused"}) for status in (400, 404, 422)],
    ],
)
def test_what_a_server_does_not_take_for_now_waits_and_what_it_refuses_is_put_aside(
    file: Where, spool: Path, status: int, asked: int, becomes: set[str]
):
    for _ in range(2):
        check_deployment_drift("worker", where=file, **ASKED)
    heard: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        heard.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 %d Said\r\nContent-Length: 2\r\n\r\n{}" % status)

    with answering(answer) as server:
        send(server, TOKEN, str(spool))
    assert (len(heard), {path.suffix for path in spool.iterdir()}) == (asked, becomes)


def test_what_is_of_one_configuration_no_server_is_told(spool: Path):
    given = bypassing_of("the log is away", "Ana", 60)
    assert leave(str(spool), Question(("worker",)), given, "2026-02-05T16:37:00+00:00", "/srv/unshipped.yaml")
    heard: list[socket.socket] = []
    with answering(heard.append) as server:
        send(server, TOKEN, str(spool))
    assert (heard, len(list(spool.iterdir()))) == ([], 1)


def test_what_is_no_answer_of_a_server_refuses_nothing(file: Where, spool: Path):
    check_deployment_drift("worker", where=file, **ASKED)
    with answering(lambda connection: connection.sendall(b"220 smtp\r\n")) as server:
        send(server, TOKEN, str(spool))
    assert [path.suffix for path in spool.iterdir()] == [".json"]


@pytest.mark.parametrize("whose", ["a folder", "a file", "a link", "anybody's folder", "anybody's file"])
def test_what_others_can_have_left_is_not_told_with_ones_own_token(
    file: Where, spool: Path, whose: str, monkeypatch
):
    check_deployment_drift("worker", where=file, **ASKED)
    [path] = spool.iterdir()
    if whose == "a link":
        spool = spool.rename(spool.with_name("elsewhere"))
        spool.with_name("spool").symlink_to(spool)
        monkeypatch.setattr(os, "lstat", belongs_to_somebody_else(os.lstat))
    elif whose == "a folder":
        monkeypatch.setattr(os, "lstat", belongs_to_somebody_else(os.lstat))
    elif whose == "a file":
        monkeypatch.setattr(os, "fstat", belongs_to_somebody_else(os.fstat))
    else:
        (spool if whose == "anybody's folder" else path).chmod(0o777)
    assert [*left(str(spool.with_name("spool")), own=True)] == []
    assert len([*left(str(spool))]) == 1


def belongs_to_somebody_else(found: Any) -> Any:
    def changed(path: Any) -> os.stat_result:
        fields = list(found(path))
        fields[stat.ST_UID] = os.geteuid() + 1
        return os.stat_result(fields)

    return changed


@pytest.mark.parametrize(
    "changed",
    [
        {"bypass": None},
        {"given_at": "soon"},
        {"question": {"services": ["nobody"]}},
        {"bypass": {"id": "../../etc", "reason": "x", "by": "Ana", "seconds": 60}},
        {"bypass": {"id": "a" * 12, "reason": "", "by": "Ana", "seconds": 60}},
        {"bypass": {"id": "a" * 12, "reason": "x", "by": "Ana", "seconds": 9e99}},
        {"bypass": {"id": "a" * 12, "reason": "x", "by": "Ana", "seconds": float("nan")}},
    ],
)
def test_what_is_no_bypass_is_refused_and_nothing_is_written(file: Where, spool: Path, changed):
    check_deployment_drift("worker", where=file, **ASKED)
    [(_, document)] = left(str(spool))
    kept = record()
    with pytest.raises(UsageError):
        taken({**document, **changed}, HOUSE, kept, now(), ())
    assert (kept.given, kept.asked, kept.notices) == ({}, [], [])


def test_what_is_no_file_of_ours_holds_nothing(spool: Path, tmp_path: Path):
    spool.mkdir()
    (tmp_path / "secret").write_text(json.dumps({"bypass": {}}))
    (spool / "link.json").symlink_to(tmp_path / "secret")
    (spool / "half.json").write_text('{"bypass": {"reas')
    (spool / "list.json").write_text("[]")
    os.mkfifo(spool / "pipe.json")
    assert {Path(path).name: document for path, document in left(str(spool))} == {
        name: {} for name in ("half.json", "link.json", "list.json", "pipe.json")
    }
