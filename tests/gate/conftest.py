"""Nothing that one test was answered is remembered in the next, and no test asks where the machine says."""

from __future__ import annotations

import pytest

from unshipped.gate import asking, file


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    for memory in (asking._answers, asking._flights, file._kept):
        memory.clear()
    for name in ("SERVER", "TOKEN", "VERDICTS", "VERDICTS_KEY", "CONFIG", "SERVICE", "COMMIT", "USER"):
        monkeypatch.delenv(f"UNSHIPPED_{name}", raising=False)
    for name in ("GIT_COMMIT", "COMMIT_SHA", "BUILD_COMMIT", "GIT_SHA", "SOURCE_VERSION", "K_SERVICE"):
        monkeypatch.delenv(name, raising=False)
