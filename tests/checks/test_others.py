"""A program, a figure and a log: what each of them means."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.checks.benches import Room, vector
from tests.sources.served import body, serving
from unshipped.checks.command import CommandCheck
from unshipped.checks.contract import COMMIT, ORDER, Watcher
from unshipped.checks.log import LogCheck
from unshipped.checks.prometheus import PrometheusCheck
from unshipped.core.rollout import Went
from unshipped.http.exchange import HttpError, Request, ask

# ---------------------------------------------------------------- a program


@pytest.mark.parametrize(
    ("text", "settings", "went", "words"),
    [
        ('[ "$UNSHIPPED_COMMIT" = "$1" ]', {}, Went.PASSED, "exited with 0"),
        ("echo down; exit 1", {}, Went.FAILED, "exited with 1: down"),
        ("echo later; exit 75", {}, Went.COULD_NOT, "exited with 75: later"),
        ("exit 3", {"could_not": (3, 4)}, Went.COULD_NOT, "exited with 3"),
        ("no-such-curl", {}, Went.COULD_NOT, "exited with 127"),
        ("/etc/passwd", {"could_not": (3,)}, Went.COULD_NOT, "exited with 126"),
        ("kill -9 $$", {}, Went.COULD_NOT, "signal 9"),
        ("sleep 60", {"timeout": 0.5}, Went.COULD_NOT, "did not end within 0.5 s"),
        ("yes", {}, Went.COULD_NOT, "printed more than 1 MiB"),
    ],
)
def test_how_a_program_ends_means_one_thing(text: str, settings: dict[str, Any], went: Went, words: str):
    check = CommandCheck(command=("sh", "-c", text, "smoke", "{commit}"), **settings)
    said = check.probe(ORDER, Watcher())
    assert (said.went, words in said.detail) == (went, True), said


def test_a_program_that_is_not_there_could_not_run():
    said = CommandCheck(command=("./no-such-smoke-test",)).probe(ORDER, Watcher())
    assert said.went is Went.COULD_NOT and "cannot be started" in said.detail


def test_what_a_program_prints_is_passed_on():
    watcher = Watcher()
    CommandCheck(command=("printf", "one\ntwo\n")).probe(ORDER, watcher)
    assert watcher.lines == ["one", "two"]


# ---------------------------------------------------------------- a figure


def said(kind: str, result: object) -> dict[str, object]:
    return {"status": "success", "data": {"resultType": kind, "result": result}}


@pytest.mark.parametrize(
    ("values", "settings", "went", "words"),
    [
        (["0.01"], {"most": 0.1}, Went.PASSED, "says 0.01"),
        (["0.01", "0.5"], {"most": 0.1}, Went.FAILED, "says 0.5, at most 0.1 was expected"),
        (["3"], {"least": 4}, Went.FAILED, "at least 4"),
        (["NaN"], {"most": 1}, Went.COULD_NOT, "no number"),
        (["0.5", "NaN"], {"most": 1}, Went.COULD_NOT, "no number"),
        (["NaN", "5"], {"most": 1}, Went.FAILED, "says 5, at most 1 was expected"),
        (["3", "NaN"], {"least": 4}, Went.FAILED, "says 3, at least 4 was expected"),
        (["+Inf"], {"most": 1}, Went.FAILED, "says inf"),
        ([], {"most": 1}, Went.COULD_NOT, "knows no value"),
        ([], {"most": 1, "nothing": "passed"}, Went.PASSED, "knows no value"),
        ([], {"nothing": "passed"}, Went.PASSED, "knows no value"),
        (["0", "3"], {"nothing": "passed"}, Went.FAILED, "says 3, no value was expected"),
        (["3"], {"nothing": "failed"}, Went.PASSED, "says 3"),
    ],
)
def test_a_figure_is_held_against_its_limits(
    room: Room, values: list[str], settings: dict[str, Any], went: Went, words: str
):
    check = PrometheusCheck(url=room.serve(vector(*values)), query="x", **settings)
    said = check.probe(ORDER, Watcher())
    assert (said.went, words in said.detail) == (went, True), said


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (body("no", 403), "answered 403"),
        (body("<html>"), "answered with a page"),
        (body('{"status": "error", "error": "parse error"}', 400), "refused the query: parse error"),
        (
            body('{"status": "success", "data": {"resultType": "vector", "result": [{"value": 3}]}}'),
            "no number",
        ),
        (body('{"status": "success", "data": {"resultType": "scalar", "result": [1, "x"]}}'), "mistake"),
    ],
)
def test_what_prometheus_cannot_say_is_no_failure(room: Room, answer: Any, words: str):
    said = PrometheusCheck(url=room.serve(answer), query="x", most=1).probe(ORDER, Watcher())
    assert (said.went, words in said.detail) == (Went.COULD_NOT, True), said


HISTOGRAM = {"metric": {}, "histogram": [1, {"count": "5", "sum": "7"}]}


@pytest.mark.parametrize(
    ("answer", "settings", "words"),
    [
        (said("matrix", [{"metric": {}, "values": [[1, "5"]]}]), {}, "answered with a matrix"),
        (said("vector", [HISTOGRAM]), {}, "a value that is no number"),
        (said("vector", [HISTOGRAM, {"value": [1, "0"]}]), {"most": 1}, "a value that is no number"),
        (said("vector", []) | {"warnings": ["store down: rpc error"]}, {}, "in full: store down: rpc error"),
        (said("scalar", [1, "2"]) | {"warnings": ["PromQL warning: x"]}, {"least": 4}, "in full: PromQL"),
        (said("vector", []) | {"isPartial": True}, {}, "does not answer in full: isPartial"),
    ],
)
def test_what_cannot_be_read_or_lacks_something_passes_nothing(
    room: Room, answer: dict[str, object], settings: dict[str, Any], words: str
):
    check = PrometheusCheck(
        url=room.serve(body(json.dumps(answer))), query="x", **{"nothing": "passed", **settings}
    )
    found = check.probe(ORDER, Watcher())
    assert (found.went, words in found.detail) == (Went.COULD_NOT, True), found


@pytest.mark.parametrize("more", [{"warnings": ["PromQL info: no _total"]}, {"isPartial": False}])
def test_a_remark_on_the_query_takes_nothing_away(room: Room, more: dict[str, object]):
    answer = body(json.dumps(said("vector", []) | more))
    check = PrometheusCheck(url=room.serve(answer), query="x", nothing="passed")
    assert check.probe(ORDER, Watcher()).went is Went.PASSED


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("prometheus"), reason="needs Debian's prometheus")
def test_a_real_prometheus_answers(tmp_path: Path, room: Room):
    """It scrapes itself and a service whose metric carries a name that has to be escaped."""
    metrics = 'http_errors{service="a\\"b"} 7\n'
    with serving(body(metrics, kind="text/plain; version=0.0.4")) as service, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        (tmp_path / "p.yml").write_text(
            "scrape_configs: [{job_name: it, scrape_interval: 1s, scrape_timeout: 1s, "
            f"static_configs: [{{targets: ['127.0.0.1:{service.port}']}}]}}]"
        )
        words = [f"--config.file={tmp_path}/p.yml", f"--storage.tsdb.path={tmp_path}/data"]
        with subprocess.Popen(
            ["prometheus", *words, f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
        ) as server:
            try:
                check = PrometheusCheck(
                    url=f"http://127.0.0.1:{port}",
                    query='http_errors{service="{service}"}',
                    most=5,
                    attempts=3,
                    pause=1,
                )
                order = ORDER._replace(service='a"b')
                until_scraped(port)
                said = check.probe(order, Watcher())
                assert said.went is Went.FAILED and "says 7, at most 5" in said.detail
                fine = PrometheusCheck(
                    url=f"http://127.0.0.1:{port}", query="http_errors", most=7, attempts=60, pause=0.2
                )
                assert fine.probe(order, Watcher()).went is Went.PASSED
                wrong = PrometheusCheck(url=f"http://127.0.0.1:{port}", query="sum(", most=7)
                assert "refused the query" in wrong.probe(order, Watcher()).detail
            finally:
                server.terminate()


def until_scraped(port: int) -> None:
    end = time.monotonic() + 60
    address = f"http://127.0.0.1:{port}/api/v1/query?query=http_errors"
    while True:
        request = Request(
            url=address, headers={}, whose="it", timeout=5, ca_file="", body=True, limit=99999, patient=False
        )
        try:
            if b'"7"' in ask(request).body:
                return
        except HttpError:
            pass
        assert time.monotonic() < end, "it did not scrape in time"
        time.sleep(0.1)


# ---------------------------------------------------------------- a log


def log(tmp_path: Path, text: str, **settings: Any) -> LogCheck:
    path = tmp_path / "api.log"
    path.write_text(text)
    return LogCheck(file=str(tmp_path / "{service}.log"), **settings)


@pytest.mark.parametrize(
    ("text", "settings", "went", "words"),
    [
        ("started\n", {"never": "FATAL"}, Went.PASSED, "says nothing of 'FATAL' in 1 lines"),
        ("started\nFATAL: no\n", {"never": "FATAL"}, Went.FAILED, "says 'FATAL: no'"),
        ("started\n", {"needs": "^started"}, Went.PASSED, "says 'started'"),
        ("", {"needs": "started"}, Went.FAILED, "does not say 'started' in 0 lines"),
        ("started\nFATAL\n", {"needs": "started", "never": "FATAL"}, Went.FAILED, "says 'FATAL'"),
        ("FATAL\n" + "x\n" * 10, {"never": "FATAL", "last": 20}, Went.PASSED, "in 10 lines"),
    ],
)
def test_lines_of_a_file_mean_one_thing(
    tmp_path: Path, text: str, settings: dict[str, Any], went: Went, words: str
):
    said = log(tmp_path, text, **settings).probe(ORDER, Watcher())
    assert (said.went, words in said.detail) == (went, True), said


def test_a_file_that_is_not_there_could_not_be_looked_at(tmp_path: Path):
    said = LogCheck(file=str(tmp_path / "gone"), never="x").probe(ORDER, Watcher())
    assert said.went is Went.COULD_NOT and "cannot be read: No such file" in said.detail


def test_what_is_added_is_looked_at_and_what_lay_there_before_is_not(tmp_path: Path):
    check = log(tmp_path, "FATAL of yesterday\n", needs="serving", never="FATAL", last=0, watch=20, pause=0.1)

    def add() -> None:
        with (tmp_path / "api.log").open("a") as file:
            file.write(f"serving {COMMIT}\n")

    later = threading.Timer(0.5, add)
    later.start()
    assert check.probe(ORDER, Watcher()).went is Went.PASSED
    later.join()


def test_a_file_that_is_begun_anew_is_read_from_its_beginning(tmp_path: Path):
    check = log(tmp_path, "old\n" * 10, never="FATAL", watch=20, pause=0.1)

    def rotate() -> None:
        (tmp_path / "api.log").rename(tmp_path / "api.log.1")
        (tmp_path / "api.log").write_text("FATAL\n")

    later = threading.Timer(0.5, rotate)
    later.start()
    assert check.probe(ORDER, Watcher()).went is Went.FAILED
    later.join()


@pytest.mark.parametrize("last", [0, 100])
def test_a_file_that_is_begun_anew_is_read_from_its_beginning_whatever_it_holds_by_then(
    tmp_path: Path, last: int
):
    check = log(tmp_path, "old\n" * 10, never="FATAL", last=last, watch=3, pause=0.5)

    def rotate() -> None:
        (tmp_path / "new").write_text("FATAL\n" + "fine\n" * 100)
        (tmp_path / "new").rename(tmp_path / "api.log")

    later = threading.Timer(0.7, rotate)
    later.start()
    assert check.probe(ORDER, Watcher()).went is Went.FAILED
    later.join()


@pytest.mark.parametrize("there", [True, False])
def test_a_file_that_is_begun_with_its_first_line_is_waited_for(tmp_path: Path, there: bool):
    check = log(tmp_path, "old\n" * 10, needs="serving", last=0, watch=20, pause=0.1)
    if not there:
        (tmp_path / "api.log").unlink()

    def rotate() -> None:
        if there:
            (tmp_path / "api.log").rename(tmp_path / "api.log.1")
            time.sleep(0.5)
        (tmp_path / "api.log").write_text("serving\n")

    later = threading.Timer(0.5, rotate)
    later.start()
    said = check.probe(ORDER, Watcher())
    assert said.went is Went.PASSED, said
    later.join()


def test_a_file_that_never_comes_could_not_be_looked_at_and_is_not_waited_for_any_longer(tmp_path: Path):
    began = time.monotonic()
    check = LogCheck(file=str(tmp_path / "gone"), never="x", watch=0.5, pause=0.1)
    assert check.probe(ORDER, Watcher()).went is Went.COULD_NOT
    assert time.monotonic() - began > 0.4
    assert LogCheck(file=str(tmp_path / "gone"), never="x", watch=30).probe(ORDER, Watcher(0)).went is (
        Went.COULD_NOT
    )


def test_a_look_that_somebody_ends_has_seen_nothing_to_the_end(tmp_path: Path):
    check = log(tmp_path, "fine\n", never="FATAL", watch=20, pause=0.1)
    said = check.probe(ORDER, Watcher(patience=0.5))
    assert (said.went, "not looked at to the end" in said.detail) == (Went.COULD_NOT, True), said
    seen = log(tmp_path, "fine\nFATAL\n", never="FATAL", watch=20, pause=0.1)
    assert seen.probe(ORDER, Watcher(patience=0)).detail.endswith("api.log says 'FATAL'")


def test_a_line_that_is_written_in_parts_is_one_line(tmp_path: Path):
    check = log(tmp_path, "started\n", never="FATAL: no", needs="never said", watch=3, pause=0.2)

    def write() -> None:
        with (tmp_path / "api.log").open("a", buffering=1) as file:
            for part in ("FAT", "AL: ", "no"):
                file.write(part)
                file.flush()
                time.sleep(0.4)

    later = threading.Timer(0.3, write)
    later.start()
    said = check.probe(ORDER, Watcher())
    assert (said.went, "says 'FATAL: no'" in said.detail) == (Went.FAILED, True), said
    later.join()


def test_lines_of_a_program_are_looked_at():
    check = LogCheck(command=("printf", "one\nERROR {service}\n"), never="ERROR")
    assert check.probe(ORDER, Watcher()).detail == "printf says 'ERROR api'"
    check = LogCheck(command=("sh", "-c", "exit 2"), never="ERROR")
    assert check.probe(ORDER, Watcher()).went is Went.COULD_NOT


def test_what_a_program_prints_is_looked_at_to_the_end_or_nobody_knows():
    text = "yes INFO fine | head -c 17000000; echo FATAL"
    said = LogCheck(command=("sh", "-c", text), never="FATAL").probe(ORDER, Watcher())
    assert (said.went, "printed more than 16 MiB" in said.detail) == (Went.COULD_NOT, True), said
    said = LogCheck(command=("sh", "-c", f"echo FATAL; {text}"), never="FATAL").probe(ORDER, Watcher())
    assert said.went is Went.FAILED


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"file": "x"}, "nothing to look for"),
        ({"never": "x"}, "either"),
        ({"file": "x", "command": ("y",), "never": "x"}, "either"),
        ({"file": "x", "never": "("}, "no regular expression"),
        ({"file": "x", "never": "x", "watch": 60}, "watch is shorter"),
    ],
)
def test_a_log_that_cannot_be_meant_is_refused(settings: dict[str, Any], words: str):
    with pytest.raises(ValueError, match=words):
        LogCheck(**settings)
