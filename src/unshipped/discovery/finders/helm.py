"""Charts of Helm: which images their values name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from unshipped.discovery.documents import Table, documents, table
from unshipped.discovery.finders._names import environment_of, image_name, is_ours, known, last_part, slug
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found, Place

_VALUES = re.compile(r"^values[\w.-]*\.ya?ml$")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """One for each image of a chart's values: by the name of the chart where there is only one, else by
    that of the image, or of the part of the chart where several have the same.
    """
    for path in snapshot.files():
        directory, _, name = path.rpartition("/")
        if name not in ("Chart.yaml", "Chart.yml") or not is_ours(path):
            continue
        chart = table(next(iter(documents(snapshot, path)), None))
        if chart.get("type") != "library":
            called = slug(known(chart.get("name"))) or slug(directory.rpartition("/")[2])
            yield from _chart(snapshot, directory, called)


def _chart(snapshot: Snapshot, directory: str, chart: str) -> Iterator[Found]:
    listed = [name for name in sorted(snapshot.names(directory)) if _VALUES.match(name)]
    found = []
    for name in listed:
        path = f"{directory}/{name}".lstrip("/")
        for document in documents(snapshot, path):
            images = _images(document, ())
            found += [(keys, image, Place(path, line)) for keys, image, line in images]
    is_single = len({keys for keys, _, _ in found}) == 1
    for keys, image, place in found:
        parts = {other for other, named, _ in found if named == image}
        called = chart if is_single or not keys else last_part(image) if len(parts) == 1 else "-".join(keys)
        if slug(called):
            environment = environment_of(place.path)
            yield Found(slug(called), place, image=image, runs_on="kubernetes", environment=environment)


def _images(value: Any, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, int]]:
    """Every `image`, with the keys that lead to it and its line."""
    for key, one in value.items() if isinstance(value, Table) else ():
        if key == "image":
            image = image_name(one) or _of_parts(table(one))
            if image:
                yield keys, image, value.lines.get(key, 0)
        else:
            yield from _images(one, (*keys, key))


def _of_parts(image: Table) -> str:
    registry, repository = image.get("registry"), image.get("repository") or image.get("name")
    parts = [one for one in (registry, repository) if isinstance(one, str)]
    return image_name("/".join(parts))
