"""Amazon Web Services: an interface in one region, and who asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.ports import Look

if TYPE_CHECKING:
    from unshipped.platforms.by_botocore import Aws


def asking(service: str, region: str, profile: str, endpoint: str, timeout: float, look: Look) -> Aws:
    """An interface, to be asked for so many seconds. Raises `SourceError`."""
    try:
        from unshipped.platforms.by_botocore import Aws  # noqa: PLC0415 - an extra: only who asks AWS has it
    except ImportError:
        message = "what reads AWS is not installed"
        raise SourceError(Code.SOURCE_ERROR, message, "pip install 'unshipped[aws]'") from None
    return Aws(service, region, profile, endpoint, timeout, look)
