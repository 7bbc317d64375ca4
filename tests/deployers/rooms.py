"""What a stage is made in."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.sources.served import Answer, serving


@dataclass
class Room:
    """What a stage may use: a folder, the environment, and servers that end with the test."""

    folder: Path
    patch: pytest.MonkeyPatch
    stack: ExitStack = field(default_factory=ExitStack)
    stages: int = 0

    def next(self) -> Path:
        """A folder for one more stage."""
        self.stages += 1
        made = self.folder / str(self.stages)
        made.mkdir()
        self.patch.setenv("XDG_STATE_HOME", str(made / "state"))
        return made

    def serve(self, answer: Answer) -> str:
        return self.stack.enter_context(serving(answer)).url("")
