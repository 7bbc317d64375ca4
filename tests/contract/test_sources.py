"""What every kind of source keeps to. A new kind adds a bench here and passes the rest as it is."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import os
import subprocess
import sys
import textwrap
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.contract.benches import BENCHES, Bench, Room
from tests.sources.served import body, serving, silent
from tests.support.reading import API, read
from unshipped.app.look import OneLook
from unshipped.config.options import options_model
from unshipped.core.model import Code, Revision
from unshipped.errors import SourceError, UsageError
from unshipped.ports import Source
from unshipped.sources import KINDS, kind
from unshipped.sources.contract import ACCEPTED, FULL, HUGE, REFUSED, SECRET
from unshipped.sources.plain.command import CommandSource
from unshipped.sources.plain.file import FileSource
from unshipped.sources.plain.http import HttpSource
from unshipped.sources.plain.ref import RefSource
from unshipped.sources.plain.static import StaticSource


@pytest.fixture(params=BENCHES, ids=lambda bench: bench.name)
def bench(request: pytest.FixtureRequest) -> Bench:
    chosen: Bench = request.param
    return chosen


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    made = Room(tmp_path, monkeypatch)
    with made.stack:
        yield made


def only(source: Source) -> Revision:
    (revision,) = read(source)
    return revision


def said(revision: Revision) -> str:
    return revision.text or revision.ref


def refusal(source: Source) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(source)
    return caught.value


def test_every_kind_has_a_bench():
    known = {type(made) for made in (kind(name) for name in KINDS)}
    assert known == {type}
    assert {bench.name.partition(" ")[0].rstrip(",") for bench in BENCHES} == set(KINDS)


@pytest.mark.parametrize("text", ACCEPTED)
def test_it_says_what_serves(bench: Bench, room: Room, text: str):
    assert said(only(bench.make(room, text))) == text


def test_what_one_look_has_of_one_place_is_not_taken_for_another_s(bench: Bench, room: Room):
    """As a fleet does that has the same names in two projects, clusters or regions."""
    elsewhere, look = Room(room.folder / "elsewhere", room.patch, room.stack), OneLook()
    elsewhere.folder.mkdir()
    for place, text in ((room, FULL), (elsewhere, FULL[::-1])):
        found = bench.make(place, text).read(API, look).revisions
        assert {said(one) for one in found} == {text}


def test_it_says_the_whole_of_the_traffic_and_that_it_is_clean(bench: Bench, room: Room):
    revision = only(bench.make(room, FULL))
    assert (revision.share, revision.dirty) == (1.0, False)


def test_it_does_not_mind_white_space_around_the_answer(bench: Bench, room: Room):
    assert said(only(bench.make(room, f"  {FULL} \t"))) == FULL


def test_it_takes_dirty_off_and_remembers_it(bench: Bench, room: Room):
    if "dirty" in bench.limits:
        pytest.skip("a name that its owner declared is taken as it is")
    revision = only(bench.make(room, f"{FULL}-dirty"))
    assert (revision.text, revision.dirty) == (FULL, True)


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_is_no_revision(bench: Bench, room: Room, text: str):
    assert refusal(bench.make(room, text)).problem.code is bench.nothing


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_commit_id_is_a_bad_revision(bench: Bench, room: Room, text: str):
    if bench.name == "http, a header" and not text.isascii():
        pytest.skip("a header carries no such text")
    error = refusal(bench.make(room, text))
    assert error.problem.code is Code.BAD_REVISION
    assert error.message.isprintable()


def test_ten_megabytes_are_refused_at_once(bench: Bench, room: Room):
    if "huge" in bench.limits:
        pytest.skip("the system hands no such text over")
    source = bench.make(room, HUGE)
    began = time.monotonic()
    error = refusal(source)
    assert time.monotonic() - began < 5
    assert error.problem.code in (Code.BAD_REVISION, Code.SOURCE_ERROR)
    assert len(error.message) < 500


def test_what_it_read_is_never_repeated_in_an_error(bench: Bench, room: Room):
    error = refusal(bench.make(room, f"{SECRET} {SECRET}"))
    assert SECRET not in everything(error)


def everything(error: SourceError) -> str:
    """All that a person or a log could come to see of an error."""
    return "\n".join(
        [str(error), repr(error), repr(error.problem), error.hint, *traceback.format_exception(error)]
    )


def asks_with_secrets(room: Room, text: str, **answer: Any) -> list[Source]:
    url = room.stack.enter_context(serving(body(text, **answer))).url(f"/{SECRET}?token={SECRET}")
    room.patch.setenv("ADDRESS", url)
    room.patch.setenv("SECRET", SECRET)
    room.patch.setenv("TWO_LINES", f"{SECRET}\r\nX-Other: {SECRET}")
    room.patch.setenv("NOWHERE", f"http://127.0.0.1:1/{SECRET}")
    room.patch.setenv("NO_ADDRESS", f"http://[{SECRET}")
    room.patch.setenv("NO_PORT", f"http://127.0.0.1:{SECRET}/")
    room.patch.setenv("NO_HOST", f"{SECRET}://x")
    file = room.file(SECRET + "\n", "secret")
    bearer: dict[str, Any] = {
        "Authorization": {"env": "SECRET", "prefix": "Bearer "},
        "X-Api-Key": {"file": file},
    }
    return [
        HttpSource(url={"env": "ADDRESS"}, headers=bearer),
        HttpSource(url={"env": "ADDRESS"}, headers=bearer, pointer="/nothing"),
        HttpSource(url={"env": "ADDRESS"}, headers=bearer, header="X-Nothing"),
        HttpSource(url={"env": "ADDRESS"}, headers={"Authorization": {"env": "TWO_LINES"}}),
        HttpSource(url={"env": "NOWHERE"}),
        HttpSource(url={"env": "NO_ADDRESS"}),
        HttpSource(url={"env": "NO_PORT"}),
        HttpSource(url={"env": "NO_HOST"}),
        StaticSource(commit={"env": "TWO_LINES"}),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {"text": f"{SECRET} is what you sent"},
        {"text": f"<html>{SECRET}"},
        {"text": f'{{"error": "{SECRET}"'},
        {"text": SECRET, "status": 401},
        {"text": SECRET, "status": 500},
        {"text": SECRET, "status": 302, "Location": f"http://other.example/{SECRET}"},
    ],
    ids=["echo", "page", "broken JSON", "401", "500", "redirect"],
)
def test_a_secret_is_never_shown(room: Room, answer: dict[str, Any]):
    for source in asks_with_secrets(room, **answer):
        assert SECRET not in repr(source)
        assert SECRET not in everything(refusal(source))


@pytest.mark.parametrize(
    "waits",
    [
        lambda room: CommandSource(command=("sleep", "30"), timeout=0.4),
        lambda room: CommandSource(command=("sh", "-c", "sleep 30 & echo abcdef0"), timeout=0.4),
        lambda room: HttpSource(url=room.stack.enter_context(serving(silent)).url(), timeout=0.4),
    ],
    ids=["command", "command that leaves a child", "http"],
)
def test_it_blocks_for_at_most_its_timeout(room: Room, waits: Callable[[Room], Source]):
    source = waits(room)
    began = time.monotonic()
    error = refusal(source)
    assert 0.3 < time.monotonic() - began < 5
    assert error.problem.code is Code.SOURCE_TIMEOUT
    assert "0.4 s" in error.message


def test_a_file_that_nobody_writes_does_not_block(room: Room):
    pipe = room.folder / "pipe"
    os.mkfifo(pipe)
    error = refusal(FileSource(path=str(pipe)))
    assert error.problem.code is Code.SOURCE_ERROR
    assert "no regular file" in error.message


@pytest.mark.parametrize(
    "name", ["ref", "command", "command pointer", "file", "file pointer", "http", "http pointer"]
)
def test_service_and_environment_are_filled_in(room: Room, name: str):
    room.file(FULL, "api-production")
    listing = room.file(
        json.dumps({"api": {"production": FULL}, "worker": {"production": "0" * 40}}), "all.json"
    )
    here, place, pointer = str(room.folder), "{service}-{environment}", "/{service}/{environment}"
    served = room.stack.enter_context(
        serving(lambda ask: body(FULL if ask.path == "/api/production" else "?")(ask))
    )
    sources: dict[str, Source] = {
        "ref": RefSource(ref="deployed/{service}/{environment}", remote="{service}-remote"),
        "command": CommandSource(command=("cat", place), cwd=here),
        "command pointer": CommandSource(command=("cat", listing), pointer=pointer),
        "file": FileSource(path=f"{here}/{place}"),
        "file pointer": FileSource(path=listing, pointer=pointer),
        "http": HttpSource(url=served.url("/{service}/{environment}")),
        "http pointer": HttpSource(url=room.url(Path(listing).read_text()), pointer=pointer),
    }
    revision = only(sources[name])
    assert said(revision) == ("deployed/api/production" if name == "ref" else FULL)
    assert revision.remote == ("api-remote" if name == "ref" else "")


@pytest.fixture(params=sorted(KINDS))
def made(request: pytest.FixtureRequest) -> Any:
    return kind(request.param)


def test_every_setting_is_described_below_itself(made: Any):
    classes = [ast.parse(textwrap.dedent(inspect.getsource(one))).body[0] for one in made.__mro__[:-1]]
    described = {
        node.target.id
        for declared in classes
        if isinstance(declared, ast.ClassDef)
        for node, below in zip(declared.body, declared.body[1:], strict=False)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }
    assert described == {setting.name for setting in dataclasses.fields(made)}


def test_every_setting_is_described_in_the_schema(made: Any):
    schema = options_model("kind", made).model_json_schema()
    assert schema["description"]
    assert schema["additionalProperties"] is False
    assert all(setting["description"] for setting in schema["properties"].values())
    assert set(schema["properties"]) == {"source", *(setting.name for setting in dataclasses.fields(made))}


def test_it_is_a_frozen_value_with_slots_and_named_settings(made: Any):
    assert made.__dataclass_params__.frozen
    assert "__slots__" in vars(made)
    assert all(setting.kw_only for setting in dataclasses.fields(made))


SETTINGS: dict[str, dict[str, Any]] = {
    "static": {"commit": {"env": "SOURCE_COMMIT"}},
    "ref": {"ref": "deployed/{service}", "remote": "origin"},
    "command": {"command": ["git", "rev-parse", "HEAD"], "timeout": 3, "pointer": "/a"},
    "file": {"path": "REVISION"},
    "cloud-run": {"project": "shop", "region": "europe-west1", "variables": ["COMMIT"]},
    "cloud-function": {"project": "shop", "region": "europe-west1", "function": "{service}-hook"},
    "ecs": {"region": "eu-west-1", "cluster": "shop-{environment}", "profile": "{environment}"},
    "lambda": {"region": "eu-west-1", "function": "shop-{service}", "alias": "live"},
    "cloud-run-job": {"project": "shop", "region": "europe-west1", "job": "{service}-nightly"},
    "kubernetes": {"namespace": "shop", "workload": "deployment", "annotations": ["commit"]},
    "argocd": {"url": "https://argocd.example.com", "token": {"env": "ARGOCD_TOKEN"}},
    "flux": {"kind": "helmrelease", "namespace": "shop"},
    "oci": {"image": "registry.example.com/shop/{service}", "username": "ana", "password": {"env": "P"}},
    "systemd": {"unit": "{service}.service", "command": ["ssh", "web-1"], "file": "REVISION"},
    "github": {"repository": "shop/main", "task": "deploy:{service}", "token": {"env": "T"}},
    "gitlab": {"project": "shop/main", "environment": "{environment}/{service}"},
    "github-checks": {"repository": "shop/main", "branch": "main", "checks": ["build"]},
    "gitlab-pipelines": {"project": "shop/main", "token": {"env": "T"}},
    "record": {"path": ".unshipped/records.jsonl", "service": "shop-{service}"},
    "docker": {"service": "{service}", "where": {"tier": "{environment}"}, "host": "tcp://127.0.0.1:2375"},
    "http": {
        "url": "https://{service}.example.com",
        "headers": {"Authorization": {"env": "T", "prefix": "Bearer "}},
    },
}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_plain_data_from_a_configuration_makes_it(name: str):
    made = TypeAdapter(kind(name)).validate_python(SETTINGS[name])
    assert isinstance(made, kind(name))


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_setting_that_it_does_not_know_is_refused(name: str):
    with pytest.raises(ValidationError, match="verify"):
        TypeAdapter(kind(name)).validate_python({**SETTINGS[name], "verify": False})


@pytest.mark.parametrize(
    "reference", [{}, {"env": "A", "file": "b"}, {"env": ""}, {"env": "A", "vault": "b"}]
)
def test_a_reference_names_exactly_one_place(reference: dict[str, str]):
    for name, settings in (("static", {"commit": reference}), ("http", {"url": reference})):
        with pytest.raises(ValidationError):
            TypeAdapter(kind(name)).validate_python(settings)


def test_a_kind_that_is_not_there_is_an_error_of_use():
    with pytest.raises(UsageError, match="no source kind 'telepathy'") as caught:
        kind("telepathy")
    assert ", ".join(KINDS) in caught.value.hint


def test_another_package_adds_a_kind(room: Room):
    package(room, "one", "tarot = unshipped_tarot:Tarot\nstatic = unshipped_tarot:Tarot")
    room.file("class Tarot:\n    def read(self, target, look): return ()\n", "unshipped_tarot.py")
    assert kind("tarot").__name__ == "Tarot"
    assert kind("static") is StaticSource


def test_a_kind_that_cannot_be_loaded_is_an_error_of_use(room: Room):
    package(room, "one", "tarot = unshipped_no_such_module:Tarot")
    with pytest.raises(UsageError, match="unshipped_no_such_module"):
        kind("tarot")


def test_a_kind_that_two_packages_bring_is_an_error_of_use(room: Room):
    package(room, "one", "tarot = first:Tarot")
    package(room, "two", "tarot = second:Tarot")
    with pytest.raises(UsageError, match="first:Tarot, second:Tarot"):
        kind("tarot")


def package(room: Room, name: str, entries: str) -> None:
    info = room.folder / f"{name}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[unshipped.sources]\n{entries}\n")
    room.patch.syspath_prepend(str(room.folder))


@pytest.mark.parametrize("name", ["static", "ref"])
def test_a_light_kind_imports_nothing_heavy(name: str):
    heavy = "{'httpx2', 'subprocess', 'asyncio', 'ssl', 'pydantic', 'importlib.metadata', 'email'}"
    program = (
        f"import sys; from unshipped.sources import kind; kind({name!r}); print({heavy} & set(sys.modules))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], check=True, capture_output=True, text=True, env=environment
    )
    assert done.stdout.strip() == "set()"
