"""Going back commit by commit finds the same closures as deriving each of them anew."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.discovery.trees import Files, Link, histories, tree
from tests.support.examples import some
from unshipped.cache import Cache
from unshipped.core.model import IMAGE, IMPORTS, Build, Closure
from unshipped.discovery.course import Course
from unshipped.discovery.kept import Kept
from unshipped.discovery.languages.table import LANGUAGES
from unshipped.discovery.reach import Analyses

BODY = st.sampled_from(["", "import a", "import p", "from p import b", "from . import a", "import n.c", "x = 1", "(",
                        "import sys; sys.path.append(y)", "import importlib; importlib.import_module(f'p.{x}')",
                        "open('n/t/' + x)", "open('d/e.json')", "import sys; sys.path.append('d')\nimport f",
                        "import os, site; site.addsitedir('d')", "'n.c.X'", "import d.f, l.b", "INSTALLED_APPS = ['d', 'p']",
                        "from p import *", "exec(x)", "import os; os.chdir('d'); os.system('python f.py')"])  # fmt: skip
DOCKERFILE = st.sampled_from(
    [
        'FROM x\nCOPY . /s\nWORKDIR /s\nCMD ["python", "main.py"]',
        'FROM x\nWORKDIR /s\nCOPY main.py a.py ./\nCOPY p p\nCMD ["python", "main.py"]',
        "FROM x\nCOPY p /p",
        "FROM x\nWORKDIR /s\nCOPY . .\nENV PYTHONPATH=/s/d CONF=/s/n/t/x.txt\nCMD python -m p.b n/t",
        "FROM x\nCOPY l/ /s/\nCOPY d* n/*/x.txt /s/\nCMD python /s/b.py",
        "FROM x AS b\nCOPY . /s\nRUN pip install /s/d -r /s/d/r.txt\nFROM b\nWORKDIR /s\nCMD python main.py",
        "FROM x\nCOPY d/r.txt n/t /s/\nCOPY *.py /s/",
        "FROM x\nWORKDIR /s\nCOPY p/dist a.py ./\nCOPY d/build/x.jar n* ./\nCMD python a.py",
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
    "n/t/x.txt": st.sampled_from(["1", "-e ./p"]),
    "d/e.json": st.just("1"),
    "d/f.py": BODY,
    "d/x.pth": st.sampled_from(["../p", "# none"]),
    "d/pyproject.toml": st.just("1"),
    "d/r.txt": st.sampled_from(["flask", "-e ./n", "-r ../n/t/x.txt"]),
    "l": st.sampled_from([Link("p"), Link("nowhere"), Link("d"), Link("l"), "a file"]),
    "d/l": st.sampled_from([Link("../n"), Link("../../out"), Link(".")]),
    "Dockerfile": st.one_of(DOCKERFILE, st.just(Link("d/Dockerfile"))),
    "d/Dockerfile": DOCKERFILE,
    ".dockerignore": st.sampled_from(["p", "*\n!main.py", "n\n!n/c.py", "**/*.json\n!d", "**/*ocker*"]),
    "Dockerfile.dockerignore": st.sampled_from(["d", ""]),
}
ASKED = [
    Closure((), build=Build("Dockerfile"), mode=IMAGE),
    Closure((), build=Build("Dockerfile"), mode=IMPORTS),
    Closure(("l",), ("**/*.sql",), build=Build(source="p"), mode=IMAGE),
    Closure((), build=Build("Dockerfile", entries=("main.py",)), mode=IMPORTS),
    Closure((), build=Build("d/Dockerfile", "d"), mode=IMPORTS),
    Closure((), build=Build(source="d"), mode=IMPORTS),
]


GO = st.sampled_from(["package a", 'package main; import "m/lib"', 'package a; import "m/lib/deep"', 'package a; import "other/x"',
                      'package a; import ("other"; "fmt")', "package a\n//go:embed data\nvar x string", 'package a; import "C"', "package",
                      'package a; import "w/z"', 'package a; import "plugin"'])  # fmt: skip
STAGE = "FROM x AS b\nWORKDIR /s\n{}\nFROM x\nCOPY --from=b {} /app\nCOPY a.sh /\n"
GO_DOCKERFILE = st.sampled_from(
    [
        STAGE.format("COPY . .\nRUN go build -o /out/app ./cmd", "/out/app"),
        STAGE.format("COPY go.mod ./\nCOPY cmd cmd\nCOPY lib lib\nRUN go build -o app cmd/*.go", "/s/app"),
        STAGE.format("COPY . .\nRUN go build -o app ./... && cp app /bin/", "/s/data"),
        STAGE.format("COPY . .\nRUN go build m/cmd", "/s/cmd/data/*"),
        STAGE.format("COPY *.go go.mod ./\nCOPY lib lib\nRUN go build", "/s"),
        STAGE.format("RUN --mount=type=bind,target=. go build -C cmd -o /app", "/app"),
        STAGE.format("COPY . .\nRUN make", "/s/app"),
        "FROM x AS ui\nCOPY ui ui\n"
        + STAGE.format("COPY . .\nCOPY --from=ui /ui ./cmd/data\nRUN go build ./cmd", "/s/app"),
        "FROM x\nCOPY . .",
    ]
)
GO_PATHS = {
    "go.mod": st.sampled_from(
        ["module m", "module m\nreplace other => ./other", "module m\nrequire other v1", "", "module m/cmd"]
    ),
    "go.work": st.sampled_from(["use ./work", "use .\nuse ./work\nreplace other => ./lib"]),
    "work/go.mod": st.sampled_from(["module w", "module other"]),
    "work/z/z.go": GO,
    "main.go": GO,
    "cmd/main.go": GO,
    "cmd/more.go": GO,
    "cmd/main_test.go": GO,
    "cmd/data/x.json": st.just("1"),
    "cmd/data/y.js": st.just("1"),
    "lib/lib.go": GO,
    "lib/deep/deep.go": GO,
    "lib/deep/deep.c": st.just("1"),
    "lib/go.mod": st.just("module m/lib"),
    "other/x/x.go": GO,
    "other/o.go": GO,
    "vendor/other/x/x.go": GO,
    "vendor/modules.txt": st.just("1"),
    "data/z.txt": st.just("1"),
    "ui/z.ts": st.just("1"),
    "app": st.just("1"),
    "a.sh": st.just("1"),
    "Dockerfile": GO_DOCKERFILE,
    ".dockerignore": st.sampled_from(["other", "cmd/data"]),
}
GO_ASKED = [
    Closure((), build=Build("Dockerfile"), mode=IMPORTS),
    Closure((), build=Build("Dockerfile", entries=("cmd",)), mode=IMPORTS),
    Closure((), build=Build("Dockerfile", entries=("cmd/main.go",)), mode=IMPORTS),
    Closure((), build=Build(source="cmd", entries=("cmd/main.go",)), mode=IMPORTS),
]


def course(files: Files, asked: list[Closure]) -> Course:
    snapshot = tree(files)
    entries = {path: tuple(entry) for path, entry in snapshot.entries.items()}
    return Course(lambda: entries, snapshot._read, asked, Analyses(LANGUAGES))  # type: ignore[arg-type, return-value]


def walk(trees: list[Files], asked: list[Closure]) -> None:
    everything = {f"{at}/{path}": text for at, files in enumerate(trees) for path, text in files.items()}
    blobs = tree(everything)
    snapshots = [tree(files) for files in trees]
    first = {path: tuple(entry) for path, entry in snapshots[0].entries.items()}
    walked = Course(lambda: first, blobs._read, asked, Analyses(LANGUAGES))  # type: ignore[arg-type, return-value]
    current = walked.closures()
    assert current == course(trees[0], asked).closures()
    for before, after, files in zip(snapshots, snapshots[1:], trees[1:], strict=False):
        paths = before.entries.keys() | after.entries.keys()
        undone = {p: after.entries.get(p) for p in paths if before.entries.get(p) != after.entries.get(p)}
        for at, closure in walked.back(undone).items():
            current[at] = closure
        assert current == course(files, asked).closures()


@settings(max_examples=some(150), deadline=None)
@given(histories(PATHS))
def test_a_course_never_misses_a_change(trees: list[Files]) -> None:
    walk(trees, ASKED)


@pytest.mark.parametrize("started", [{}, {"main.py": ""}])
def test_a_file_of_requirements_may_come_later(started: Files) -> None:
    installs = "FROM x AS b\nCOPY . /s\nRUN pip install -r /s/d/r.txt\nFROM b\nWORKDIR /s\nCMD python main.py"
    plain: Files = {"Dockerfile": installs, **started}
    walk([plain, {**plain, "d/r.txt": "-e ../n", "n/c.py": ""}], ASKED)


@pytest.mark.parametrize("path", ["p/__init__.py", "p/deep/x.py"])
def test_data_is_of_a_module_until_its_directory_has_a_source(path: str) -> None:
    plain: Files = {
        "Dockerfile": "FROM x\nCOPY . /s\nWORKDIR /s\nCMD python main.py",
        "main.py": "",
        "p/b.sql": "1",
    }
    walk([plain, {**plain, path: ""}], ASKED)
    walk([{**plain, path: ""}, plain], ASKED)
    walk([{**plain, "p/x.js": ""}, {**plain, "p/x.js": "", path: ""}], ASKED)


def test_an_ignored_directory_in_which_a_dockerfile_lies_stays_ignored() -> None:
    plain: Files = {"d/Dockerfile": "FROM x\nCOPY . /s\n", "d/Dockerfile.dockerignore": "d", "d/f.py": ""}
    walk(
        [plain, {**plain, "d/x.pth": ""}, {**plain, "d/deep/x.pth": ""}],
        [Closure((), build=Build("d/Dockerfile"), mode=IMAGE)],
    )


@pytest.mark.parametrize("kept_out", [{"l/x": ""}, {"l": Link("p"), "p/b.py": ""}])
def test_what_is_copied_and_kept_out_may_go(kept_out: Files) -> None:
    plain: Files = {"Dockerfile": "FROM x\nCOPY l/ /s/", ".dockerignore": "*\n!main.py", "main.py": ""}
    walk([{**plain, **kept_out}, plain], ASKED)
    walk([plain, {**plain, **kept_out}], ASKED)


def test_the_file_that_a_linked_dockerfile_leads_to_may_come_later() -> None:
    linked: Files = {"Dockerfile": Link("d/Dockerfile"), "Dockerfile.dockerignore": "", "main.py": ""}
    walk([linked, {**linked, "d/Dockerfile": "FROM x\nCOPY main.py /"}], ASKED)


@settings(max_examples=some(30), deadline=None)
@given(histories(PATHS))
def test_what_is_kept_of_a_tree_goes_on_as_what_is_derived(trees: list[Files]) -> None:
    with TemporaryDirectory() as directory:
        kept = Kept(Cache(Path(directory)))
        blobs = tree({f"{at}/{path}": text for at, files in enumerate(trees) for path, text in files.items()})
        snapshots = [tree(files) for files in trees]

        def begun(at: int) -> Course:
            entries = {path: (entry.mode, entry.blob) for path, entry in snapshots[at].entries.items()}
            return Course(lambda: entries, blobs._read, ASKED, Analyses(LANGUAGES), kept, str(at))

        for at, (before, after) in enumerate(pairwise(snapshots)):
            begun(at)
            again = begun(at)
            assert again.closures() == course(trees[at], ASKED).closures()
            paths = before.entries.keys() | after.entries.keys()
            undone = {p: after.entries.get(p) for p in paths if before.entries.get(p) != after.entries.get(p)}
            again.back(undone)
            assert again.closures() == course(trees[at + 1], ASKED).closures()


def test_a_tree_whose_closures_are_kept_is_not_even_listed(tmp_path: Path) -> None:
    files: Files = {"Dockerfile": "FROM x\nCOPY . /s\nWORKDIR /s\nCMD python main.py", "main.py": ""}
    snapshot, kept = tree(files), Kept(Cache(tmp_path))
    entries = {path: (entry.mode, entry.blob) for path, entry in snapshot.entries.items()}
    first = Course(lambda: entries, snapshot._read, ASKED, Analyses(LANGUAGES), kept, "1")

    def never(*_: object) -> NoReturn:
        raise AssertionError("it is read again")

    assert Course(never, never, ASKED, Analyses(LANGUAGES), kept, "1").closures() == first.closures()
    with pytest.raises(AssertionError):
        Course(never, never, ASKED, Analyses(LANGUAGES), kept, "2")


def test_what_comes_where_a_service_takes_nothing_is_not_derived_for(monkeypatch: pytest.MonkeyPatch) -> None:
    lacks = 'FROM x\nWORKDIR /s\nCOPY main.py later.json d*.txt ./\nCOPY p p\nCMD ["python", "main.py"]'
    files: Files = {
        "Dockerfile": lacks,
        "main.py": "import p.b, far",
        "p/b.py": "",
        "l": Link("p"),
        "n/a.py": "",
    }
    asked = [Closure((), build=Build("Dockerfile"), mode=mode) for mode in (IMAGE, IMPORTS)]
    here = course(files, [*asked, Closure((), build=Build("gone/Dockerfile"), mode=IMAGE)])

    def never(*_: object) -> NoReturn:
        raise AssertionError("it is derived again")

    monkeypatch.setattr("unshipped.discovery.course.derive", never)
    link = ("120000", "0" * 40)
    assert here.back({"n/far.py": ("100644", "1" * 40), "n/a.py": None, "n/d.txt": link, "l": None}) == {}
    with pytest.raises(AssertionError):
        here.back({"later.json": ("100644", "1" * 40)})


@settings(max_examples=some(150), deadline=None)
@given(histories(GO_PATHS))
def test_a_course_of_go_never_misses_a_change(trees: list[Files]) -> None:
    walk(trees, GO_ASKED)
