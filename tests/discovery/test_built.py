"""Images whose programs are compiled in an earlier stage: what of that stage's files counts."""

from __future__ import annotations

import pytest

from tests.discovery.trees import Link, tree
from unshipped.core.model import IMPORTS, Build, Closure
from unshipped.discovery.derive import derive
from unshipped.discovery.languages.table import LANGUAGES
from unshipped.discovery.reach import Analyses
from unshipped.discovery.values import Derived

FILES: dict[str, str | bytes | Link] = {
    "go.mod": "module example.com/shop",
    "go.sum": "",
    "Makefile": "",
    "cmd/api/main.go": 'package main\nimport _ "example.com/shop/pkg/a"',
    "cmd/api/main_test.go": "package main",
    "cmd/worker/main.go": 'package main\nimport _ "example.com/shop/pkg/b"',
    "pkg/a/a.go": "package a",
    "pkg/b/b.go": "package b",
    "templates/x.html": "",
    "templates/y.js": "",
    "ui/z.ts": "",
    "web/web.go": "package web\n//go:embed dist\nvar x string",
}
API = {"cmd/api/main.go", "pkg/a/a.go", "go.mod", "go.sum"}
WORKER = {"cmd/worker/main.go", "pkg/b/b.go", "go.mod", "go.sum"}
EVERYTHING = {"**"}
BEFORE = "FROM golang:1.22 AS build\nWORKDIR /src\nCOPY . .\n"
AFTER = '\nFROM scratch\nCOPY --from=build /out/api /api\nENTRYPOINT ["/api"]'


def derived(dockerfile: str, **build: object) -> Derived:
    files = {**FILES, "Dockerfile": dockerfile}
    files.update({path: str(text) for path, text in build.pop("files", {}).items()})  # type: ignore[attr-defined]
    closure = Closure((), build=Build("Dockerfile", **build), mode=IMPORTS)  # type: ignore[arg-type]
    found = derive(tree(files), closure, Analyses(LANGUAGES))
    assert found is not None
    return found


def paths(found: Derived) -> set[str]:
    return set(found.closure.paths) - {"Dockerfile"}


BUILT = {
    "a directory": ("RUN go build -o /out/api ./cmd/api", API),
    "flags and variables": ("ARG OS\nRUN GOOS=${OS} /usr/local/go/bin/go build -a \\\n -tags netgo -ldflags='-s -w' ./cmd/api", API),
    "a file": ("RUN go build -o /out/api cmd/api/main.go", API),
    "files": ("RUN go build -o /out/api ./cmd/api/*.go", API),
    "an import path": ("RUN go install example.com/shop/cmd/api", API),
    "the directory it is in": ("WORKDIR cmd/api\nRUN go build -o /out/api", API),
    "another directory": ("RUN cd cmd && go build -o /out/api ./api", API),
    "a directory as a flag": ("RUN go build -C cmd/api -o /out/api .", API),
    "several": ("RUN go build -o /out/ ./cmd/api ./cmd/worker", API | WORKER),
    "everything below": ("RUN go build -o /out/ ./cmd/...", API | WORKER),
    "an argument": ("ARG WHAT=api\nRUN go build -o /out/api ./cmd/${WHAT}", API),
    "a variable that a command sets": ("ARG W=api\nRUN W=worker; go build -o /out/api ./cmd/$W", WORKER),
    "a loop": ("RUN for i in api worker; do go build -o /out/$i ./cmd/$i; done", API | WORKER),
    "a branch": ('ARG W\nRUN if [ -n "$W" ]; then go build -o /out/x ./cmd/api; else go build -o /out/x ./cmd/worker; fi', API | WORKER),
    "a function": ("RUN make() { go build -o /out/$1 ./cmd/$1; }; make api", API),
    "a shell of its own": ("RUN (cd cmd && mkdir -p /out) && sh -c 'go build -o /out/api ./cmd/api'", API),
    "what git prints": ('RUN go build -ldflags "-X main.v=$(git describe --tags)" -o /out/api ./cmd/api', API),
    "what makes nothing": ("RUN apk add git && go mod download && go vet ./... && go build -o x ./cmd/api && cp x /out/api", API),
    "a tool that is downloaded": ("RUN go install example.org/tool@latest\nRUN go build -o /out/api ./cmd/api", API),
    "for another machine": ("COPY --from=tonistiigi/xx / /\nRUN xx-go build -o /out/api ./cmd/api", API),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BUILT.values(), ids=BUILT)
def test_what_is_built_is_narrowed_to_what_it_imports(text: str, expected: set[str]) -> None:
    found = derived(BEFORE + text + AFTER)
    assert paths(found) == expected
    assert found.doubts == ()


def test_what_is_mounted_while_it_builds_is_there() -> None:
    text = "FROM golang AS build\nWORKDIR /src\nRUN --mount=type=bind,target=. go build -o /out/api ./cmd/api"
    assert paths(derived(text + AFTER)) == API


