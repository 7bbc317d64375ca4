"""The repositories that the documents talk about. A page names one: `<!-- repository: shop -->`.

Every commit has a fixed time, so its id is always the same and may stand in a page.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.repo import ANA, BEN, Entry, Repo, executable, git, link

NOW = datetime(2026, 2, 5, 16, 37, tzinfo=UTC)
"""When the documents were written, as far as their outputs go."""
PAGE = "<!doctype html><title>Sign in</title>"


@dataclass(frozen=True)
class World:
    """Where commands run, and what each address `HOST/PATH` below example.com answers."""

    folder: Path
    answers: Mapping[str, str] = field(default_factory=dict)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def shop(place: Path) -> World:
    """The shop of Ana and Ben, as a clone that was fetched four minutes ago."""
    origin = Repo.init(place / "origin")
    ids = _history(origin)
    git(place, "clone", "-q", str(origin.path), "shop")
    fetched = place / "shop/.git/FETCH_HEAD"
    fetched.write_text(f"{origin.id('main')}\t\tbranch 'main' of {origin.path}\n")
    os.utime(fetched, (ago(4 / 60).timestamp(),) * 2)
    serving = {
        "api.example.com": ids[5],
        "worker.example.com": ids[2],
        "site.example.com": ids[1],
        "api.staging.example.com": ids[9],
        "worker.staging.example.com": ids[4],
        "site.staging.example.com": ids[9],
    }
    answers = {f"{host}/__version__": f'{{"commit": "{commit}"}}' for host, commit in serving.items()}
    return World(place / "shop", {**answers, "api.example.com/": PAGE})


def _history(repo: Repo) -> list[str]:
    """The ids of the landings, by the number of their pull request."""
    landings: list[tuple[float, str, str, Mapping[str, str]]] = [
        (50, ANA, "Open the shop", {f"{name}/main.py": "" for name in ("api", "worker", "shared", "site")}),
        (27, BEN, "Send a receipt for every order", {"worker/main.py": "receipts"}),
        (20, ANA, "Round half a cent to even", {"shared/money.py": "even"}),
        (9, BEN, "Retry a receipt that bounced", {"worker/main.py": "retry"}),
        (7, ANA, "Say how the site is built", {"site/README.md": "make"}),
        (5, BEN, "Show a hundred orders a page", {"api/main.py": "100"}),
        (4.5, BEN, 'Revert "Show a hundred orders a page"', {"api/main.py": ""}),
        (2, ANA, "Sort orders by date", {"api/orders.py": "sorted"}),
        (0.75, BEN, "Keep prices in cents", {"shared/money.py": "even cents"}),
    ]
    ids = [""]
    for number, (hours, author, subject, files) in enumerate(landings, 1):
        ids.append(repo.commit(files, message=f"{subject} (#{number})", at=ago(hours), author=author))
    return ids


def depot(place: Path) -> World:
    """Services that say themselves how they are built: a Dockerfile, a function, a library with a link."""
    repo = Repo.init(place / "depot")
    copies = "WORKDIR /app\nCOPY shared/ shared/\nCOPY api/ api/\n"
    dockerfile = f'FROM python:3.11\n{copies}CMD ["python", "-m", "api.main"]\n'
    repo.commit(
        {
            "api/Dockerfile": dockerfile,
            "api/main.py": "from shared import money\n",
            "shared/__init__.py": "",
            "shared/money.py": "CENTS = 100\n",
            "shared/report.py": "",
            "functions/alert/main.py": "import shared.money\n",
            "functions/alert/requirements.txt": "",
            "functions/alert/shared": link("../../shared"),
            "docs/notes.txt": "",
        },
        message="Open the depot (#1)",
        at=ago(50),
    )
    repo.tag("v1").commit({"shared/report.py": "ROWS = 10\n"}, message="Show ten rows (#2)", at=ago(6))
    repo.commit({"shared/money.py": "CENTS = 1000\n"}, message="Keep mills (#3)", at=ago(3))
    return World(repo.path)


# ---------------------------------------------------------------- one small history a question


def _story(place: Path) -> Repo:
    """`A`, an hour-old start that every story goes on from."""
    repo = Repo.init(place / "api")
    repo.commit({"api/main.py": "1", "web/main.py": "1"}, message="Start", at=ago(9))
    return repo.tag("A")


def squash(place: Path) -> World:
    """A branch went live before it was squashed to main."""
    repo = _story(place).branch("topic")
    repo.commit({"api/main.py": "2"}, message="Half of it", at=ago(5), on="topic")
    repo.commit({"api/main.py": "3"}, message="All of it", at=ago(4), on="topic")
    repo.tag("T", "topic").squash("topic", at=ago(3))
    return World(repo.tag("B").path)


def reverted(place: Path) -> World:
    """A change and its revert."""
    repo = _story(place)
    change = repo.commit({"api/main.py": "2"}, message="Try something", at=ago(5))
    repo.tag("B").revert(change, at=ago(4))
    return World(repo.tag("C").path)


def partly(place: Path) -> World:
    """A change, its revert, and one that stays."""
    repo = _story(place)
    change = repo.commit({"api/main.py": "2"}, message="Try something", at=ago(5))
    repo.tag("B").revert(change, at=ago(4))
    repo.tag("C").commit({"api/more.py": "1"}, message="Keep this", at=ago(2))
    return World(repo.tag("D").path)


def merged(place: Path) -> World:
    """Two commits that one merge brought, days after they were written."""
    repo = _story(place).branch("topic")
    repo.commit({"api/one.py": "1"}, message="First half", at=ago(8), on="topic")
    repo.commit({"api/two.py": "1"}, message="Second half", at=ago(7), on="topic")
    repo.merge("topic", message="Merge pull request #12 from topic", at=ago(2))
    return World(repo.tag("M").path)


def hotfix(place: Path) -> World:
    """Production runs a fix that main lacks, and main has moved on."""
    repo = _story(place).branch("hotfix")
    repo.commit({"api/main.py": "fixed"}, message="Stop the fire", at=ago(5), on="hotfix")
    repo.tag("H", "hotfix").commit({"api/more.py": "1"}, message="Go on", at=ago(3))
    return World(repo.tag("B").path)


def ahead(place: Path) -> World:
    """Production runs a fix that main lacks, and main stands still."""
    repo = _story(place).branch("hotfix")
    repo.commit({"api/main.py": "fixed"}, message="Stop the fire", at=ago(5), on="hotfix")
    return World(repo.tag("H", "hotfix").path)


def picked(place: Path) -> World:
    """A hotfix that was picked to main afterwards."""
    repo = _story(place).branch("hotfix")
    fix = repo.commit({"api/main.py": "fixed"}, message="Stop the fire", at=ago(5), on="hotfix")
    repo.tag("H", "hotfix").commit({"web/main.py": "2"}, message="Something else", at=ago(4))
    repo.cherry_pick(fix, at=ago(3), on="main")
    return World(repo.tag("B").path)


def elsewhere(place: Path) -> World:
    """Main moved on in another service only."""
    repo = _story(place)
    repo.commit({"web/main.py": "2"}, message="Another service", at=ago(3))
    return World(repo.tag("B").path)


def young(place: Path) -> World:
    """A change that landed five minutes ago."""
    repo = _story(place)
    repo.commit({"api/main.py": "2"}, message="Fresh", at=ago(5 / 60))
    return World(repo.tag("B").path)


def shallow(place: Path) -> World:
    """A clone with the newest commit only."""
    repo = _story(place)
    repo.commit({"api/main.py": "2"}, message="A change", at=ago(3))
    repo.commit({"api/main.py": "3"}, message="Another", at=ago(2))
    return World(repo.shallow(1, "checkout/api").path)


def rewound(place: Path) -> World:
    """A landing whose clock ran a year ahead, below one with a right clock."""
    repo = _story(place)
    repo.commit({"api/main.py": "2"}, message="From a fast clock", at=ago(-8760))
    repo.commit({"api/more.py": "1"}, message="From a right clock", at=ago(4))
    return World(repo.tag("C").path)


def mode(place: Path) -> World:
    """A change of a file's mode and of nothing else."""
    repo = _story(place)
    repo.commit({"api/main.py": executable("1")}, message="Make it executable", at=ago(3))
    return World(repo.tag("B").path)


def links(place: Path) -> World:
    """A service with a link into a shared folder."""
    repo = Repo.init(place / "api")
    files: dict[str, str | Entry] = {
        "api/main.py": "1",
        "api/money.py": link("../shared/money.py"),
        "shared/money.py": "1",
    }
    repo.commit(files, message="Start", at=ago(9))
    repo.tag("A").commit({"shared/money.py": "2"}, message="Round to even", at=ago(3))
    return World(repo.tag("B").path)


BUILDERS: dict[str, Callable[[Path], World]] = {
    made.__name__: made
    for made in (
        *(shop, depot, squash, reverted, partly, merged, hotfix, ahead),
        *(picked, elsewhere, young, shallow, rewound, mode, links),
    )
}
