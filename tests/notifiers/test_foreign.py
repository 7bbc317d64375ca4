"""Another package brings a notifier, and it is declared as any other."""

from __future__ import annotations

from tests.notifiers.benches import Room
from unshipped.config import load
from unshipped.notifiers import every, kind
from unshipped.sources import every as sources
from unshipped.wiring.telling import receiver

PIGEON = '''
from dataclasses import dataclass

@dataclass(frozen=True, slots=True, kw_only=True)
class Pigeon:
    """A pigeon."""

    least = "critical"
    loft: str
    """Where it lives."""

    def say(self, message, reference):
        return "feather"
'''


def test_a_kind_of_another_package_is_told_like_the_others(room: Room):
    info = room.folder / "one-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: one\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[unshipped.notifiers]\npigeon = unshipped_pigeon:Pigeon\n")
    (room.folder / "unshipped_pigeon.py").write_text(PIGEON)
    room.patch.syspath_prepend(str(room.folder))
    assert kind("pigeon").__name__ == "Pigeon"
    text = (
        "services: {api: {paths: [a], deployed: abcdef0}}\nreceivers: {p: {notifier: pigeon, loft: roof}}\n"
    )
    config = load(text, "unshipped.yaml", sources(), every())
    assert [route.least.word for route in config.routes] == ["critical"]
    assert receiver(config.telling, "p").say(None, "") == "feather"  # type: ignore[arg-type]
