"""Somebody who watches a step: remembers what is said, and may want it ended."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from unshipped.ports.deploying import Order

COMMIT = "eb7ce85b6f7b5b3f0a4b3d9f1c2e3d4c5b6a7988"
BEFORE = "0c2a1f9e8d7c6b5a4938271605f4e3d2c1b0a998"
ORDER = Order("rollout-1", 0, "api", "production", COMMIT, before=BEFORE)


@dataclass
class Watching:
    """`patience`: after so many seconds it is to be ended."""

    patience: float = float("inf")
    lines: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def say(self, line: str) -> None:
        self.lines.append(line)

    def cancelled(self) -> bool:
        return time.monotonic() - self.began > self.patience

    @property
    def text(self) -> str:
        return "\n".join(self.lines)
