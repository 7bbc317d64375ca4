"""What every kind of notifier keeps to, whatever it is answered. A new kind adds a bench and passes this."""

from __future__ import annotations

import dataclasses
import socket
import ssl
import time
import traceback
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.notifiers.benches import BENCHES, SECRET, WITHOUT_HTTP, Bench, Room
from tests.notifiers.hostile import SAMPLES
from tests.sources.certificates import certificate
from tests.sources.served import Answer, body, drip, endless, redirect, serving, silent
from unshipped.config.options import docstrings, options_model
from unshipped.errors import NotifyError, UsageError
from unshipped.notifiers import KINDS, kind
from unshipped.ports.telling import Notifier

PAGE = f"<!doctype html><title>Log in, {SECRET}</title>"
MESSAGE = SAMPLES["escalated"]


@pytest.fixture(params=BENCHES, ids=lambda bench: bench.name)
def bench(request: pytest.FixtureRequest) -> Bench:
    chosen: Bench = request.param
    return chosen


@dataclass(frozen=True)
class Failure:
    """One way in which telling fails."""

    name: str
    answer: Answer
    final: bool = False
    again_after: float | None = None


FAILURES = [
    Failure("401", body(SECRET, 401), final=True),
    Failure("403", body(SECRET, 403), final=True),
    Failure("404", body(SECRET, 404), final=True),
    Failure("410", body(SECRET, 410), final=True),
    Failure("400", body(SECRET, 400), final=True),
    Failure("429", body(SECRET, 429, Retry_After="60"), again_after=60),
    Failure("429 without a time", body(SECRET, 429)),
    Failure("429 for a year", body(SECRET, 429, Retry_After="31536000"), again_after=86400),
    Failure("500", body(SECRET, 500)),
    Failure("503", body(SECRET, 503, Retry_After="5"), again_after=5),
    Failure("a page", body(PAGE, kind="text/html")),
    Failure("elsewhere", redirect(lambda: f"http://other.example/{SECRET}"), final=True),
    Failure("elsewhere here", redirect(lambda: f"/final?{SECRET}"), final=True),
    Failure("cut off", drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", seconds=0)),
    Failure("no HTTP", drip(SECRET.encode() + b"\r\n\r\n", seconds=0)),
]


def refusal(notifier: Notifier, reference: str = "") -> NotifyError:
    with pytest.raises(NotifyError) as caught:
        notifier.say(MESSAGE, reference)
    return caught.value


def everything(error: NotifyError) -> str:
    """All that a person or a log could come to see of an error."""
    return "\n".join([str(error), repr(error), error.hint, *traceback.format_exception(error)])


def test_every_kind_has_a_bench_or_a_suite_of_its_own():
    assert {bench.name.partition(",")[0] for bench in BENCHES} | set(WITHOUT_HTTP) == set(KINDS)


def test_it_tells(bench: Bench, room: Room):
    for message in SAMPLES.values():
        reference = bench.make(room, room.serve(bench.good), {}).say(message, "")
        assert len(reference) < 500 and reference.isprintable()


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
def test_a_failure_says_whether_it_is_of_use_to_try_again(bench: Bench, room: Room, failure: Failure):
    error = refusal(bench.make(room, room.serve(failure.answer), {}))
    assert (error.final, error.again_after) == (failure.final, failure.again_after), error.message
    assert SECRET not in everything(error)
    assert error.message.isprintable() and len(error.message) < 300


def test_silence_ends_in_time(bench: Bench, room: Room):
    for answer in (silent, drip(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")):
        began = time.monotonic()
        error = refusal(bench.make(room, room.serve(answer), {"timeout": 0.4}))
        assert time.monotonic() - began < 5
        assert not error.final and "0.4 s" in error.message


def test_nobody_there_is_no_end(bench: Bench, room: Room):
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        error = refusal(bench.make(room, f"http://127.0.0.1:{free.getsockname()[1]}", {}))
    assert not error.final
    assert SECRET not in everything(error)


def test_an_untrusted_certificate_is_refused(bench: Bench, room: Room, tmp_path: Path):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate(tmp_path))
    with serving(bench.good, context) as served:
        error = refusal(bench.make(room, served.url(""), {}))
        assert "certificate" in error.message.lower() and not error.final
        assert served.asked == []
        trusting = {"ca_file": str(tmp_path / "certificate.pem")}
        bench.make(room, served.url(""), trusting).say(MESSAGE, "")


def test_an_endless_answer_is_not_read_to_its_end(bench: Bench, room: Room):
    notifier = bench.make(room, room.serve(endless), {"timeout": 5.0})
    began = time.monotonic()
    if bench.reads:
        assert not refusal(notifier).final
    else:
        notifier.say(MESSAGE, "")
    assert time.monotonic() - began < 4.5


def test_a_private_address_is_told_only_where_that_is_asked_for(bench: Bench, room: Room):
    with serving(bench.good) as served:
        error = refusal(bench.make(room, served.url(""), {"private": False}))
        assert "private: true" in error.hint
        assert served.asked == []


def test_a_secret_that_is_not_there_is_named(bench: Bench, room: Room):
    notifier = bench.make(room, room.serve(bench.good), {})
    room.patch.delenv("UNSHIPPED_TEST_SECRET", raising=False)
    room.patch.delenv("UNSHIPPED_TEST_ADDRESS", raising=False)
    error = refusal(notifier)
    assert error.final and "UNSHIPPED_TEST_" in error.message


def test_a_secret_is_never_shown(bench: Bench, room: Room):
    notifier = bench.make(room, room.serve(bench.good), {})
    assert SECRET not in repr(notifier)
    assert SECRET not in str(notifier.preview(MESSAGE))  # type: ignore[attr-defined]


# ---------------------------------------------------------------- settings


@pytest.fixture(params=sorted(KINDS))
def made(request: pytest.FixtureRequest) -> Any:
    return kind(request.param)


def test_every_setting_is_described_below_itself(made: Any):
    assert {setting.name for setting in dataclasses.fields(made)} <= set(docstrings(made))


def test_every_setting_is_described_in_the_schema(made: Any):
    schema = options_model("it", made).model_json_schema()
    assert schema["description"]
    assert schema["additionalProperties"] is False
    assert all(setting["description"] for setting in schema["properties"].values())


def test_it_is_a_frozen_value_with_slots_and_named_settings(made: Any):
    assert made.__dataclass_params__.frozen
    assert "__slots__" in vars(made)
    assert all(setting.kw_only for setting in dataclasses.fields(made))


def test_its_example_makes_it_and_what_it_does_not_know_is_refused(made: Any):
    TypeAdapter(made).validate_python(made.EXAMPLE)
    with pytest.raises(ValidationError, match="verify"):
        TypeAdapter(made).validate_python({**made.EXAMPLE, "verify": False})


@pytest.mark.parametrize("seconds", [0, -1, 61])
def test_a_time_that_cannot_be_waited_for_is_refused(made: Any, seconds: float):
    if "timeout" not in made.__dataclass_fields__:
        pytest.skip("it waits for nobody")
    with pytest.raises(ValueError, match="timeout"):
        made(**made.EXAMPLE, timeout=seconds)


def test_a_kind_that_is_not_there_is_an_error_of_use():
    with pytest.raises(UsageError, match="no notifier kind 'pigeon'") as caught:
        kind("pigeon")
    assert ", ".join(KINDS) in caught.value.hint