NOT_KNOWN = {
    "make": "RUN make api",
    "a script": "RUN ./build.sh",
    "a generator": "RUN go generate ./... && go build -o /out/api ./cmd/api",
    "a program of its own": "RUN go run ./cmd/worker && go build -o /out/api ./cmd/api",
    "an edit": "RUN sed -i s/a/b/ cmd/api/main.go && go build -o /out/api ./cmd/api",
    "other settings": "RUN go mod edit -replace x=./y && go build -o /out/api ./cmd/api",
    "another module file": "RUN go build -modfile=other.mod -o /out/api ./cmd/api",
    "flags of the environment": "ENV GOFLAGS=-overlay=x.json\nRUN go build -o /out/api ./cmd/api",
    "no modules": "RUN GO111MODULE=off go build -o /out/api ./cmd/api",
    "a variable": "ARG WHAT\nRUN go build -o /out/api ./cmd/${WHAT}",
    "a loop over what is not known": "RUN for i in $(ls cmd); do go build -o /out/$i ./cmd/$i; done",
    "a directory that is not known": "RUN cd cmd/$WHAT && go build -o /out/api .",
    "flags of a later command": "RUN go build -o /out/x ./cmd/api; export GOFLAGS=-overlay=x.json; go build -o /out/x ./cmd/api",
    "a text that does not end": "RUN go build -o /out/api './cmd/api",
    "what stands below": "RUN <<END\ngo build -o /out/api ./cmd/api\nEND",
    "what is not there": "RUN go build -o /out/api ./cmd/nothing",
    "what a command prints": "RUN go build -o /out/api $(cat targets)",
    "a copy of its files": "RUN cp -r templates /out/ && go build -o /out/api ./cmd/api",
    "a file that is read": "RUN tr a b < Makefile > /out/x; go build -o /out/api ./cmd/api",
    "a stage that puts files among the sources": "COPY --from=ui /ui ./pkg\nRUN go build -o /out/api ./cmd/api",
}  # fmt: skip


@pytest.mark.parametrize("text", NOT_KNOWN.values(), ids=NOT_KNOWN)
def test_what_else_a_stage_does_takes_everything(text: str) -> None:
    found = derived("FROM node AS ui\nCOPY ui /ui\n" + BEFORE + text + AFTER)
    assert paths(found) >= EVERYTHING
    assert found.doubts


def test_what_is_copied_into_the_image_itself_counts_as_a_whole() -> None:
    text = BEFORE + "RUN go build -o /out/api ./cmd/api" + AFTER + "\nCOPY templates /templates"
    assert paths(derived(text)) == API | {"templates"}


def test_what_passes_through_counts_as_a_whole() -> None:
    text = BEFORE + "RUN go build -o /out/api ./cmd/api" + AFTER + "\nCOPY --from=build /src/templates /t"
    assert paths(derived(text)) == API | {"templates"}


def test_what_passes_through_by_a_wildcard_counts_with_its_directory() -> None:
    text = (
        BEFORE
        + "RUN go build -o /out/api ./cmd/api"
        + AFTER
        + "\nCOPY --from=build /src/templates/*.html /t/"
    )
    assert paths(derived(text)) == API | {"templates"}


def test_another_stage_that_makes_what_is_embedded_counts_as_a_whole() -> None:
    text = (
        "FROM node AS ui\nCOPY ui /ui\nRUN npm run build\n"
        + BEFORE
        + "COPY --from=ui /ui/dist web/dist\nRUN go build -o /out/api ./cmd/api"
        + AFTER
    )
    files = {"cmd/api/main.go": 'package main\nimport _ "example.com/shop/web"'}
    found = derived(text, files=files)
    assert paths(found) == {"cmd/api/main.go", "web/web.go", "go.mod", "go.sum", "ui"}
    assert found.doubts == ()


def test_a_stage_that_others_use_counts_as_a_whole() -> None:
    text = (
        "FROM golang AS source\nWORKDIR /src\nCOPY . .\nFROM source AS ui\nRUN make ui\n"
        "FROM source AS build\nRUN go build -o /out/api ./cmd/api" + AFTER + "\nCOPY --from=ui /dist /dist"
    )
    assert paths(derived(text)) >= EVERYTHING


def test_an_image_that_is_built_on_its_sources_is_not_narrowed() -> None:
    assert paths(derived(BEFORE + 'RUN go build -o /out/api ./cmd/api\nCMD ["/out/api"]')) == EVERYTHING


@pytest.mark.parametrize("entry", ["cmd/worker", "cmd/worker/main.go"])
def test_entries_choose_among_what_is_built(entry: str) -> None:
    text = BEFORE + "RUN go build -o /out/ ./cmd/..." + AFTER
    assert paths(derived(text, entries=(entry,))) == WORKER


def test_entries_say_what_make_builds() -> None:
    found = paths(derived(BEFORE + "RUN make api" + AFTER, entries=("cmd/api",)))
    assert found >= API
    assert not found & {"**", "cmd/worker/main.go", "pkg/b/b.go"}


def test_a_package_of_a_directory_that_is_deployed() -> None:
    closure = Closure((), build=Build(source="", entries=("cmd/api",)), mode=IMPORTS)
    found = derive(tree(FILES), closure, Analyses(LANGUAGES))
    assert found is not None
    assert set(found.closure.paths) >= API
    assert "pkg/b/b.go" not in found.closure.paths
