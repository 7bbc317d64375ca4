"""The long tail, through the real library, to a server that takes what it sends."""

from __future__ import annotations

import time
import traceback

import pytest

from tests.notifiers.benches import SECRET, Room
from tests.notifiers.doubles import Heard, saying
from tests.notifiers.hostile import SAMPLES, TEXTS, hostile
from tests.sources.served import body, silent
from unshipped.errors import NotifyError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the library's own


def address(room: Room, answer: object, scheme: str = "json") -> dict[str, str]:
    url = room.serve(answer)  # type: ignore[arg-type]
    return room.secret(url.replace("http://", f"{scheme}://{SECRET}:{SECRET}@"))


def test_it_tells_by_the_library(room: Room):
    heard = Heard(saying({}))
    made_of = address(room, heard)
    apprise(made_of).say(SAMPLES["escalated"], "")
    assert heard.last["title"] == "critical: worker in production: 3 changes behind for 20 h"
    assert "unshipped explain worker -e production" in heard.last["message"]
    assert heard.last["type"] == "failure"


def apprise(url: dict[str, str], **settings: object):
    from unshipped.notifiers.apprise import AppriseNotifier

    return AppriseNotifier(url=url, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_texts_of_others_arrive_as_text(room: Room, text: str):
    heard = Heard(saying({}))
    apprise(address(room, heard)).say(hostile(text), "")
    assert len(heard.told) == 1


@pytest.mark.parametrize("answer", [body(SECRET, 500), body(SECRET, 401)])
def test_a_failure_is_one_and_names_no_secret(
    room: Room, answer: object, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(NotifyError, match="could not deliver it") as caught:
        apprise(address(room, answer)).say(SAMPLES["opened"], "")
    assert not caught.value.final
    shown = "\n".join([*traceback.format_exception(caught.value), caplog.text, *capsys.readouterr()])
    assert SECRET not in shown


def test_what_is_no_address_is_an_error_without_it(room: Room):
    with pytest.raises(NotifyError, match="no address that Apprise knows") as caught:
        apprise(room.secret(f"nowhere://{SECRET}")).say(SAMPLES["opened"], "")
    assert caught.value.final and SECRET not in str(caught.value)


def test_it_is_not_waited_for_longer_than_said(room: Room):
    began = time.monotonic()
    with pytest.raises(NotifyError, match=r"0\.4 s"):
        apprise(address(room, silent), timeout=0.4).say(SAMPLES["opened"], "")
    assert time.monotonic() - began < 5


def test_small_news_are_not_told(room: Room):
    assert apprise({"env": "NOWHERE"}).say(SAMPLES["opened"]._replace(loud=False), "") == ""
