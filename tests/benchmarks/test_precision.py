"""The replay runs, and tells right from wrong on a repository that is small enough to count by hand."""

from __future__ import annotations

from pathlib import Path

from benchmarks.precision import replay, table
from tests.support.repo import Repo
from unshipped.cache import Cache
from unshipped.git.repository import Repository


def test_each_way_of_drawing_a_map_is_counted(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "repo")
    dockerfile = 'FROM x\nWORKDIR /a\nCOPY api api\nCOPY lib lib\nCMD ["python", "api/main.py"]\n'
    repo.commit(
        {"api/Dockerfile": dockerfile, "api/main.py": "import lib.one\n", "lib/one.py": "", "lib/two.py": ""}
    )
    repo.commit({"api/main.py": "import lib.one \n"})
    repo.commit({"lib/one.py": "1"})
    repo.commit({"lib/two.py": "1"})
    repo.commit({"docs/a": "1"})
    commits = repo.git("rev-list", "--first-parent", "main").split()
    scores = replay(Repository(repo.path, Cache(None)), commits)
    counted = {way: (score["right"], score["false"], score["missed"]) for way, score in scores.items()}
    assert counted == {
        "HEAD only": (3, 1, 0),
        "path only": (1, 0, 2),
        "path and links": (1, 0, 2),
        "image": (3, 0, 0),
        "imports": (2, 0, 1),
    }
    assert "| image | 3 | 0 (0%) | 0 (0%) |" in table(scores)
