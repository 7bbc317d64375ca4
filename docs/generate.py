"""Makes the reference from the code, and puts today's outputs into every page that shows one.

    .venv/bin/python docs/generate.py

`tests/docs/` fails where a page differs from what this writes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from docs.generator import (
    access,
    cli,
    codes,
    configuration,
    contract,
    drift_log,
    environment,
    interface,
    metrics,
)

REFERENCE = ROOT / "docs" / "reference"
MADE = "<!-- made by docs/generate.py from the code: change it there -->\n\n"
PAGES: dict[str, Callable[[], str]] = {
    "access.md": access.page,
    "cli.md": cli.page,
    "configuration.md": configuration.page,
    "drift-log.md": drift_log.page,
    "environment.md": environment.page,
    "exit-codes.md": codes.exit_codes,
    "json.md": contract.page,
    "metrics.md": metrics.page,
    "reason-codes.md": codes.reason_codes,
}


def makers() -> dict[Path, Callable[[], str]]:
    """What makes each page of the reference."""
    return {REFERENCE / name: partial(_page, make) for name, make in PAGES.items()} | {
        REFERENCE / "deployment_drift_log.json": drift_log.schema_file,
        REFERENCE / "openapi.json": interface.description,
        REFERENCE / "unshipped.schema.json": configuration.schema_file,
    }


def _page(make: Callable[[], str]) -> str:
    return MADE + make().rstrip() + "\n"


def main() -> None:
    from tests.docs.consoles import rewrite
    from tests.docs.pages import pages

    REFERENCE.mkdir(exist_ok=True)
    before = {path: path.read_text(encoding="utf-8") for path in pages()}
    for path, make in makers().items():
        path.write_text(make(), encoding="utf-8")
    for path in pages():
        rewrite(path)
        if path.read_text(encoding="utf-8") != before.get(path):
            print(f"changed: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
