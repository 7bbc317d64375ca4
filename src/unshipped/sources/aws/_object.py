"""An object of Amazon S3, at `s3://BUCKET/KEY`. Needs `s3:GetObject`; a version of it is not asked for."""

from __future__ import annotations

from unshipped.core.model import Reading, Target
from unshipped.core.value import Value
from unshipped.http.exchange import Answer, Request
from unshipped.platforms.aws import asking
from unshipped.platforms.fetch import RefusedError, fetch
from unshipped.platforms.settings import fill
from unshipped.ports import Look
from unshipped.sources.shared.objects import LARGEST, OF_CONTENT, known_as, known_by
from unshipped.sources.shared.parse import shown

_HEADERS = {"etag": "ETag", "generation": "x-amz-version-id"}
_THERE = "x-amz-bucket-region"


class S3Object(Value):
    url: str
    measure: str
    timeout: float = 20.0
    endpoint: str = ""

    def read(self, target: Target, look: Look) -> Reading:
        url = fill(self.url, target)
        whole = self.measure in OF_CONTENT
        answer = look.once(("object", self.endpoint, url, whole), lambda: self._found(url, look, whole=whole))
        if whole:
            return known_by(self.measure, answer.body, shown(url))
        return known_as(self.measure, answer.headers.get(_HEADERS[self.measure], ""), shown(url))

    def _found(self, url: str, look: Look, *, whole: bool) -> Answer:
        """The object, asked for in the region of whoever asks. A bucket of another one says where it is."""
        try:
            return self._asked(url, "", look, whole=whole)
        except RefusedError as error:
            region = error.headers.get(_THERE, "")
            if not (region.replace("-", "").isalnum() and error.status in (301, 400, 403)):
                raise
            return self._asked(url, region, look, whole=whole)

    def _asked(self, url: str, region: str, look: Look, *, whole: bool) -> Answer:
        bucket, _, key = url.removeprefix("s3://").partition("/")
        aws = asking("s3", region, "", self.endpoint, self.timeout, look)
        request = Request(
            url=aws.signed("get_object", Bucket=bucket, Key=key),
            headers={},
            whose=shown(url),
            timeout=aws.left,
            ca_file=aws.ca_file,
            body=whole,
            limit=LARGEST,
            secret=True,
        )
        return fetch(request)
