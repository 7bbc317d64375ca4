"""What an image takes out of the repository."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.discovery.trees import Link, tree
from tests.support.examples import some
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
    "a cache that begins with a stage": (
        "FROM x AS deps\nCOPY shared /s\nFROM x\nRUN --mount=type=cache,from=deps,target=/s make", ["shared"]),
    "a stage that is needed": (
        "FROM x AS base\nCOPY shared /s\nFROM x AS build\nCOPY web /w\nFROM base\nCOPY --from=build /w /w",
        ["shared", "web"],
    ),
    "a stage that is not": ("FROM x AS test\nCOPY web /w\nFROM x\nCOPY api /a", ["api"]),
    "a stage by number": ("FROM x\nCOPY web /w\nFROM x\nCOPY --from=0 /w /w", ["web"]),
    "a base from elsewhere that takes everything": ("FROM node:18-onbuild\nCMD npm start", ["**"]),
    "a base that takes everything by its name": ("FROM r.example/shop/node-onbuild:3\n", ["**"]),
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


@pytest.mark.parametrize("line", ["ARG A=web\nCOPY $A/down.sql /x", "ARG A=web\nCOPY ${A:-web}/down.sql /x"])
def test_an_argument_that_may_be_anything_has_no_default(line: str) -> None:
    assert copied(image(f"FROM x\n{line}", arguments=(("A", "*"),))) == ["**"]
    text = "ARG A=a\nFROM x AS on-a\nCOPY api /\nFROM x AS on-b\nCOPY web /\nFROM on-${A}"
    assert copied(image(text, arguments=(("A", "*"),))) == ["api", "web"]


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
    found = image("FROM x\nCOPY shared /s\nCOPY models/ /m")
    assert [(str(place), source) for place, source in found.missing] == [("Dockerfile:3", "models/")]
    assert copied(found) == ["shared", "models"]


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("COPY meta .\nCOPY pkg .", "", "**"),
        ("COPY package.json dist/ ./", "", "**"),
        ("COPY package.json dist/ ./", "web", "web"),
        ("COPY shared web/dist/main.js ./", "", "web"),
        ("COPY shared /s\nCOPY web/build/libs/*.jar app.jar", "", "web"),
        ("COPY shared /s\nCOPY wheels/own-1.0.whl .", "", "**"),
    ],
)
def test_what_is_made_before_the_build_counts_as_all_that_lies_beside_it(
    text: str, context: str, expected: str
) -> None:
    files = {"package.json": "", "shared/a.py": "", "web/package.json": "", "web/src/main.ts": ""}
    found = image_of(tree({**files, "Dockerfile": f"FROM x\n{text}"}), Build("Dockerfile", context))
    assert expected in copied(found)
    doubt = found.doubts[-1]
    assert (doubt.widened, "is made before the build" in doubt.why) == ((expected,), True)
    assert found.compiled


def test_a_context_is_what_sources_are_taken_from() -> None:
    files = {**FILES, "web/Dockerfile": "FROM x\nCOPY package.json .\nCOPY . ."}
    found = image_of(tree(files), Build("web/Dockerfile", "web"))
    assert copied(found) == ["web/package.json", "web"]


def test_the_ignore_file_of_the_dockerfile_wins() -> None:
    found = image("FROM x\nCOPY . .", files={".dockerignore": "api", "Dockerfile.dockerignore": "web"})
    assert found.ignore == ("web",)
    assert found.builds == ("Dockerfile", "Dockerfile.dockerignore")


@pytest.mark.parametrize(
    ("files", "kept_out", "read"),
    [
        ({".containerignore": "web"}, ("web",), [".containerignore"]),
        ({"Dockerfile.containerignore": "web"}, ("web",), ["Dockerfile.containerignore"]),
        (
            {".containerignore": "api", "Dockerfile.dockerignore": "web"},
            ("web",),
            ["Dockerfile.dockerignore"],
        ),
        (
            {".containerignore": "web", ".dockerignore": "web"},
            ("web",),
            [".containerignore", ".dockerignore"],
        ),
        ({".containerignore": "web", ".dockerignore": "api"}, (), [".containerignore", ".dockerignore"]),
    ],
)
def test_what_docker_or_podman_lets_in_counts(
    files: dict[str, str], kept_out: tuple[str, ...], read: list[str]
):
    found = image("FROM x\nCOPY . .", files=files)
    assert (found.ignore, found.builds) == (kept_out, ("Dockerfile", *read))
    told = [f"{one.place}: {one.why}" for one in found.doubts]
    both = ".containerignore: Podman reads this, and Docker .dockerignore: neither keeps anything out"
    assert told == ([] if kept_out else [both])


@pytest.mark.parametrize("line", ["COPY dist /app", "COPY --from=common . /app"])
def test_an_ignore_file_takes_nothing_from_what_does_not_come_through_it(line: str) -> None:
    found = image(f"FROM x\n{line}", files={".dockerignore": "shared\n**/*.md"})
    assert ("**" in copied(found), found.ignore) == (True, ())
    found = image("FROM x\nCOPY web/dist api /app/", files={".dockerignore": "api/tests\nweb/*.js"})
    assert found.ignore == ("api/tests",)


def test_an_ignore_file_that_lets_little_in_narrows_everything() -> None:
    found = image("FROM x\nCOPY . .", files={".dockerignore": "*\n!api\n!go.mod"})
    assert copied(found) == ["api", "go.mod"]


def test_a_pattern_that_git_reads_otherwise_takes_more() -> None:
    found = image("FROM x\nCOPY ?.txt [!a].md lib[^a] /app/", files={"é.txt": "", "!.md": ""})
    assert copied(found) == ["?*.txt", "?*.txt/**", "[a!].md", "[a!].md/**", "**"]


WIDER = {
    "a base that may be any stage": (
        "FROM x AS one\nCOPY api /\nFROM x AS two\nCOPY web /\nARG W\nFROM $W", ["api", "web"]),
    "a stage that may be any": ("FROM x AS one\nCOPY api /\nFROM x\nARG W\nCOPY --from=$W / /", ["api"]),
    "a name that is neither stage nor image": ("FROM x\nCOPY --from=common . /", ["**"]),
    "an instruction without a source": ("FROM x\nCOPY api", ["**"]),
    "a variable that ENV made unknown": ("FROM x\nARG A=api\nENV A=$B\nCOPY $A /", ["**"]),
    "a pattern before a variable": ("FROM x\nCOPY shared/*/$X /", ["shared"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WIDER.values(), ids=WIDER)
def test_what_is_not_known_takes_more_and_is_said(text: str, expected: list[str]) -> None:
    found = image(f'{text}\nCMD ["python", "main.py"]', files={"main.py": ""})
    assert copied(found) == expected
    assert found.doubts
    assert found.compiled or text.endswith("COPY api")


@pytest.mark.parametrize(
    ("context", "expected"),
    [("nowhere/deep", ["**", "**"]), ("../out", ["**", "**"]), ("api/no", ["api", "api"])],
)
def test_a_context_that_is_not_there_is_the_nearest_one(context: str, expected: list[str]) -> None:
    found = image("FROM x\nCOPY . .", context=context)
    assert copied(found) == expected
    assert "no directory" in found.doubts[0].why


def test_links_to_the_recipe_are_followed_and_count() -> None:
    files: dict[str, str | bytes | Link] = {**FILES, "Dockerfile": Link("api/D"), "api/D": "FROM x\nCOPY . .",
             ".dockerignore": Link("web/I"), "web/I": "api"}  # fmt: skip
    found = image_of(tree(files), Build("Dockerfile"))
    assert (copied(found), found.ignore) == (["**"], ("api",))
    assert found.builds == ("Dockerfile", "api/D", ".dockerignore", "web/I")


def test_a_name_that_is_no_utf_8_is_the_same_in_the_tree() -> None:
    files: dict[str, str | bytes | Link] = {
        "caf\udce9": "",
        "Dockerfile": b"FROM x\nCOPY caf\xe9 .",
        ".dockerignore": b"*\n!caf\xe9",
    }
    found = image_of(tree(files), Build("Dockerfile"))
    assert (copied(found), found.missing) == (["caf\udce9"], ())
    found.copies[0].text.encode()


COMPILED = {
    "another stage's directory": ("FROM x AS b\nCOPY api /\nFROM x\nCOPY --from=b / /", True),
    "what that stage takes from a third": (
        "FROM x AS a\nCOPY api /\nFROM x AS b\nCOPY --from=a / /\nFROM x\nCOPY --from=b / /", True),
    "another stage's files, by name": ("FROM x AS b\nCOPY go.mod go.sum /\nFROM x\nCOPY --from=b / /", False),
    "another image": ("FROM x\nCOPY --from=ghcr.io/a/uv:1 /uv /", False),
    "a base stage": ("FROM x AS b\nCOPY api /\nFROM b", False),
    "a mount of everything": ("FROM x\nRUN --mount=target=/src make", True),
    "a mount of one file": ("FROM x\nRUN --mount=type=bind,source=go.mod,target=go.mod npm ci", False),
    "a place that is not known": ("FROM x\nWORKDIR $W\nCOPY api .", True),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), COMPILED.values(), ids=COMPILED)
def test_it_says_whether_its_layout_tells_only_a_part(text: str, expected: bool) -> None:
    assert image(text).compiled is expected


PLACED = {
    "a file into a directory that is there": ("WORKDIR /app\nCOPY go.mod /app", ["app/go.mod"]),
    "a file that gets another name": ("COPY go.mod /app/x.mod", ["app/x.mod"]),
    "a file into what may be a directory": ("COPY go.mod /app", ["app", "app/go.mod"]),
    "files into what a copy made": (
        "COPY web /w\nCOPY go.mod /w",
        ["w/go.mod", "w/index.js", "w/package.json"],
    ),
    "with its directories": ("COPY --parents shared/deep/down.sql /x/", ["x/shared/deep/down.sql"]),
    "with those after the dot": ("COPY --parents ./shared/./deep/down.sql /x/", ["x/deep/down.sql"]),
    "a directory of that name": ("COPY repo.git /r", ["r/HEAD"]),
}


@pytest.mark.parametrize(("text", "expected"), PLACED.values(), ids=PLACED)
def test_files_lie_where_a_builder_puts_them(text: str, expected: list[str]) -> None:
    assert image(f"FROM x\n{text}", files={"repo.git/HEAD": ""}).layout.below("") == expected


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
    "two at once": ("CMD python api/main.py & python shared/clock.py", ["app/api/main.py", "app/shared/clock.py"]),
    "one that is understood and one that is not": ("CMD python api/main.py && supervisord", []),
    "in another directory": ("CMD cd api && exec python main.py", ["app/api/main.py"]),
    "what is loaded before": (
        "CMD node -r ./web/index.js --require=dotenv web/index", ["app/web/index.js"]),
    "a server with a class of its own": ("CMD gunicorn -k shared.clock.Worker api.main:app",
                                         ["app/shared/clock.py", "app/api/main.py"]),
    "a server without its application": ("CMD gunicorn -k shared.clock.Worker no.main:app", []),
    "a variable of ENV": ("ENV APP=api.main:app\nCMD gunicorn $APP", ["app/api/main.py"]),
    "a variable that is not known": ("CMD gunicorn $APP", []),
    "another search path": ("CMD PYTHONPATH=/x python api/main.py", []),
    "a runner": ('CMD ["uv", "run", "--frozen", "python", "-m", "api.main"]', ["app/api/main.py"]),
    "a runner elsewhere": ('CMD ["uv", "run", "--directory", "x", "python", "main.py"]', []),
    "flask": ("ENV FLASK_APP=api/main.py\nCMD flask run", ["app/api/main.py"]),
    "celery": ("CMD celery -A api.main worker -l info", ["app/api/main.py"]),
    "a function of a framework": ("CMD functions-framework --source api/main.py --target=f", ["app/api/main.py"]),
    "what a branch starts": ('CMD if [ "$S" = a ]; then exec python api/main.py; else python -m shared.clock; fi',
                             ["app/api/main.py", "app/shared/clock.py"]),
    "every branch, whatever ENV says": ("ENV M=a\nCMD case $M in a) python api/main.py;; *) python -m shared.clock;; esac",
                                        ["app/api/main.py", "app/shared/clock.py"]),
    "every branch, whatever CMD says": ('ENTRYPOINT ["./modes.sh"]\nCMD ["a"]', ["app/modes.sh", "app/api/main.py", "app/shared/clock.py"]),
    "a function": ("CMD start() { python api/main.py; }; start", ["app/api/main.py"]),
    "what a substitution starts": ('CMD X="$(python shared/clock.py)" && python api/main.py', ["app/shared/clock.py", "app/api/main.py"]),
    "a program that is not known": ("CMD $(which python) api/main.py", []),
    "what is evaluated and not known": ("CMD eval $START; python api/main.py", []),
    "what is read and not there": ("CMD . /etc/profile; python api/main.py", []),
    "what is read": ("CMD . ./read.sh; exec python $MAIN", ["app/read.sh", "app/api/main.py"]),
    "a text that does not parse": ("CMD python api/main.py; if true; then", []),
    "a loop": ("CMD for m in api/main shared/clock; do python $m.py; done", ["app/api/main.py", "app/shared/clock.py"]),
    "a loop whose values are not known": ("CMD for m in $ALL; do python $m.py; done; python api/main.py", []),
    "an entry point in shell form": ('ENTRYPOINT python api/main.py\nCMD ["web/index.js"]', ["app/api/main.py"]),
    "a health check": ("HEALTHCHECK CMD python shared/clock.py\nCMD python api/main.py",
                       ["app/api/main.py", "app/shared/clock.py"]),
    "what the build runs": ("RUN apt-get update && python shared/clock.py\nCMD python api/main.py",
                            ["app/api/main.py", "app/shared/clock.py"]),
    "a package's script": ("WORKDIR /app/pkg\nCMD npm start", ["app/pkg/package.json", "app/pkg/s.js"]),
    "a script that says what it is given": ('ENTRYPOINT ["./run.sh"]\nCMD ["python", "api/main.py"]',
                                            ["app/run.sh", "app/api/main.py"]),
    "a program that is found by its name": ('COPY start.sh /usr/local/bin/go\nCMD ["go"]',
                                            ["usr/local/bin/go", "app/api/main.py"]),
}  # fmt: skip
STARTED = {
    "pkg/package.json": '{"scripts": {"start": "node s.js"}}',
    "pkg/s.js": "",
    "modes.sh": 'if [ "$1" = a ]; then python api/main.py; else python -m shared.clock; fi',
    "read.sh": "MAIN=api/main.py\n",
    "run.sh": '#!/bin/sh\nset -e\nexec "$@"\n',
    "start.sh": "#!/bin/sh\nexec python -m api.main\n",
}


@pytest.mark.parametrize(("text", "expected"), ENTRIES.values(), ids=ENTRIES)
def test_what_is_started_is_read_from_the_command(text: str, expected: list[str]) -> None:
    found = image(f"FROM x\nWORKDIR /app\nCOPY . .\n{text}", files=STARTED)
    assert list(found.entries) == expected
    assert bool(found.unsure) == (not expected)
    assert found.doubts == ()


def test_files_lie_where_they_were_copied_to() -> None:
    layout = image(
        "FROM x\nWORKDIR /srv\nCOPY api code\nCOPY start.sh bin/\nCOPY go.* ./\nENV PYTHONPATH=/lib"
    ).layout
    assert layout.below("") == ["srv/bin/start.sh", "srv/code/main.py", "srv/code/requirements.txt", "srv/go.mod",
                                "srv/go.sum"]  # fmt: skip
    assert layout.search == ("srv", "lib")


@settings(max_examples=some(200))
@given(st.text(alphabet="FROM COPYADRUN x.$/{}[]\"'\\\n<-=abc*", max_size=120))
def test_no_text_breaks_it(text: str) -> None:
    image_of(tree({**FILES, "Dockerfile": text}), Build("Dockerfile"))


def test_an_entry_point_does_away_with_the_command_of_its_base() -> None:
    base = 'FROM x AS b\nCOPY . /\nCMD ["web/index.js"]\nFROM b\n'
    assert image(base + 'ENTRYPOINT ["node"]').entries == ()
    assert image(base + 'ENTRYPOINT ["node"]\nCMD ["web/index.js"]').entries == ("web/index.js",)


def test_a_configuration_that_a_server_finds_by_itself_is_started() -> None:
    found = image("FROM x\nCOPY . .\nCMD gunicorn api.main:app", files={"gunicorn.conf.py": ""})
    assert found.entries == ("api/main.py", "gunicorn.conf.py")


def test_modules_of_a_program_that_is_started_elsewhere_are_looked_for_there() -> None:
    found = image("FROM x\nWORKDIR /app\nCOPY . .\nCMD gunicorn --chdir /app/shared clock:app")
    assert found.layout.search == ("app/shared", "app")


@pytest.mark.parametrize("text", ["\n" * 100_000, "@" * 100_000])
def test_requirements_that_mean_harm_take_no_time(text: str) -> None:
    began = process_time()
    image("FROM x\nCOPY . .\nRUN pip install -r requirements.txt", files={"requirements.txt": text})
    assert process_time() - began < 5


def test_scripts_that_start_each_other_come_to_an_end() -> None:
    began = process_time()
    files = {f"s{at}.sh": "\n".join(f"./s{n}.sh" for n in range(40)) * 20 for at in range(40)}
    found = image("FROM x\nCOPY . .\nCMD ./s0.sh && " + "tini " * 2000 + "x", files=files)
    assert found.entries == ()
    assert process_time() - began < 5


@pytest.mark.parametrize(
    ("base", "command", "expected"),
    [
        ("gcr.io/distroless/python3-debian12:nonroot", 'CMD ["api/main.py"]', ["app/api/main.py"]),
        ("mirror.example/distroless/python3@sha256:0", 'CMD ["api/main.py"]', ["app/api/main.py"]),
        ("gcr.io/distroless/python3", 'ENTRYPOINT ["x"]\nCMD ["api/main.py"]', []),
    ],
)
def test_a_base_that_starts_an_interpreter_is_known(base: str, command: str, expected: list[str]) -> None:
    found = image(f"FROM {base}\nWORKDIR /app\nCOPY api api\n{command}", files={"api/main.py": ""})
    assert list(found.entries) == expected
