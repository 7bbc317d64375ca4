"""One mail handed to a mail server, within one deadline. Whatever goes wrong is a `NotifyError`."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from queue import Empty, SimpleQueue
from socket import SHUT_RDWR
from threading import Event, Thread
from time import monotonic
from typing import Literal

from unshipped.core.value import Value
from unshipped.errors import NotifyError

Security = Literal["starttls", "tls", "none"]
_SECURITY = "see `security`: most servers want starttls at port 587, or tls at port 465"


class Server(Value):
    """Where mail is handed over, and by whom."""

    host: str
    port: int
    security: Security
    username: str
    password: str
    ca_file: str
    timeout: float

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port})"


def deliver(server: Server, mail: EmailMessage, sender: str, to: Sequence[str]) -> dict[str, int]:
    """Hand it over, and answer which recipients were refused and how, where others were not. Raises
    `NotifyError`.

    Each wait of the client is limited, and the whole from a second thread: a server that says one word
    after another would take forever. Once the server has taken the mail, a farewell that fails or hangs is no
    reason to send it again.
    """
    done: SimpleQueue[NotifyError | None] = SimpleQueue()
    clients: list[smtplib.SMTP] = []
    lost: dict[str, int] = {}
    taken = Event()

    def took(refused: Mapping[str, tuple[int, bytes]]) -> None:
        lost.update({address: code for address, (code, _) in refused.items()})
        taken.set()

    thread = Thread(
        target=lambda: done.put(_failure(server, mail, sender, to, clients.append, took)), daemon=True
    )
    thread.start()
    try:
        failure = done.get(timeout=server.timeout)
    except Empty:
        failure = _late(server, silent=not clients)
        for client in clients:
            with contextlib.suppress(OSError, AttributeError):
                client.sock.shutdown(SHUT_RDWR)  # type: ignore[union-attr]
    if failure and not taken.is_set():
        raise failure
    return lost


def _failure(
    server: Server,
    mail: EmailMessage,
    sender: str,
    to: Sequence[str],
    began: Callable[[smtplib.SMTP], None],
    took: Callable[[Mapping[str, tuple[int, bytes]]], None],
) -> NotifyError | None:
    whose, start, silent = f"mail server {server.host}", monotonic(), True
    try:
        with _connected(server) as client:
            began(client)
            silent = False
            if server.username:
                client.login(server.username, server.password)
            took(client.send_message(mail, sender, list(to)))
    except smtplib.SMTPRecipientsRefused as error:
        return _refused(whose, "the recipients", max(code for code, _ in error.recipients.values()))
    except smtplib.SMTPAuthenticationError as error:
        return _refused(whose, "user name or password", error.smtp_code)
    except smtplib.SMTPResponseException as error:
        return _refused(whose, "the mail", error.smtp_code)
    except smtplib.SMTPNotSupportedError:
        return NotifyError(f"{whose} does not offer what was asked of it", _SECURITY, final=True)
    except ssl.SSLCertVerificationError:
        return NotifyError(f"{whose}: its certificate is not accepted")
    except TimeoutError:
        return _late(server, silent=silent)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        if silent and isinstance(error, ssl.SSLError):
            return NotifyError(f"{whose} does not speak TLS as it was asked", _SECURITY)
        gone = monotonic() - start >= server.timeout
        reason = getattr(error, "strerror", None) or type(error).__name__
        late = _late(server, silent=silent)
        return late if gone else NotifyError(f"{whose} cannot be reached: {reason}")
    return None


def _connected(server: Server) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=_trusted(server))
    client = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
    if server.security == "starttls":
        try:
            client.starttls(context=_trusted(server))
        except BaseException:
            client.close()
            raise
    return client


def _trusted(server: Server) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca_file or None)


def _late(server: Server, *, silent: bool) -> NotifyError:
    """One that wants TLS from the beginning says nothing to whoever does not begin with it."""
    hint = _SECURITY if silent else ""
    return NotifyError(f"mail server {server.host} did not answer within {server.timeout:g} s", hint)


def _refused(whose: str, what: str, code: int) -> NotifyError:
    """From 500 on it will be refused again; below, the server has no time or no room by now."""
    return NotifyError(f"{whose} refused {what} ({code})", final=code >= 500)
