"""Going back commit by commit finds the same closures as deriving each of them anew."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.discovery.trees import Link, tree
from unshipped.core.model import IMAGE, IMPORTS, Build, Closure
from unshipped.discovery.course import Course
from unshipped.discovery.languages.python import PYTHON
from unshipped.discovery.reach import Analyses

Files = dict[str, str | Link]

BODY = st.sampled_from(["", "import a", "import p", "from p import b", "from . import a", "import n.c", "x = 1", "(",
                        "import sys; sys.path.append(y)", "import importlib; importlib.import_module(f'p.{x}')"])  # fmt: skip
DOCKERFILE = st.sampled_from(
    [
        'FROM x\nCOPY . /s\nWORKDIR /s\nCMD ["python", "main.py"]',
        'FROM x\nWORKDIR /s\nCOPY main.py a.py ./\nCOPY p p\nCMD ["python", "main.py"]',
        "FROM x\nCOPY p /p",
        "nonsense",
    ]
)
PATHS = {
    "main.py": BODY,
    "a.py": BODY,
    "p/__init__.py": BODY,
    "p/b.py": BODY,
    "p/b.sql": st.just("1"),
    "n/c.py": BODY,
    "n/t/x.txt": st.just("1"),
    "l": st.sampled_from([Link("p"), Link("nowhere")]),
    "Dockerfile": DOCKERFILE,
    ".dockerignore": st.sampled_from(["p", "*\n!main.py", "n\n!n/c.py"]),
}
FILES = st.fixed_dictionaries({}, optional=PATHS)
ASKED = [
    Closure((), build=Build("Dockerfile"), mode=IMAGE),
    Closure((), build=Build("Dockerfile"), mode=IMPORTS),
    Closure(("l",), ("**/*.sql",), build=Build(source="p"), mode=IMAGE),
    Closure((), build=Build("Dockerfile", entries=("main.py",)), mode=IMPORTS),
]


def course(files: Files) -> Course:
    snapshot = tree(files)
    entries = {path: tuple(entry) for path, entry in snapshot.entries.items()}
    return Course(entries, snapshot._read, ASKED, Analyses([PYTHON]))  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(st.lists(FILES, min_size=2, max_size=5))
def test_a_course_never_misses_a_change(trees: list[Files]) -> None:
    everything = {f"{at}/{path}": text for at, files in enumerate(trees) for path, text in files.items()}
    blobs = tree(everything)
    snapshots = [tree(files) for files in trees]
    first = {path: tuple(entry) for path, entry in snapshots[0].entries.items()}
    walked = Course(first, blobs._read, ASKED, Analyses([PYTHON]))  # type: ignore[arg-type]
    current = walked.closures()
    assert current == course(trees[0]).closures()
    for before, after, files in zip(snapshots, snapshots[1:], trees[1:], strict=False):
        paths = before.entries.keys() | after.entries.keys()
        undone = {p: after.entries.get(p) for p in paths if before.entries.get(p) != after.entries.get(p)}
        for at, closure in walked.back(undone).items():
            current[at] = closure
        assert current == course(files).closures()
