"""The import contracts of pyproject.toml, which `make static` checks, and the picture in ARCHITECTURE.md."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def contracts() -> list[dict[str, object]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(settings["tool"]["importlinter"]["contracts"])


def test_every_contract_says_what_to_do_instead():
    assert [contract["name"] for contract in contracts() if ":" not in str(contract["name"])] == []


def test_every_room_is_in_the_architecture():
    words = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    entries = (ROOT / "src" / "unshipped").iterdir()
    rooms = {entry.stem for entry in entries if entry.suffix == ".py" or (entry / "__init__.py").exists()}
    assert sorted(room for room in rooms if not room.startswith("_") and f"`{room}`" not in words) == []
