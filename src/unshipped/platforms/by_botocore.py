"""AWS by its own library, which finds the credentials, signs, and knows the interfaces.

What it sends goes through `_api`: it has no limit of its own on the whole time and on the size of an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from threading import Thread
from time import monotonic
from typing import Any, TypeVar

import tenacity
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, InvalidRegionError, NoCredentialsError
from botocore.loaders import Loader, create_loader
from botocore.session import Session
from botocore.utils import parse_timestamp

from unshipped.core.model import Code
from unshipped.core.texts.foreign import shown
from unshipped.errors import SourceError
from unshipped.http.exchange import ATTEMPTS, Answer
from unshipped.platforms.api import Api, document
from unshipped.ports import Look

Found = TypeVar("Found")

_DENIED = re.compile(
    "AccessDenied|ExpiredToken|InvalidClientToken|UnrecognizedClient|Signature|AuthenticationToken"
)
_BUSY = re.compile(rb"Throttl|TooManyRequests|RequestLimitExceeded")
_CODE = re.compile("[A-Z][A-Za-z.]{2,80}")
_SHORTLY = tenacity.wait_random_exponential(multiplier=0.2, max=2)
_WHO = "run `aws sso login` or `aws configure`, or name the profile in `profile`"

_ASKING: ContextVar[Api] = ContextVar("_ASKING")
"""Through what the requests of this thread go: a client is shared by all that ask, a deadline is not."""


class Aws:
    """One interface in one region, to be asked within one deadline."""

    def __init__(
        self, service: str, region: str, profile: str, endpoint: str, timeout: float, look: Look
    ) -> None:
        self._whose = f"AWS {service}{f' in {shown(region)}' if region else ''}"
        self.place = ", ".join(filter(None, (profile, region)))
        end = monotonic() + timeout
        self.key = (service, region, profile, endpoint)
        """What tells it from other interfaces, for what is asked once in a look."""
        self._client, self.ca_file = look.once(
            self.key, lambda: _in_time(timeout, self._whose, lambda: _client(*self.key, timeout))
        )
        self._api = Api(base="", timeout=round(max(end - monotonic(), 0.0), 1), ca_file=self.ca_file)
        self.end = self._api.end

    @property
    def left(self) -> float:
        """Seconds that are left of its time."""
        return max(self.end - monotonic(), 0.0)

    def signed(self, operation: str, **parameters: object) -> str:
        """An address that answers an operation to whoever has it, for a minute. Raises `SourceError`."""
        with self._asking():
            return str(self._client.generate_presigned_url(operation, Params=parameters, ExpiresIn=60))

    def ask(self, operation: str, **parameters: object) -> object:
        """The answer of an operation. Raises `SourceError`."""
        with self._asking():
            return getattr(self._client, operation)(**parameters)

    def rows(self, operation: str, key: str, **parameters: object) -> list[Any]:
        """What an operation lists under a key, on all its pages. Raises `SourceError`."""
        with self._asking():
            pages = self._client.get_paginator(operation).paginate(**parameters)
            return [row for page in pages for row in page.get(key) or ()]

    @contextmanager
    def _asking(self) -> Iterator[None]:
        before = _ASKING.set(self._api)
        try:
            yield
        except ClientError as error:
            raise _refused(error, self._whose) from None
        except BotoCoreError as error:
            message = f"{self._whose} cannot be asked: {type(error).__name__}"
            raise SourceError(Code.SOURCE_ERROR, message) from None
        except SourceError:
            raise
        except Exception:  # noqa: BLE001 - over another shape than it knows, the library trips in many ways
            message = f"{self._whose} answered in a shape that AWS does not describe"
            raise SourceError(Code.SOURCE_ERROR, message) from None
        finally:
            _ASKING.reset(before)


@cache
def _descriptions(path: str | None) -> Loader:
    """Of interfaces. To read one takes a tenth of a second: it is done once, and not in each look."""
    return create_loader(path)


def _client(service: str, region: str, profile: str, endpoint: str, timeout: float) -> tuple[Any, str]:
    """A client that sends through `_api`, and the file with the authorities that it would trust."""
    session = Session(profile=profile or None)
    session.register_component("data_loader", _descriptions(session.get_config_variable("data_path")))
    once = Config(
        connect_timeout=timeout,
        read_timeout=timeout,
        retries={"total_max_attempts": 1},
        signature_version="s3v4" if service == "s3" else None,
    )
    session.set_default_client_config(once)
    if (credentials := session.get_credentials()) is None:
        raise NoCredentialsError
    credentials.get_frozen_credentials()
    # As text, which is what reads every other platform expects.
    session.get_component("response_parser_factory").set_parser_defaults(
        timestamp_parser=lambda when: parse_timestamp(when).isoformat()
    )
    client = session.create_client(service, region_name=region or None, endpoint_url=endpoint or None)
    client.meta.events.register("before-send", _send)
    return client, session.get_config_variable("ca_bundle") or ""


def _in_time(seconds: float, whose: str, ask: Callable[[], Found]) -> Found:
    """Credentials may come from a program, a file or somebody else's server: none of these has a limit."""
    answer: Future[Found] = Future()

    def fulfil() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            answer.set_exception(error)

    Thread(target=fulfil, name="unshipped-aws", daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        message = f"{whose} cannot be asked: no credentials within {seconds:g} s"
        raise SourceError(Code.SOURCE_TIMEOUT, message, _WHO) from None
    except InvalidRegionError:
        raise SourceError(Code.SOURCE_ERROR, f"{whose} cannot be asked: that is no region") from None
    except (BotoCoreError, ClientError) as error:
        # Its own words may repeat what a program that gives credentials printed.
        raise SourceError(Code.SOURCE_DENIED, f"{whose}: {type(error).__name__}", _WHO) from None


def _send(request: AWSPreparedRequest, **_more: object) -> AWSResponse:
    """Ask again where it is asked too often, as long as half of the time is left for an answer."""
    api = _ASKING.get()
    again = tenacity.Retrying(
        retry=tenacity.retry_if_result(_is_busy),
        wait=_SHORTLY,
        stop=tenacity.stop_after_attempt(ATTEMPTS) | tenacity.stop_before_delay((api.end - monotonic()) / 2),
        retry_error_callback=lambda state: state.outcome and state.outcome.result(),
    )
    headers = {
        name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()
    }
    method = "" if request.method in ("GET", "POST") else request.method
    answer = again(api.answer, request.url, None, request.body, headers, refusals=True, method=method)
    if answer.status < 300:
        document(answer, request.url)  # the library would take what is no JSON for an empty answer
    return AWSResponse(request.url, answer.status, answer.headers, _Body(answer.body))


def _is_busy(answer: Answer) -> bool:
    return answer.status in (429, 503) or (
        answer.status >= 400 and _BUSY.search(answer.body[:2000]) is not None
    )


class _Body(BytesIO):
    """What the library reads an answer from."""

    def stream(self) -> Iterator[bytes]:
        yield self.getvalue()


def _refused(error: ClientError, whose: str) -> SourceError:
    found = _told(error, whose)
    status = error.response["ResponseMetadata"].get("HTTPStatusCode")
    found.status = status if isinstance(status, int) else 0
    return found


def _told(error: ClientError, whose: str) -> SourceError:
    said = str(error.response["Error"].get("Code"))
    status = error.response["ResponseMetadata"].get("HTTPStatusCode")
    message = f"{whose} answered {said if _CODE.fullmatch(said) else status} to {error.operation_name}"
    if "AccessDenied" in said:
        return SourceError(Code.SOURCE_DENIED, message, f"allow the action {error.operation_name}")
    if status in (401, 403) or _DENIED.search(said):
        return SourceError(Code.SOURCE_DENIED, message, _WHO)
    if status == 404 or "NotFound" in said:
        return SourceError(Code.NOT_FOUND, message)
    return SourceError(Code.SOURCE_ERROR, message)
