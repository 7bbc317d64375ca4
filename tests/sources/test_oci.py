"""Images in a registry, by a double of its interface; `test_registry.py` asks a real one."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.sources.certificates import certificate
from tests.sources.doubles.registry import (
    CONFIG,
    MANIFEST,
    Content,
    of_builds,
    with_password,
    with_token,
)
from tests.sources.served import Answer, Served, redirect, serving
from tests.support.mutated import answers_or_says_why, mutated
from tests.support.reading import reading
from unshipped.core.model import Code, Reading
from unshipped.errors import SourceError
from unshipped.platforms.logins import remembered
from unshipped.platforms.registry import image
from unshipped.sources.containers.oci import OciSource

A, B = "a1" * 20, "b2" * 20
REVISION, SOURCE = "org.opencontainers.image.revision", "org.opencontainers.image.source"
LOGIN = "ana:hunter2"


@pytest.fixture
def content() -> Content:
    return Content()


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExitStack]:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    with ExitStack() as made:
        yield made


def serve(stack: ExitStack, answer: Answer) -> Served:
    return stack.enter_context(serving(answer))


def found(served: Served, reference: str = ":production", **more: Any) -> Reading:
    return reading(OciSource(image=f"127.0.0.1:{served.port}/shop/{{service}}{reference}", **more))


def words(said: Reading) -> list[tuple[str, str]]:
    assert all(word.weak for word in said.revisions)
    return [(word.text, word.said_by) for word in said.revisions]


def refused(served: Served, reference: str = ":production", **more: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        found(served, reference, **more)
    return caught.value


def log_in(folder: Path, served: Served, **login: Any) -> None:
    (folder / ".docker").mkdir(exist_ok=True)
    config = {"auths": {f"127.0.0.1:{served.port}": login}}
    (folder / ".docker/config.json").write_text(json.dumps(config))


def test_every_word_of_an_image_is_heard_and_weak(stack: ExitStack, content: Content):
    labels = {REVISION: A, SOURCE: "https://github.com/shop/main.git#main", "org.label-schema.vcs-ref": A[:7]}
    content.image(labels, annotations={REVISION: B}, tag="production")
    said = found(serve(stack, content.serve()))
    assert words(said) == [
        (B, f"annotation {REVISION}"),
        (A, f"label {REVISION}"),
        (A[:7], "label org.label-schema.vcs-ref"),
    ]
    assert said.revisions[1].repository == "https://github.com/shop/main.git"
    assert said.revisions[1].since and said.revisions[1].since.isoformat() == "2026-02-05T12:00:00+00:00"


def test_a_time_that_every_build_has_says_nothing(stack: ExitStack, content: Content):
    content.image({REVISION: A}, tag="production", created="1980-01-01T00:00:01Z")
    assert found(serve(stack, content.serve())).revisions[0].since is None


def test_platforms_that_agree_say_it_once(stack: ExitStack, content: Content):
    content.index(
        content.image({REVISION: A}),
        content.image({REVISION: A}, architecture="arm64"),
        tag="production",
        annotations={REVISION: A[:8]},
    )
    said = words(found(serve(stack, content.serve())))
    assert said == [(A, f"label {REVISION} of linux/amd64"), (A[:8], f"annotation {REVISION}")]


def test_platforms_that_differ_are_all_heard_unless_one_is_named(stack: ExitStack, content: Content):
    content.index(
        content.image({REVISION: A}),
        content.image({REVISION: B}, architecture="arm64"),
        tag="production",
    )
    served = serve(stack, content.serve())
    assert words(found(served)) == [
        (A, f"label {REVISION} of linux/amd64"),
        (B, f"label {REVISION} of linux/arm64"),
    ]
    assert words(found(served, platform="linux/arm64")) == [(B, f"label {REVISION}")]
    error = refused(served, platform="linux/arm")
    assert (error.problem.code, error.hint) == (Code.NOT_FOUND, "it has linux/amd64, linux/arm64")


def test_a_digest_is_asked_for_and_checked(stack: ExitStack, content: Content):
    digest = content.image({REVISION: A}, tag="production")["digest"]
    served = serve(stack, content.serve())
    assert words(found(served, f":ignored@{digest}")) == [(A, f"label {REVISION}")]
    content.stored[digest] = (MANIFEST, content.stored[digest][1] + b" ")
    assert "is something else" in refused(served, f"@{digest}").message


def test_a_blob_that_is_not_what_its_digest_says_is_refused(stack: ExitStack, content: Content):
    content.image({REVISION: A}, tag="production")
    for digest, (kind, data) in content.stored.items():
        if kind == CONFIG:
            content.stored[digest] = (kind, data.replace(A.encode(), B.encode()))
    assert "is something else" in refused(serve(stack, content.serve())).message


GIT = {"uri": "git+https://github.com/shop/main@refs/heads/main", "digest": {"gitCommit": B}}


def test_the_attestation_in_an_index_is_one_more_word(stack: ExitStack, content: Content):
    run = content.image({REVISION: A})
    vcs = {"vcs": {"revision": f"{A}-dirty", "source": "https://github.com/shop/main.git"}}
    statement = of_builds(run["digest"], [GIT], buildkit_metadata=vcs)
    content.index(run, content.attestation(run, statement), tag="production")
    said = found(serve(stack, content.serve()))
    assert words(said) == [(A, f"label {REVISION}"), (A, "provenance")]
    assert said.revisions[1].dirty
    assert said.revisions[1].repository == "https://github.com/shop/main.git"


def test_the_attestation_that_refers_to_an_image_is_one_more_word(stack: ExitStack, content: Content):
    run = content.image(tag="production")
    content.referrer(run, of_builds(run["digest"], [GIT, {"uri": "pkg:x", "digest": {"sha1": A}}]))
    said = found(serve(stack, content.serve()))
    assert words(said) == [(B, "provenance")]
    assert said.revisions[0].repository == "https://github.com/shop/main"


@pytest.mark.parametrize(
    ("about", "dependencies"),
    [
        ("sha256:" + "0" * 64, [GIT]),
        ("", [GIT, {**GIT, "digest": {"sha1": A}}]),
        ("", [{"uri": 7}]),
        ("", []),
    ],
)
def test_an_attestation_that_names_no_single_commit_of_this_image_says_nothing(
    stack: ExitStack, content: Content, about: str, dependencies: list[Any]
):
    run = content.image({REVISION: A}, tag="production")
    content.referrer(run, of_builds(about or run["digest"], dependencies))
    assert words(found(serve(stack, content.serve()))) == [(A, f"label {REVISION}")]


def test_a_list_of_packages_beside_the_image_is_not_read(stack: ExitStack, content: Content):
    run = content.image({REVISION: A})
    packages = content.attestation(run, {"packages": []}, predicate="https://spdx.dev/Document")
    content.index(run, packages, tag="production")
    served = serve(stack, content.serve())
    found(served)
    assert sum("/blobs/" in asked.line for asked in served.asked) == 1


def test_a_registry_without_a_list_of_referrers_is_asked_in_the_older_way(stack: ExitStack, content: Content):
    run = content.image(tag="production")
    content.referrer(run, of_builds(run["digest"], [GIT]))
    content.lists_referrers = False
    content.index(*content.referring[run["digest"]], tag=run["digest"].replace(":", "-"))
    assert words(found(serve(stack, content.serve()))) == [(B, "provenance")]


def test_a_registry_that_sends_whoever_asks_for_referrers_elsewhere_keeps_no_list(
    stack: ExitStack, content: Content
):
    """As ghcr.io does, which answers 303 and leads to github.com."""
    run = content.image({REVISION: B}, tag="production")
    content.referrer(run, of_builds(run["digest"], [GIT]))
    content.index(*content.referring[run["digest"]], tag=run["digest"].replace(":", "-"))
    inside, away = content.serve(), redirect(lambda: "https://elsewhere.invalid/-/v2/packages", 303)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        return (away if "/referrers/" in handler.path else inside)(handler)

    assert words(found(serve(stack, answer))) == [(B, f"label {REVISION}"), (B, "provenance")]


# ---------------------------------------------------------------- who asks


def test_a_token_is_fetched_for_nobody_in_particular(stack: ExitStack, content: Content):
    content.image({REVISION: A}, tag="production")
    served = serve(stack, with_token(content.serve()))
    assert words(found(served)) == [(A, f"label {REVISION}")]
    assert sum(asked.line.startswith("GET /token?") for asked in served.asked) == 1


@pytest.mark.parametrize("kind", ["token", "password"])
def test_who_logged_in_asks(stack: ExitStack, content: Content, tmp_path: Path, kind: str):
    content.image({REVISION: A}, tag="production")
    guard = with_token if kind == "token" else with_password
    served = serve(stack, guard(content.serve(), LOGIN))
    assert refused(served).problem.code is Code.SOURCE_DENIED
    log_in(tmp_path, served, auth=base64.b64encode(LOGIN.encode()).decode())
    assert words(found(served)) == [(A, f"label {REVISION}")]


def test_a_lasting_token_makes_a_short_one(stack: ExitStack, content: Content, tmp_path: Path):
    content.image({REVISION: A}, tag="production")
    served = serve(stack, with_token(content.serve(), LOGIN))
    log_in(tmp_path, served, identitytoken="lasting")
    found(served)
    sent = next(asked.body for asked in served.asked if asked.line.startswith("POST"))
    assert b"refresh_token=lasting" in sent and b"grant_type=refresh_token" in sent


def test_a_helper_of_docker_is_asked(
    stack: ExitStack, content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    content.image({REVISION: A}, tag="production")
    served = serve(stack, with_password(content.serve(), LOGIN))
    helper = tmp_path / "docker-credential-shop"
    answer = json.dumps({"Username": "ana", "Secret": "hunter2"})
    helper.write_text(f"#!/bin/sh\nread host\necho \"$1 $host\" > {tmp_path}/asked\necho '{answer}'\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    (tmp_path / ".docker").mkdir()
    host = f"127.0.0.1:{served.port}"
    (tmp_path / ".docker/config.json").write_text(json.dumps({"credHelpers": {host: "shop"}}))
    found(served)
    assert (tmp_path / "asked").read_text() == f"get {host}\n"


def test_the_helper_of_dockers_own_registry_is_found_as_docker_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """By the address that it has in every place where docker remembers who asks."""
    hub = "https://index.docker.io/v1/"
    helper = tmp_path / "docker-credential-shop"
    answer = json.dumps({"Username": "ana", "Secret": "hunter2"})
    helper.write_text(f"#!/bin/sh\nread host\n[ $host = {hub} ] && echo '{answer}'\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps({"credHelpers": {hub: "shop"}}))
    login = remembered("docker.io", "shop/api", 10)
    assert login and login.user == "ana"


def test_the_password_of_the_configuration_goes_first(
    stack: ExitStack, content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    content.image({REVISION: A}, tag="production")
    monkeypatch.setenv("REGISTRY_PASSWORD", "hunter2")
    served = serve(stack, with_password(content.serve(), LOGIN))
    log_in(tmp_path, served, auth="not base64")
    assert found(served, username="ana", password={"env": "REGISTRY_PASSWORD"})
    assert refused(served).problem.code is Code.SOURCE_DENIED


@pytest.mark.parametrize(
    "realm",
    ["http://tokens.example.com/token", "ftp://127.0.0.1/x", "https://a@b.example/x", "token", "https://"],
)
def test_nothing_is_sent_to_a_place_that_is_not_safe(stack: ExitStack, content: Content, realm: str):
    error = refused(serve(stack, with_token(content.serve(), realm=realm)))
    assert "no safe place" in error.message


@pytest.mark.parametrize(
    "config",
    [
        "no json",
        '{"auths": {"HOST": {"auth": "%%%"}}}',
        '{"credsStore": "../x"}',
        '{"credsStore": "is-not-there"}',
        '{"auths": 7}',
    ],
)
def test_a_login_that_cannot_be_read_is_denied(
    stack: ExitStack, content: Content, tmp_path: Path, config: str
):
    served = serve(stack, with_password(content.serve(), LOGIN))
    log_in(tmp_path, served)
    place = tmp_path / ".docker/config.json"
    place.write_text(config.replace("HOST", f"127.0.0.1:{served.port}"))
    assert refused(served).problem.code is Code.SOURCE_DENIED


# ---------------------------------------------------------------- where bytes come from


def test_blobs_may_lie_elsewhere_and_nothing_secret_goes_there(
    stack: ExitStack, content: Content, tmp_path: Path
):
    content.image({REVISION: A}, tag="production")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pem = certificate(tmp_path)
    context.load_cert_chain(pem)
    store = stack.enter_context(serving(content.serve(), context))

    def answer(handler: Any) -> None:
        kept = "/blobs/" in handler.path
        place = redirect(lambda: store.url(handler.path), 307)
        return place(handler) if kept else content.serve()(handler)

    served = serve(stack, with_token(answer))
    assert words(found(served, ca_file=str(pem))) == [(A, f"label {REVISION}")]
    assert [asked.headers.get("Authorization") for asked in store.asked] == [None]


def test_a_manifest_does_not_come_from_elsewhere(stack: ExitStack):
    served = serve(stack, redirect(lambda: "https://elsewhere.example/x"))
    assert "redirects to another place" in refused(served).message


# ---------------------------------------------------------------- references


@pytest.mark.parametrize(
    ("text", "registry", "name", "asked"),
    [
        ("nginx", "docker.io", "library/nginx", "latest"),
        ("shop/api:v1", "docker.io", "shop/api", "v1"),
        ("index.docker.io/shop/api", "docker.io", "shop/api", "latest"),
        ("localhost/api", "localhost", "api", "latest"),
        ("ghcr.io/shop/main/api:a", "ghcr.io", "shop/main/api", "a"),
        ("127.0.0.1:5000/api", "127.0.0.1:5000", "api", "latest"),
        ("[::1]:5000/api", "[::1]:5000", "api", "latest"),
        (f"a.io/b:c@sha256:{'0' * 64}", "a.io", "b", f"sha256:{'0' * 64}"),
    ],
)
def test_a_reference_means_what_it_means_to_docker(text: str, registry: str, name: str, asked: str):
    parsed = image(text)
    assert (parsed.registry, parsed.name, parsed.asked) == (registry, name, asked)


@pytest.mark.parametrize(
    "text",
    ["", "Shop", "a b", "a.io/../b", "a.io/b?x", "a.io/b@md5:00", "a.io/b:c/d", "https://a.io/b", "-a"],
)
def test_what_is_no_reference_is_refused(text: str):
    with pytest.raises(ValueError, match="is a reference"):
        OciSource(image=text)


def test_nothing_that_is_written_there_makes_it_fall_over(stack: ExitStack):
    """Whatever a document holds: an answer, or a reason."""
    config = {
        "created": "2026-02-05T12:00:00Z",
        "config": {"Labels": {REVISION: A, SOURCE: "https://a.io/b"}},
    }
    statement = of_builds("sha256:" + "0" * 64, [GIT], buildkit_metadata={"vcs": {"revision": A}})
    now: list[Answer] = []

    def latest(handler: Any) -> None:
        now[-1](handler)

    served = serve(stack, latest)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(mutated(config), mutated(statement), mutated({"manifests": [{"platform": {"os": "linux"}}]}))
    def ask(config: Any, statement: Any, top: Any) -> None:
        content = Content()
        run = content.put({"config": content.put(config, CONFIG), "annotations": {REVISION: A}}, MANIFEST)
        for row in top.get("manifests") if isinstance(top.get("manifests"), list) else []:
            if isinstance(row, dict):
                row.setdefault("digest", run["digest"])
        if isinstance(top.get("manifests"), list):
            top["manifests"].append(content.attestation(run, statement))
        content.put(top, MANIFEST, "production")
        now.append(content.serve())
        answers_or_says_why(OciSource(image=f"127.0.0.1:{served.port}/shop/api:production"))

    ask()
