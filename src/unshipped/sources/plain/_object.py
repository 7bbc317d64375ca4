"""An object at a web address: known by a header of the answer, or by its content."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from unshipped.core.model import Code, Reading, Target
from unshipped.core.value import Value
from unshipped.errors import SourceError
from unshipped.http.checks import check_url
from unshipped.http.exchange import Request
from unshipped.platforms.fetch import fetch
from unshipped.platforms.settings import fill
from unshipped.ports import Look
from unshipped.secrets import Reference
from unshipped.sources.plain._headers import revealed
from unshipped.sources.shared.objects import LARGEST, OF_CONTENT, known_as, known_by
from unshipped.sources.shared.parse import shown

_HEADERS = {"etag": "ETag", "generation": "x-goog-generation"}


class HttpObject(Value):
    url: str
    measure: str
    headers: Mapping[str, str | Reference] = MappingProxyType({})
    timeout: float = 20.0

    def read(self, target: Target, look: Look) -> Reading:
        url = fill(self.url, target)
        whose = shown(url)
        try:
            check_url(url)
        except ValueError as error:
            raise SourceError(Code.SOURCE_ERROR, f"{whose} cannot be asked: {error}") from None
        whole = self.measure in OF_CONTENT
        request = Request(
            url=url,
            headers=revealed(self.headers),
            whose=whose,
            timeout=self.timeout,
            ca_file="",
            body=whole,
            limit=LARGEST,
        )
        key = ("object", url, whole, *sorted(request.headers.items()))
        answer = look.once(key, lambda: fetch(request))
        if whole:
            return known_by(self.measure, answer.body, whose)
        return known_as(self.measure, answer.headers.get(_HEADERS[self.measure], ""), whose)
