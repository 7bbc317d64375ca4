"""One request, whose failure is a reason why nobody knows what serves."""

from __future__ import annotations

from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.http import exchange
from unshipped.http.exchange import Answer, Request

_CODES = {401: Code.SOURCE_DENIED, 403: Code.SOURCE_DENIED, 404: Code.NOT_FOUND, 410: Code.NOT_FOUND}


class RefusedError(SourceError):
    """An answer that is no success."""

    def __init__(self, refused: exchange.RefusedError) -> None:
        super().__init__(_CODES.get(refused.status, Code.SOURCE_ERROR), refused.message)
        self.status = refused.status
        self.headers = refused.headers


class RedirectedError(SourceError):
    """The answer lies elsewhere, where nobody said that it may be asked for."""


def fetch(request: Request) -> Answer:
    """The answer with a status of 2xx, or a refusal if wanted. Raises `SourceError` in every other case."""
    try:
        return exchange.ask(request)
    except exchange.RefusedError as error:
        raise RefusedError(error) from None
    except exchange.RedirectedError as error:
        raise RedirectedError(Code.SOURCE_ERROR, error.message, error.hint) from None
    except exchange.SilentError as error:
        raise SourceError(Code.SOURCE_TIMEOUT, error.message, error.hint) from None
    except exchange.HttpError as error:
        raise SourceError(Code.SOURCE_ERROR, error.message, error.hint) from None
