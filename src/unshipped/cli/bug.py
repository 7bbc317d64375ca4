"""What to attach to a report when unshipped itself is wrong."""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
from pathlib import Path

from unshipped import __version__
from unshipped.cli.output import aside


def report(error: Exception) -> Path | str:
    """Write the traceback and the versions to a new file, and say where. No argument, no environment."""
    text = "\n".join(
        [
            f"unshipped {__version__}",
            f"python {sys.version}",
            f"platform {platform.platform()}",
            "",
            "".join(traceback.format_exception(error)),
        ]
    )
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            prefix="unshipped-bug-",
            suffix=".log",
            delete=False,
            encoding="utf-8",
            errors="backslashreplace",
        ) as file:
            file.write(text)
    except OSError:
        aside(text)
        return "(it could not be written; its text is above)"
    return Path(file.name)
