"""Mail, handed to a real mail server and read back as a mail program would."""

from __future__ import annotations

import asyncio
import email
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import closing
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.notifiers.benches import SECRET, Room
from tests.notifiers.hostile import NOW, SAMPLES, TEXTS, hostile, large
from tests.sources.certificates import certificate
from unshipped.errors import NotifyError
from unshipped.notifiers.email import EmailNotifier
from unshipped.notifiers.samples import test_message as a_test


class Mailbox:
    """Keeps what arrives, and refuses what it is told to refuse."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refuse: dict[str, str] = {}
        self.farewell: str | float = "221 Bye"
        self.parted = threading.Event()

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:
        if isinstance(self.farewell, str):
            return self.farewell
        try:
            await asyncio.sleep(self.farewell)
        finally:  # who waits no longer ends it
            self.parted.set()
        return "221 Bye"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if "data" in self.refuse:
            return self.refuse["data"]
        assert isinstance(envelope.content, bytes)
        found = email.message_from_bytes(envelope.content, _class=EmailMessage, policy=policy.default)
        self.mails.append(found)
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"


def authenticated(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, login: Any) -> AuthResult:
    assert isinstance(login, LoginPassword)
    return AuthResult(success=login == LoginPassword(b"unshipped", SECRET.encode()), handled=False)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def port(mailbox: Mailbox, tmp_path: Path) -> Iterator[int]:
    """A server that speaks only once TLS was begun, and only with those who log in."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate(tmp_path))
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    server = Controller(
        mailbox,
        "127.0.0.1",
        number,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=authenticated,
    )
    server.start()
    yield number
    server.stop()


def notifier(room: Room, port: int, **more: Any) -> EmailNotifier:
    settings = {
        "host": "127.0.0.1",
        "port": port,
        "username": "unshipped",
        "password": room.secret(),
        "sender": "unshipped <unshipped@shop.example>",
        "to": ("Team <team@shop.example>", "night@shop.example"),
        "ca_file": str(room.folder / "certificate.pem"),
        **more,
    }
    return EmailNotifier(**settings)


def test_it_arrives_as_text_and_as_html(room: Room, port: int, mailbox: Mailbox):
    notifier(room, port).say(SAMPLES["escalated"], "")
    (mail,) = mailbox.mails
    assert mail["Subject"] == "critical: worker in production: 3 changes behind for 20 h"
    assert mail["From"] == "unshipped <unshipped@shop.example>"
    assert mail["To"] == "Team <team@shop.example>, night@shop.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == SAMPLES["escalated"].at
    assert mailbox.recipients == [["team@shop.example", "night@shop.example"]]
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None and "unshipped explain worker -e production" in plain.get_content()
    assert html is not None and "Round half a cent to even" in html.get_content()


def test_a_conversation_is_one_thread(room: Room, port: int, mailbox: Mailbox):
    telling = notifier(room, port)
    root = telling.say(SAMPLES["opened"], "")
    assert telling.say(SAMPLES["escalated"], root) == telling.say(SAMPLES["resolved"], root) == root
    first, second, third = mailbox.mails
    assert first["Message-ID"] == root and first["References"] is None
    assert second["References"] == third["In-Reply-To"] == root
    assert len({one["Message-ID"] for one in mailbox.mails}) == 3


def test_the_same_notice_is_the_same_mail(room: Room, port: int, mailbox: Mailbox):
    telling = notifier(room, port)
    for _ in range(2):
        telling.say(SAMPLES["opened"], "")
    assert len({one["Message-ID"] for one in mailbox.mails}) == 1


def test_a_small_change_is_no_mail(room: Room, port: int, mailbox: Mailbox):
    assert notifier(room, port).say(SAMPLES["opened"]._replace(loud=False), "<root>") == "<root>"
    assert mailbox.mails == []


def test_what_is_no_conversation_has_no_reference(room: Room, port: int, mailbox: Mailbox):
    assert notifier(room, port).say(a_test("mail", "1", SAMPLES["opened"].at), "") == ""
    assert mailbox.mails[0]["Subject"].startswith("This is a test of unshipped")


def test_authors_get_a_copy_where_that_is_asked_for(room: Room, port: int, mailbox: Mailbox):
    people = {"ben": "ben@shop.example", "Cleo": "c@shop.example"}
    notifier(room, port, people=people).say(SAMPLES["opened"], "")
    assert mailbox.mails[0]["Cc"] == "ben@shop.example"
    assert mailbox.recipients[0][-1] == "ben@shop.example"


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_text_of_others_makes_a_header(room: Room, port: int, mailbox: Mailbox, text: str):
    notifier(room, port).say(hostile(text), "")
    (mail,) = mailbox.mails
    assert set(mail.keys()) == {
        *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress"),
        *("MIME-Version", "Content-Type"),
        *([] if "X-Peer" not in mail else ["X-Peer", "X-MailFrom", "X-RcptTo"]),
    }
    assert mailbox.recipients == [["team@shop.example", "night@shop.example"]]
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_four_hundred_targets_arrive(room: Room, port: int, mailbox: Mailbox):
    notifier(room, port).say(large(400), "")
    assert "400 targets wait for a deploy" in mailbox.mails[0]["Subject"]


# ---------------------------------------------------------------- what goes wrong


