"""The image of a commit, by its digest: a tag can be moved while it is deployed."""

from __future__ import annotations

from unshipped import google
from unshipped.core.model import Code
from unshipped.deployers._step import untouched
from unshipped.errors import SourceError
from unshipped.platforms.logins import Login, remembered
from unshipped.platforms.orders import fill
from unshipped.platforms.registry import Registry, image
from unshipped.ports.deploying import Order

SECONDS = 30.0
"""How long a registry may take."""
_GOOGLES = (".pkg.dev", "gcr.io")
_READING = "https://www.googleapis.com/auth/cloud-platform.read-only"


def check_image(reference: str) -> None:
    """Raises `ValueError` where a setting names no image of each commit."""
    if "{commit}" not in reference:
        raise ValueError("image names the commit, such as registry.example.com/shop/{service}:{commit}")
    image(fill(reference, Order("", 0, "a", "a", "a" * 40)))


def pinned(reference: str, order: Order, endpoint: str = "") -> str:
    """The image of an order by its digest. Raises `SourceError`."""
    found = image(fill(reference, order))
    if found.digest:
        return str(found)
    registry = Registry(found, SECONDS, lambda seconds: _who(found.registry, found.name, seconds), endpoint)
    digest, _manifest = registry.manifest(found.tag)
    return f"{found.registry}/{found.name}@{digest}"


def missing(reference: str, order: Order, endpoint: str = "") -> str:
    """Why there is no image of an order; empty where there is one. Raises `DeployError`."""
    with untouched():
        try:
            pinned(reference, order, endpoint)
        except SourceError as error:
            if error.problem.code is Code.NOT_FOUND:
                return f"there is no image {fill(reference, order)}"
            raise
    return ""


def _who(registry: str, name: str, seconds: float) -> Login | None:
    """Whom `docker login` remembers; at Google, else whoever asks Google."""
    known = remembered(registry, name, seconds)
    if known or not registry.endswith(_GOOGLES):
        return known
    try:
        token = google.headers(_READING, seconds)["Authorization"].removeprefix("Bearer ")
    except google.GoogleError:
        return None
    return Login("oauth2accesstoken", token)
