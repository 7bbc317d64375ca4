"""An object of Cloud Storage, at `gs://BUCKET/OBJECT`. Needs `storage.objects.get`."""

from __future__ import annotations

from unshipped.core.model import Reading, Target
from unshipped.core.value import Value
from unshipped.platforms import steps
from unshipped.platforms.api import segment
from unshipped.platforms.settings import fill
from unshipped.ports import Look
from unshipped.sources.google import _run
from unshipped.sources.shared.objects import OF_CONTENT, known_as, known_by
from unshipped.sources.shared.parse import shown


class StorageObject(Value):
    url: str
    measure: str
    timeout: float = 20.0
    endpoint: str = "https://storage.googleapis.com"

    def read(self, target: Target, look: Look) -> Reading:
        url = fill(self.url, target)
        bucket, _, name = url.removeprefix("gs://").partition("/")
        path = f"/storage/v1/b/{segment(bucket)}/o/{segment(name)}"
        api = _run.asking(self.endpoint, self.timeout, look)
        if self.measure in OF_CONTENT:
            return known_by(self.measure, api.answer(path, {"alt": "media"}).body, shown(url))
        said = look.once(("object", self.endpoint, url), lambda: api.get(path))
        return known_as(self.measure, steps.text(said, self.measure), shown(url))