def refusal(telling: EmailNotifier) -> NotifyError:
    with pytest.raises(NotifyError) as caught:
        telling.say(SAMPLES["opened"], "")
    shown = "\n".join([repr(telling), caught.value.hint, *traceback.format_exception(caught.value)])
    assert SECRET not in shown
    return caught.value


def test_a_wrong_password_is_final(room: Room, port: int):
    error = refusal(notifier(room, port, password=room.secret("wrong", "UNSHIPPED_TEST_WRONG")))
    assert error.final and error.message == "mail server 127.0.0.1 refused user name or password (535)"


def test_a_password_that_is_not_there_is_named(room: Room, port: int):
    telling = notifier(room, port)
    room.patch.delenv("UNSHIPPED_TEST_SECRET")
    assert "UNSHIPPED_TEST_SECRET is not set" in refusal(telling).message


@pytest.mark.parametrize(("code", "final"), [("550 no such user", True), ("450 later", False)])
def test_recipients_that_are_refused(room: Room, port: int, mailbox: Mailbox, code: str, final: bool):
    mailbox.refuse = dict.fromkeys(("team@shop.example", "night@shop.example"), code)
    error = refusal(notifier(room, port))
    assert error.final is final and "recipients" in error.message


def test_one_recipient_of_two_is_enough(room: Room, port: int, mailbox: Mailbox):
    mailbox.refuse = {"night@shop.example": "550 no such user"}
    notifier(room, port).say(SAMPLES["opened"], "")
    assert mailbox.recipients == [["team@shop.example"]]


def test_a_test_names_the_recipient_that_was_refused(room: Room, port: int, mailbox: Mailbox):
    mailbox.refuse = {"night@shop.example": "550 no such user"}
    with pytest.raises(NotifyError) as caught:
        notifier(room, port).say(a_test("post", "t", NOW), "")
    assert caught.value.message == "mail server 127.0.0.1 refused night@shop.example (550)"
    assert mailbox.recipients == [["team@shop.example"]]


@pytest.mark.parametrize(("code", "final"), [("554 spam", True), ("452 full", False)])
def test_a_mail_that_is_refused(room: Room, port: int, mailbox: Mailbox, code: str, final: bool):
    mailbox.refuse = {"data": code}
    assert refusal(notifier(room, port)).final is final


@pytest.mark.parametrize("farewell", ["421 closing", 3.0], ids=["refuses to part", "never parts"])
def test_a_mail_that_was_taken_is_not_sent_again(
    room: Room, port: int, mailbox: Mailbox, farewell: str | float
):
    mailbox.farewell = farewell
    notifier(room, port, timeout=1).say(SAMPLES["opened"], "")
    assert len(mailbox.mails) == 1
    assert isinstance(farewell, str) or mailbox.parted.wait(10)


def test_a_certificate_that_nobody_knows_is_not_accepted(room: Room, port: int, mailbox: Mailbox):
    error = refusal(notifier(room, port, ca_file=""))
    assert "certificate" in error.message and not error.final
    assert mailbox.mails == []


def test_without_tls_nothing_is_sent_to_a_server_that_wants_it(room: Room, port: int, mailbox: Mailbox):
    settings: dict[str, Any] = {"security": "none", "username": "", "password": None}
    assert refusal(notifier(room, port, **settings)).final
    assert mailbox.mails == []


def test_a_server_without_tls_gets_no_password(room: Room, mailbox: Mailbox):
    server = Controller(mailbox, "127.0.0.1", 0)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        server.port = free.getsockname()[1]
    server.start()
    try:
        error = refusal(notifier(room, server.port, ca_file=""))
    finally:
        server.stop()
    assert error.final and "security" in error.hint


def test_a_server_that_begins_without_tls_is_told_from_one_that_is_not_there(room: Room, port: int):
    error = refusal(notifier(room, port, security="tls"))
    assert error.message == "mail server 127.0.0.1 does not speak TLS as it was asked"
    assert "starttls at port 587" in error.hint and not error.final


def test_nobody_there_can_be_tried_again(room: Room):
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = refusal(notifier(room, port))
    assert not error.final and "Connection refused" in error.message


@pytest.mark.parametrize("says", [b"", b"220-wait\r\n" * 3])
def test_a_server_that_says_nothing_or_never_ends_is_not_waited_for(room: Room, says: bytes):
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def talk() -> None:
            with closing(listening.accept()[0]) as there:
                try:
                    while True:
                        there.sendall(says or b"")
                        if not says and not there.recv(1):
                            return
                        time.sleep(0.1)
                except OSError:
                    return

        threading.Thread(target=talk, daemon=True).start()
        began = time.monotonic()
        error = refusal(notifier(room, listening.getsockname()[1], timeout=0.5))
    assert time.monotonic() - began < 5
    assert not error.final and "0.5 s" in error.message and "tls at port 465" in error.hint


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"to": ()}, "at least one"),
        ({"to": ("nobody",)}, "NAME@HOST"),
        ({"to": ("a@b.example\r\nBcc: c@d.example",)}, "NAME@HOST"),
        ({"sender": "a@b.example, c@d.example, "}, "NAME@HOST"),
        ({"username": ""}, "together"),
        ({"security": "none", "host": "smtp.example.com"}, "over TLS only"),
    ],
)
def test_what_cannot_be_meant_is_refused(room: Room, settings: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        notifier(room, 25, **settings)
