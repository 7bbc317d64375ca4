"""What the settings of several kinds have in common."""

from __future__ import annotations

from dataclasses import dataclass

from unshipped.errors import NotifyError, SourceError
from unshipped.http.checks import check_url, sendable
from unshipped.secrets import Reference, check_reference, named, reveal

LONGEST_WAIT = 60
"""The longest `timeout`, in seconds: a notice is one speaker's for twice as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Settings of every kind that is told over HTTP."""

    timeout: float = 10.0
    """Seconds for all that one message takes, at most 60."""

    private: bool = False
    """Whether the receiver may have an address of a private network, or of this machine."""

    ca_file: str = ""
    """File with the certificate authorities (PEM) to trust in place of the system's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSettings(WebSettings):
    """Settings of every kind that is a chat."""

    server: str = ""
    """Address of the server where people look at incidents; buttons lead there. Without it there are none."""

    people: dict[str, str] | None = None
    """Who is mentioned when a change of theirs waits: authors, each with what they are called there. In place
    of `people` of the file."""


def check_web(settings: WebSettings, *addresses: str) -> None:
    """Raises `ValueError` where the settings cannot be meant."""
    check_timeout(settings.timeout)
    for address in addresses:
        check_url(address)
    if isinstance(settings, ChatSettings) and settings.server:
        check_url(settings.server)


def check_timeout(seconds: float) -> None:
    """Raises `ValueError` where the number is no time that can be waited for."""
    if not 0 < seconds <= LONGEST_WAIT:
        raise ValueError(f"timeout is a number of seconds, more than 0 and at most {LONGEST_WAIT}")


def check_secret(*secrets: Reference) -> None:
    """Raises `ValueError` where a secret does not say where it is read from."""
    check_reference(*secrets)


def secret(reference: str | Reference) -> str:
    """The value of a setting that may be referenced. Raises `NotifyError`, which never repeats it."""
    if isinstance(reference, str):
        return reference
    try:
        found = reveal(reference).strip()
    except SourceError as error:
        raise NotifyError(error.message, error.hint, final=True) from None
    if not sendable(found):
        raise NotifyError(f"{named(reference)} is no text that can be sent in a request", final=True)
    return found
