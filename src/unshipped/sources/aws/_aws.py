"""Amazon Web Services: an interface in one region, and who asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.ports import Look
from unshipped.sources.shared import steps

if TYPE_CHECKING:
    from unshipped.sources.aws._botocore import Aws


def asking(service: str, region: str, profile: str, endpoint: str, timeout: float, look: Look) -> Aws:
    """An interface, to be asked for so many seconds. Raises `SourceError`."""
    try:
        from unshipped.sources.aws._botocore import Aws  # noqa: PLC0415 - an extra: only who reads AWS has it
    except ImportError:
        message = "what reads AWS is not installed"
        raise SourceError(Code.SOURCE_ERROR, message, "pip install 'unshipped[aws]'") from None
    return Aws(service, region, profile, endpoint, timeout, look)


def tags(described: object) -> dict[str, str]:
    """The tags beside something, where they are a list."""
    return {key: steps.text(row, "value") for key, row in steps.named(described, "tags", key="key")}
