"""A Kubernetes cluster: what is in a namespace, each kind listed once in a look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.platforms.api import Api, segment
from unshipped.platforms.fetch import RefusedError
from unshipped.platforms.kubeconfig import access
from unshipped.ports import Look

_PAGE = "500"
_EXPIRED = 410
"""What a cluster answers that has forgotten where a list goes on. It says nothing of what is there."""

METADATA = {"Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json"}
"""Asks for metadata only: all that is wanted of what exists in many old versions."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster in one look."""

    api: Api
    namespace: str
    """That of the context: where nothing else is said."""
    look: Look = field(repr=False)
    key: tuple[str, str]
    """Which kubeconfig and which context: who else asks the same gets the same."""

    def named(self, group: str, namespace: str, plural: str) -> dict[str, steps.Table]:
        """Everything of a kind, by name."""
        rows = self._rows(group, namespace, plural, {})
        return {name: row for row in rows if (name := steps.text(row, "metadata", "name"))}

    def owned(
        self, group: str, namespace: str, plural: str, headers: Mapping[str, str] | None = None
    ) -> dict[str, list[steps.Table]]:
        """Everything of a kind that something else made, by the id of its maker."""

        def by_maker() -> dict[str, list[steps.Table]]:
            made: dict[str, list[steps.Table]] = {}
            for row in self._rows(group, namespace, plural, headers or {}):
                for owner in steps.rows(row, "metadata", "ownerReferences"):
                    if owner.get("controller") is True and (maker := steps.text(owner, "uid")):
                        made.setdefault(maker, []).append(row)
            return made

        return self.look.once(("kubernetes owned", *self.key, group, namespace, plural), by_maker)

    def _rows(self, group: str, namespace: str, plural: str, headers: Mapping[str, str]) -> list[steps.Table]:
        def more(page: object) -> dict[str, str]:
            token = steps.text(page, "metadata", "continue")
            return {"continue": token} if token else {}

        path = f"{group}/namespaces/{segment(namespace)}/{plural}"

        def ask() -> list[steps.Table]:
            pages = self.api.pages(path, {"limit": _PAGE}, more, headers)
            try:
                return [row for page in pages for row in steps.rows(page, "items")]
            except RefusedError as error:
                if error.status != _EXPIRED:
                    raise
                message = f"{error.message}: its list took longer than the cluster keeps one"
                raise SourceError(Code.SOURCE_ERROR, message) from None

        return self.look.once(("kubernetes", *self.key, path), ask)


def cluster(look: Look, kubeconfig: str, context: str, timeout: float) -> Cluster:
    """The cluster of a context, with everything that is asked of it in time. Raises `SourceError`."""
    key, began = (kubeconfig, context), monotonic()
    found = look.once(("kubernetes access", *key), lambda: access(kubeconfig, context, timeout))
    left = round(timeout - (monotonic() - began), 1)
    api = Api(base=found.server, timeout=left, headers=found.headers, tls=found.tls)
    return Cluster(api, found.namespace, look, key)
