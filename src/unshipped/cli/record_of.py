"""The record that the commands of a gate use, where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unshipped.app.gate_api import Record
    from unshipped.core.alerting import Notice
    from unshipped.core.gating import Bypass
    from unshipped.wiring import Fleet

__all__ = ["Nowhere", "Record", "record_of"]


class Nowhere:
    """Where nothing is written down: a bypass holds for one run."""

    def bypass(self, bypass: Bypass) -> None: ...

    def add(self, notices: Sequence[Notice]) -> None: ...


def record_of(fleet: Fleet) -> Record | None:
    """The record of a fleet; None where it keeps none."""
    return None
