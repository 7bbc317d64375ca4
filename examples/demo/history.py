"""A small shop and its history: what is merged, and which commit of it each service was built from."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

PATHS = {
    "api": ["api", "shared"],
    "worker": ["worker", "shared"],
    "billing": ["billing"],
    "site": ["site"],
    "mail": ["mail"],
    "search": ["search"],
}
IGNORED = "**/*.md"
FIRST = {"shared/money.py": "CENTS = 2\n", **{f"{name}/main.py": f"NAME = {name!r}\n" for name in PATHS}}


@dataclass(frozen=True)
class Shop:
    """The repository, the commit that each service serves, and the change that the demo asks about."""

    folder: Path
    serving: Mapping[str, str]
    rounding: str


class _Writer:
    """Writes commits whose times are so many hours before `now`."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder, self.now = folder, now
        folder.mkdir(parents=True)
        self.git("init", "-q", "--template=", "-b", "main")

    def git(self, *arguments: str, **variables: str) -> str:
        command = ["git", "-c", "core.hooksPath=", "-c", "commit.gpgSign=false", *arguments]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=kept | nobody | variables,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, hours: float, author: str, subject: str, files: Mapping[str, str]) -> str:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        date = f"{int((self.now - timedelta(hours=hours)).timestamp())} +0000"
        who = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", author), ("EMAIL", f"{author.lower()}@example.com"), ("DATE", date))
        }
        self.git("commit", "-q", "-m", subject, **who)
        return self.git("rev-parse", "HEAD")


def make(folder: Path, now: datetime) -> Shop:
    """The repository in a new folder, as it looks at that time."""
    at = _Writer(folder, now)
    start = at.commit(73, "Ana", "Open the shop (#1)", FIRST)
    before = at.commit(50, "Ben", "Send a receipt for each order (#2)", {"worker/main.py": "RECEIPT = 1\n"})
    at.git("switch", "-q", "-c", "hotfix", start)
    hotfix = at.commit(30, "Ana", "Stop sending mail twice", {"mail/main.py": "NAME = 'mail'\nONCE = True\n"})
    at.git("switch", "-q", "main")
    rounding = at.commit(14.05, "Ana", "Round half a cent to even (#3)", {"shared/money.py": "EVEN = True\n"})
    at.commit(6, "Ben", "Charge at night (#4)", {"billing/main.py": "HOUR = 3\n"})
    undone = {"billing/main.py": FIRST["billing/main.py"]}
    reverted = at.commit(5, "Ben", 'Revert "Charge at night (#4)" (#5)', undone)
    at.commit(4, "Ana", "Say how the site is built (#6)", {"site/README.md": "Run make.\n"})
    at.commit(3.1, "Ben", "Page through orders (#7)", {"api/orders.py": "PAGE = 50\n"})
    at.commit(2.2, "Ana", "Tell Ben when mail bounces (#8)", {"mail/main.py": "BOUNCES = 'ben'\n"})
    at.commit(1.2, "Ana", "Sort orders by date (#9)", {"api/orders.py": "PAGE = 50\nSORT = 'date'\n"})
    serving = {"worker": before, "billing": rounding, "mail": hotfix, "site": reverted, "search": before}
    return Shop(folder, {"api": reverted, **serving}, rounding)


def configuration(addresses: Mapping[str, str], script: Path) -> str:
    """The `unshipped.yaml` of the shop."""
    lines = ["ignore:", f'  - "{IGNORED}"', "deploy:"]
    lines += [
        f'  by: {{deployer: command, command: ["{script}", "{{service}}"], state: "{script.parent}/state"}}'
    ]
    lines += ["  identity: {every: 1s, times: 1}", "  engine: {kind: local}", "services:"]
    for name, paths in PATHS.items():
        lines += [f"  {name}:", f"    paths: [{', '.join(paths)}]"]
        lines += ["    deployed:", "      source: http", f"      url: {addresses[name]}"]
    return "\n".join(lines) + "\n"
