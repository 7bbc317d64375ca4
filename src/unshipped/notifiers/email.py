"""Mail: text and HTML in one message, and the messages of a conversation in one thread."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from hashlib import sha256
from typing import Any, ClassVar

from unshipped.core.alerting import Topic
from unshipped.core.messages import Message
from unshipped.core.people import DOMAIN
from unshipped.errors import NotifyError
from unshipped.http.checks import check_url
from unshipped.notifiers._buttons import buttons
from unshipped.notifiers._fit import fitted
from unshipped.notifiers._html import html
from unshipped.notifiers._people import FORMS, check_people, mentioned
from unshipped.notifiers._settings import check_secret, check_timeout, secret
from unshipped.notifiers._sheet import sheet
from unshipped.notifiers._smtp import Security, Server, deliver
from unshipped.notifiers._text import text
from unshipped.pages.letter import letter
from unshipped.secrets import Reference

_HERE = ("localhost", "127.0.0.1", "::1")
_LARGEST = 90_000
"""Bytes of HTML: some programs hide what is behind the first 102 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailNotifier:
    """Sends mail through a mail server. What is not worth a new message is not sent, since mail that was
    sent cannot be changed.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    handles: ClassVar[str] = "email"
    least: ClassVar[str] = "warning"
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "host": "smtp.example.com",
        "username": "unshipped",
        "password": {"env": "SMTP_PASSWORD"},
        "sender": "unshipped@example.com",
        "to": ["team@example.com"],
    }

    host: str
    """The mail server."""

    sender: str
    """Who it is from: an address, or `NAME <ADDRESS>`."""

    to: tuple[str, ...]
    """Who gets it. Where one address of several is refused, the others have it, and only `unshipped notify
    test` says so."""

    port: int = 587
    """Its port: usually 587 with `starttls`, 465 with `tls`."""

    security: Security = "starttls"
    """How the connection is kept private. Certificates are always checked."""

    username: str = ""
    """Who logs in; without it nobody does."""

    password: Reference | None = None
    """With which password: `{env: NAME}` or `{file: PATH}`."""

    server: str = ""
    """Address of the server where people look at incidents; buttons lead there. Without it there are none."""

    people: dict[str, str] | None = None
    """Authors, each with an address that gets a copy when a change of theirs waits. In place of `people` of
    the file."""

    authors: tuple[str, ...] = ()
    """Domains, such as `example.com`: an author whose address in their commits is of one of them gets a copy
    when a change of theirs waits, without being named in `people`. Nobody reads what goes to a no-reply
    address or to a robot, and a name with several addresses may be two people's: these get none."""

    timeout: float = 20.0
    """Seconds for all that one message takes, at most 60."""

    ca_file: str = ""
    """File with the certificate authorities (PEM) to trust in place of the system's."""

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        check_people(self.people, self.handles)
        if self.server:
            check_url(self.server)
        if not self.to:
            raise ValueError("to names at least one address")
        if not all(re.fullmatch(DOMAIN, domain) for domain in self.authors):
            raise ValueError("authors names domains, such as example.com")
        for address in (self.sender, *self.to):
            _check_address(address)
        if bool(self.username) != (self.password is not None):
            raise ValueError("username and password go together")
        if self.password is not None:
            check_secret(self.password)
            if self.security == "none" and self.host not in _HERE:
                raise ValueError("a password is sent over TLS only: set security to starttls or tls")

    def say(self, message: Message, reference: str) -> str:
        if not message.loud:
            return reference
        mail = self.mail(message, reference)
        password = secret(self.password) if self.password is not None else ""
        server = Server(
            self.host, self.port, self.security, self.username, password, self.ca_file, self.timeout
        )
        copied = mentioned(message, self.people)
        to = [*(parseaddr(one)[1] for one in self.to), *copied]
        lost = deliver(server, mail, parseaddr(self.sender)[1], to)
        if lost and message.topic is Topic.TEST:
            told = ", ".join(f"{address} ({code})" for address, code in lost.items())
            raise NotifyError(f"mail server {self.host} refused {told}", "the others have it", final=True)
        if message.topic is not Topic.INCIDENTS:
            return ""
        return reference or str(mail["Message-ID"])

    def preview(self, message: Message) -> dict[str, Any]:
        """The subject, the text and the HTML."""
        return {"subject": sheet(message).title, "text": text(message), "html": self._html(message)}

    def mail(self, message: Message, reference: str) -> EmailMessage:
        """The whole mail. It is the same at each attempt, so that who gets it twice can tell."""
        made = EmailMessage(policy=policy.SMTP)
        made["Subject"] = sheet(message).title
        made["From"] = self.sender
        made["To"] = ", ".join(self.to)
        if copied := mentioned(message, self.people):
            made["Cc"] = ", ".join(copied)
        made["Date"] = message.at
        domain = parseaddr(self.sender)[1].rpartition("@")[2]
        made["Message-ID"] = f"<{sha256(message.id.encode()).hexdigest()[:40]}@{domain}>"
        if reference:
            made["In-Reply-To"] = made["References"] = reference
        made["Auto-Submitted"] = "auto-generated"
        made["X-Auto-Response-Suppress"] = "All"
        made.set_content(text(message))
        made.add_alternative(self._html(message), subtype="html")
        return made

    def _html(self, message: Message) -> str:
        if message.body:
            return letter(sheet(message).title, message.body)
        led = buttons(message, self.server)
        return fitted(message, lambda less: html(less, led), lambda made: len(made.encode()), _LARGEST)


def _check_address(address: str) -> None:
    """Raises `ValueError` where a text is no address that a header can carry."""
    found = getaddresses([address])
    written = address.isprintable() and address.isascii() and len(found) == 1
    if not written or not re.fullmatch(FORMS["email"][0], found[0][1]):
        raise ValueError("an address is written NAME@HOST or `WHO <NAME@HOST>`, one at a time")
