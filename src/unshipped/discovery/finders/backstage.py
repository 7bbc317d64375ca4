"""Components of a Backstage catalog: what a directory is called, and who looks after it."""

from __future__ import annotations

from collections.abc import Iterator

from unshipped.discovery.documents import documents, table
from unshipped.discovery.finders._names import is_run, slug
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found, Place


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """One for each component of a `catalog-info.yaml`; how it is built, others say."""
    for path in snapshot.files():
        if not f"/{path}".endswith(("/catalog-info.yaml", "/catalog-info.yml")) or not is_run(path):
            continue
        for document in documents(snapshot, path):
            top = table(document)
            name, owner = table(top.get("metadata")).get("name"), table(top.get("spec")).get("owner")
            if top.get("kind") == "Component" and isinstance(name, str):
                place = Place(path, top.lines.get("metadata", 0))
                home = path.rpartition("/")[0]
                whose = owner if isinstance(owner, str) else ""
                yield Found(slug(name), place, owner=whose, also=(home,) if home else ())
