"""What a build says of itself beside its image: SLSA provenance (0.2 and 1) in an in-toto statement.

Its signature is not checked here: it is one more word, as good as whoever may push to the registry.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Container

from unshipped.core.value import Value
from unshipped.platforms import steps

_GIT = re.compile(r"(?:git\+)?(https?://[^@#?\s]+?|ssh://[^#?\s]+?)(?:\.git)?(?:[@#?].*)?", re.DOTALL)
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Made(Value):
    """The commit that something was built from, and the address of its repository where that is said."""

    commit: str
    repository: str


def made_from(document: object, digests: Container[str]) -> Made | None:
    """The commit, where a statement names exactly one and is about one of these digests."""
    statement = _opened(document)
    hashes = (steps.texts(row, "digest") for row in steps.rows(statement, "subject"))
    about = any(f"{kind}:{value}" in digests for row in hashes for kind, value in row.items())
    if not about or "slsa.dev/provenance/" not in steps.text(statement, "predicateType"):
        return None
    predicate = steps.at(statement, "predicate")
    own = _from_checkout(predicate) or _of(steps.at(predicate, "invocation", "configSource"))
    used = (
        *steps.rows(predicate, "buildDefinition", "resolvedDependencies"),
        *steps.rows(predicate, "materials"),
    )
    named = {made for row in used if (made := _of(row))}
    # With several repositories it is not said which one is the source, and which came along.
    return own or (named.pop() if len(named) == 1 else None)


def _opened(document: object) -> object:
    """A statement, out of the envelope or the bundle that it may be signed in."""
    payload = steps.text(document, "dsseEnvelope", "payload") or steps.text(document, "payload")
    try:
        return json.loads(base64.b64decode(payload)) if payload else document
    except (binascii.Error, ValueError, RecursionError):
        return None


def _from_checkout(predicate: object) -> Made | None:
    """What BuildKit says of the checkout that its context was."""
    for way in (
        ("metadata", "https://mobyproject.org/buildkit@v1#metadata", "vcs"),
        ("runDetails", "metadata", "buildkit_metadata", "vcs"),
    ):
        if commit := steps.text(predicate, *way, "revision"):
            return Made(commit, steps.text(predicate, *way, "source"))
    return None


def _of(row: object) -> Made | None:
    """What one thing that a build used is, where that is a commit."""
    where = _GIT.fullmatch(steps.text(row, "uri"))
    hashes = steps.texts(row, "digest")
    commit = hashes.get("gitCommit") or hashes.get("sha1") or ""
    return Made(commit, where[1]) if where and _COMMIT.fullmatch(commit) else None
