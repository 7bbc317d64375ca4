"""What systemd says of a unit, and what lies in files beside it: here, or on another machine."""

from __future__ import annotations

import re
import stat
from datetime import UTC, datetime
from time import monotonic

from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.platforms.programs import EndedError, output
from unshipped.sources.shared.parse import LIMIT, shown

_PROPERTIES = (
    *("LoadState", "ActiveState", "SubState", "ExecMainStartTimestamp", "Environment", "WorkingDirectory"),
    *("FragmentPath", "DropInPaths"),
)
_PATH = re.compile(r"/[A-Za-z0-9:_.@+,=/-]*")


class Machine:
    """Where the unit is. A shell of ssh's may read the words: what would mean something to it stays out."""

    def __init__(self, lead: list[str], seconds: float) -> None:
        self._lead, self._seconds, self._end = lead, seconds, monotonic() + seconds

    def properties(self, unit: str) -> dict[str, str]:
        words = ["systemctl", "show", "--timestamp=utc", f"--property={','.join(_PROPERTIES)}", "--", unit]
        lines = self._output(words).decode("utf-8", "replace").splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}

    def text(self, path: str) -> bytes | None:
        """What a file holds; None where it cannot be read."""
        try:
            return self._output(["cat", "--", path])
        except EndedError as error:
            if error.exit_code != 1:
                raise
            return None

    def changed_after(self, start: datetime | None, *paths: str) -> bool:
        """Whether any was, or it is not known. By the change of the inode: a copy may keep an older time.

        A folder counts where it is a link, which a deployment turns to another one.
        """
        try:
            printed = self._output(["stat", "--format=%Z:%f", "--", *paths]).decode("utf-8", "replace")
        except EndedError as error:
            if error.exit_code != 1:
                raise
            return True
        rows = [line.partition(":") for line in printed.splitlines()]
        times = [float(when) for when, _, mode in rows if when.isdecimal() and not _is_folder(mode)]
        return start is None or not times or max(times) > start.timestamp()

    def _output(self, words: list[str]) -> bytes:
        whose = f"command {shown(' '.join(words[:2]))}"
        if odd := [word for word in words if word.startswith("/") and not _PATH.fullmatch(word)]:
            raise SourceError(Code.SOURCE_ERROR, f"{shown(odd[0])} is no path that can be asked for")
        left = self._end - monotonic()
        if left <= 0:
            raise SourceError(Code.SOURCE_TIMEOUT, f"{whose} did not end within {self._seconds:g} s")
        return output([*self._lead, *words], whose, timeout=left, limit=LIMIT)


def _is_folder(mode: str) -> bool:
    """Whether that is the mode of a folder, told in hexadecimal: words depend on the language there."""
    try:
        return stat.S_ISDIR(int(mode, 16))
    except ValueError:
        return False


def moment(written: str) -> datetime | None:
    """A time as systemd writes it: `Thu 2026-02-05 12:00:00 UTC`."""
    try:
        return datetime.strptime(written.partition(" ")[2], "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    except ValueError:
        return None
