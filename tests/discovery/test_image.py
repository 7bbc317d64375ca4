"""What an image takes out of the repository."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.discovery.trees import tree
from unshipped.core.model import Build
from unshipped.discovery.images.image import Image, image_of

FILES = {
    "api/main.py": "",
    "api/requirements.txt": "",
    "shared/clock.py": "",
    "shared/deep/down.sql": "",
    "start.sh": "exec python -m api.main\n",
    "web/package.json": "{}",
    "web/index.js": "",
    "go.mod": "",
    "go.sum": "",
}


def image(dockerfile: str, **build: object) -> Image:
    files = {**FILES, "Dockerfile": dockerfile}
    files.update({path: str(text) for path, text in build.pop("files", {}).items()})  # type: ignore[attr-defined]
    return image_of(tree(files), Build("Dockerfile", **build))  # type: ignore[arg-type]


def copied(found: Image) -> list[str]:
    return [path for copy in found.copies for path in copy.paths]


CASES = {
    "a directory": ("FROM x\nCOPY api/ /app/api/", ["api"]),
    "several": ("FROM x\nCOPY api shared ./", ["api", "shared"]),
    "json": ('FROM x\nCOPY ["api", "shared", "/app/"]', ["api", "shared"]),
    "flags": ("FROM x\nCOPY --chown=1:1 --link api /app", ["api"]),
    "a continuation with a comment": ("FROM x\nCOPY api \\\n# why\n  shared /app/", ["api", "shared"]),
    "everything": ("FROM x\nCOPY . .", ["**"]),
    "a glob": ("FROM x\nCOPY go.* ./", ["go.*", "go.*/**"]),
    "out of the context": ("FROM x\nCOPY ../../api /app", ["api"]),
    "an address": ("FROM x\nADD https://example.com/a.tgz /a\nADD api /app", ["api"]),
    "an inline file": ("FROM x\nCOPY <<EOF /etc/x\nCOPY shared /\nEOF\nCOPY api /", ["api"]),
    "a heredoc that looks like instructions": ("FROM x\nRUN <<EOF\nCOPY shared /\nEOF\nCOPY api /", ["api"]),
    "another image": ("FROM x\nCOPY --from=alpine:3 /etc/x /x\nCOPY api /", ["api"]),
    "a default": ("FROM x\nARG WHAT=api\nCOPY ${WHAT} /app", ["api"]),
    "a default in place": ("FROM x\nCOPY ${WHAT:-api} /app", ["api"]),
    "a variable of ENV": ("FROM x\nENV WHAT=shared\nCOPY $WHAT /app", ["shared"]),
    "a mount": ("FROM x\nRUN --mount=type=bind,source=shared,target=/s make", ["shared"]),
    "a cache": ("FROM x\nRUN --mount=type=cache,target=/s make\nCOPY api /", ["api"]),
    "a stage that is needed": (
        "FROM x AS base\nCOPY shared /s\nFROM x AS build\nCOPY web /w\nFROM base\nCOPY --from=build /w /w",
        ["shared", "web"],
    ),
    "a stage that is not": ("FROM x AS test\nCOPY web /w\nFROM x\nCOPY api /a", ["api"]),
    "a stage by number": ("FROM x\nCOPY web /w\nFROM x\nCOPY --from=0 /w /w", ["web"]),
    "what a base leaves to others": ("FROM x AS base\nONBUILD COPY shared /s\nFROM base\nCOPY api /a",
                                     ["shared", "api"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_copies_are_those_of_the_dockerfile(text: str, expected: list[str]) -> None:
    found = image(text)
    assert copied(found) == expected
    assert found.missing == ()


def test_each_copy_has_its_line_and_its_text() -> None:
    [copy] = image("FROM x\n\nCOPY  shared/   /app/\n").copies
    assert (str(copy.place), copy.text) == ("Dockerfile:3", "COPY shared/ /app/")


def test_a_target_chooses_the_stage() -> None:
    text = "FROM x AS one\nCOPY api /\nFROM x AS two\nCOPY web /"
    assert copied(image(text, target="one")) == ["api"]


def test_a_target_that_is_not_there_takes_every_stage() -> None:
    found = image("FROM x AS one\nCOPY api /\nFROM x AS two\nCOPY web /", target="three")
    assert sorted(copied(found)) == ["api", "web"]
    assert "no stage 'three'" in found.doubts[0].why


def test_an_argument_of_the_build_wins_over_its_default() -> None:
    assert copied(image("FROM x\nARG W=api\nCOPY $W /", arguments=(("W", "web"),))) == ["web"]


@pytest.mark.parametrize(
    ("source", "expected"), [("shared/$X", "shared"), ("$X/a", "**"), ("a/b/${X}c", "a/b")]
)
def test_a_source_with_an_unknown_variable_takes_the_directory_before_it(source: str, expected: str) -> None:
    found = image(f"FROM x\nARG X\nCOPY {source} /app")
    assert copied(found) == [expected]
    assert [(str(doubt.place), doubt.widened) for doubt in found.doubts[:1]] == [
        ("Dockerfile:3", (expected if expected != "**" else "**",))
    ]


@pytest.mark.parametrize(
    "text", ["", "COPY a b", "FROM x\nCOPY [", "\0binary", "FROM x\nNONSENSE <<", "<<<<"]
)
def test_a_dockerfile_that_cannot_be_read_takes_everything(text: str) -> None:
    found = image(text)
    assert copied(found) in (["**"], []) or found.doubts
    assert found.doubts


def test_a_source_that_is_not_there_is_named() -> None:
    found = image("FROM x\nCOPY models/ /m")
    assert [(str(place), source) for place, source in found.missing] == [("Dockerfile:2", "models/")]
    assert copied(found) == ["models"]


def test_a_context_is_what_sources_are_taken_from() -> None:
    files = {**FILES, "web/Dockerfile": "FROM x\nCOPY package.json .\nCOPY . ."}
    found = image_of(tree(files), Build("web/Dockerfile", "web"))
    assert copied(found) == ["web/package.json", "web"]


def test_the_ignore_file_of_the_dockerfile_wins() -> None:
    found = image("FROM x\nCOPY . .", files={".dockerignore": "api", "Dockerfile.dockerignore": "web"})
    assert found.ignore == ("web",)
    assert found.builds == ("Dockerfile", "Dockerfile.dockerignore")


def test_an_ignore_file_that_lets_little_in_narrows_everything() -> None:
    found = image("FROM x\nCOPY . .", files={".dockerignore": "*\n!api\n!go.mod"})
    assert copied(found) == ["api", "go.mod"]


ENTRIES = {
    "a script": ('CMD ["python", "api/main.py"]', ["app/api/main.py"]),
    "a module": ("CMD python -m api.main", ["app/api/main.py"]),
    "a server": ("CMD exec gunicorn --bind :$PORT -w 2 api.main:app", ["app/api/main.py"]),
    "a server elsewhere": ("CMD gunicorn --chdir /app/api main:app", ["app/api/main.py"]),
    "a shell": ('ENTRYPOINT ["sh", "-c", "exec uvicorn api.main:app --port 8080"]', ["app/api/main.py"]),
    "a shell script": ('CMD ["./start.sh"]', ["app/start.sh", "app/api/main.py"]),
    "wrapped": ('ENTRYPOINT ["tini", "--"]\nCMD ["python", "-u", "api/main.py"]', ["app/api/main.py"]),
    "node": ('CMD ["node", "web/index.js"]', ["app/web/index.js"]),
    "not understood": ('CMD ["java", "-jar", "x.jar"]', []),
}


@pytest.mark.parametrize(("text", "expected"), ENTRIES.values(), ids=ENTRIES)
def test_what_is_started_is_read_from_the_command(text: str, expected: list[str]) -> None:
    found = image(f"FROM x\nWORKDIR /app\nCOPY . .\n{text}")
    assert list(found.entries) == expected
    assert bool(found.doubts) == (not expected)


def test_files_lie_where_they_were_copied_to() -> None:
    layout = image(
        "FROM x\nWORKDIR /srv\nCOPY api code\nCOPY start.sh bin/\nCOPY go.* ./\nENV PYTHONPATH=/lib"
    ).layout
    assert layout.below("") == ["srv/bin/start.sh", "srv/code/main.py", "srv/code/requirements.txt", "srv/go.mod",
                                "srv/go.sum"]  # fmt: skip
    assert layout.search == ("srv", "lib")


@settings(max_examples=200)
@given(st.text(alphabet="FROM COPYADRUN x.$/{}[]\"'\\\n<-=abc*", max_size=120))
def test_no_text_breaks_it(text: str) -> None:
    image_of(tree({**FILES, "Dockerfile": text}), Build("Dockerfile"))
