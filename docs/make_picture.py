"""Draws the answer of `unshipped check` in the demo's shop: `docs/images/check.svg`.

    .venv/bin/python docs/make_picture.py

The shop is made with a fixed time, so that the picture is always the same.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "examples" / "demo"))

from history import configuration, make
from run import deployer, serving

PICTURE = ROOT / "docs" / "images" / "check.svg"
NOW = datetime(2026, 2, 5, 16, 37, tzinfo=UTC)
COLUMNS = 100
PORT = "40080"
"""What every port is drawn as: the real ones differ from run to run."""

LINE, CHAR, LEFT, TOP = 20, 8.4, 20, 52
CLASSES = {"31": "red", "32": "green", "33": "yellow", "34": "blue", "90": "grey", "1": "bold"}
STYLE = """\
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
text { fill: #1f2328; }
.back { fill: #f6f8fa; stroke: #d0d7de; } .dot { fill: #d0d7de; } .bold { font-weight: 600; }
.grey { fill: #59636e; } .red { fill: #cf222e; } .green { fill: #116329; }
.yellow { fill: #7d4e00; } .blue { fill: #0550ae; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; } .back { fill: #161b22; stroke: #3d444d; } .dot { fill: #3d444d; }
.grey { fill: #9198a1; } .red { fill: #ff7b72; } .green { fill: #56d364; }
.yellow { fill: #e3b341; } .blue { fill: #79c0ff; }
}"""


def answer() -> str:
    """What `unshipped check` prints on a terminal of so many columns, with colour."""
    with tempfile.TemporaryDirectory() as folder:
        shop = make(Path(folder) / "shop", NOW)
        script = deployer(shop.folder.parent / "run")
        with serving(shop, script.parent) as addresses:
            (shop.folder / "unshipped.yaml").write_text(configuration(addresses, script), encoding="utf-8")
            command = [sys.executable, "-m", "unshipped", "check", "--no-cache", "--color=always"]
            done = subprocess.run(
                [*command, f"--now={NOW.isoformat()}"],
                cwd=shop.folder,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
                env=os.environ | {"COLUMNS": str(COLUMNS), "PYTHONPATH": str(ROOT / "src")},
            )
    return re.sub(r"(127\.0\.0\.1:)\d{5}", rf"\g<1>{PORT}", done.stdout)


def picture(text: str) -> str:
    """A terminal with a command and its answer."""
    lines = ["$ unshipped check", *text.rstrip("\n").split("\n")]
    width, height = round(COLUMNS * CHAR + 2 * LEFT), TOP + LINE * len(lines)
    rows = [row for at, line in enumerate(lines) for row in _row(line, TOP + LINE * at)]
    dots = "".join(f'<circle class="dot" cx="{LEFT + 4 + 20 * at}" cy="20" r="6"/>' for at in range(3))
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title">',
        '<title id="title">unshipped check: a table of services, worst first, and its sum</title>',
        f"<style>\n{STYLE}\n</style>",
        f'<rect class="back" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>',
        dots,
        *rows,
        "</svg>\n",
    ]
    return "\n".join(parts)


def _row(line: str, y: int) -> list[str]:
    """One text element for each run of one colour, so that columns stay columns in every font."""
    found, colour, column = [], "", 0
    for part in re.split(r"(\x1b\[\d+m)", line):
        if code := re.fullmatch(r"\x1b\[(\d+)m", part):
            colour = CLASSES.get(code[1], "")
            continue
        for word in re.finditer(r"\S+(?: \S+)*", part):
            x, length = LEFT + (column + word.start()) * CHAR, len(word[0]) * CHAR
            kind = f' class="{colour}"' if colour else ""
            found.append(f'<text{kind} x="{x:g}" y="{y}" textLength="{length:g}">{escape(word[0])}</text>')
        column += len(part)
    return found


def main() -> None:
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(answer()), encoding="utf-8")


if __name__ == "__main__":
    main()
