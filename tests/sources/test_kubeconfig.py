"""How a cluster is found and who asks it: held against what the API is shown, and against another reader."""

from __future__ import annotations

import json
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from lightkube.config.client_adapter import user_auth
from lightkube.config.kubeconfig import KubeConfig

from tests.sources.certificates import certificate
from tests.sources.doubles import kubernetes as k8s
from tests.sources.served import Served, serving
from tests.support.reading import API, reading
from unshipped.app.look import OneLook
from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.platforms import kubeconfig
from unshipped.sources.clusters.kubernetes import KubernetesSource

COMMIT = "a1" * 20
SECRET = "hunter2-hunter2-hunter2"
ROWS = k8s.running(k8s.deployment(made_of=k8s.template(labels={"commit-sha": COMMIT})))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def served(stack: ExitStack) -> Served:
    return stack.enter_context(serving(k8s.api(*ROWS)))


@pytest.fixture(autouse=True)
def _nothing_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)


def shown(served: Served, **settings: Any) -> str:
    """What the API is shown by who asks it."""
    assert {one.text for one in reading(KubernetesSource(**settings)).revisions} == {COMMIT}
    [credential] = {asked.headers.get("Authorization", "") for asked in served.asked}
    return credential


def denied(code: Code = Code.SOURCE_DENIED, **settings: Any) -> str:
    with pytest.raises(SourceError) as caught:
        reading(KubernetesSource(**settings))
    assert caught.value.problem.code is code
    everything = repr(caught.value.problem) + repr(caught.getrepr(showlocals=False, chain=True))
    assert SECRET not in everything
    assert b64encode(SECRET.encode()).decode() not in everything
    return caught.value.message


# ---------------------------------------------------------------- where it is looked for


def test_the_home_folder_is_looked_into(tmp_path: Path, served: Served):
    (tmp_path / ".kube").mkdir()
    k8s.kubeconfig(tmp_path / ".kube", served.url(""), "config")
    assert shown(served) == f"Bearer {k8s.TOKEN}"


def test_the_environment_names_files_and_the_first_that_has_an_entry_wins(
    tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch
):
    first = tmp_path / "first"
    first.write_text(
        yaml.safe_dump(
            {
                "current-context": "there",
                "contexts": [{"name": "there", "context": {**k8s.CONTEXT, "user": "you"}}],
                "users": [{"name": "you", "user": {"token": "yours"}}],
            }
        )
    )
    second = k8s.kubeconfig(tmp_path, served.url(""), "second")
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/gone:{first}::{second}")
    assert shown(served) == "Bearer yours"


def test_a_setting_names_another_file_and_another_context(
    tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("KUBECONFIG", str(k8s.kubeconfig(tmp_path, "http://127.0.0.1:1", "wrong")))
    path = k8s.kubeconfig(tmp_path, served.url(""))
    known = yaml.safe_load(path.read_text())
    known["current-context"] = "gone"
    path.write_text(yaml.safe_dump(known))
    assert shown(served, kubeconfig="~/kubeconfig", context="here") == f"Bearer {k8s.TOKEN}"


def test_in_a_pod_its_service_account_asks(tmp_path: Path, stack: ExitStack, monkeypatch: pytest.MonkeyPatch):
    pem = certificate(tmp_path)
    served = stack.enter_context(serving(k8s.api(*ROWS), server_context(pem)))
    for name, text in {"token": "of-the-pod\n", "namespace": k8s.SPACE, "ca.crt": pem.read_text()}.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(kubeconfig, "_ACCOUNT", tmp_path)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(served.port))
    assert shown(served) == "Bearer of-the-pod"


def test_without_any_it_is_denied():
    assert (
        denied() == "no credentials for Kubernetes: there is no kubeconfig, and no service account of a pod"
    )


# ---------------------------------------------------------------- who asks


PLUGIN = """#!/bin/sh
[ "$1" = get-token ] && [ "$REGION" = here ] || exit 7
case "$KUBERNETES_EXEC_INFO" in *client.authentication.k8s.io/v1*interactive*) ;; *) exit 8;; esac
echo '{"kind": "ExecCredential", "status": {"token": "of-the-plugin"}}'
"""


def plugin(folder: Path, text: str = PLUGIN, **more: Any) -> dict[str, Any]:
    path = folder / "plugin"
    path.write_text(text)
    path.chmod(0o755)
    wanted = {"args": ["get-token"], "env": [{"name": "REGION", "value": "here"}]}
    api = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": api, "command": "./plugin", "interactiveMode": "Never", **wanted, **more}}


def test_each_way_to_be_known(tmp_path: Path, served: Served):
    (tmp_path / "token").write_text("of-the-file\n")
    for user, expected in (
        ({"token": "plain"}, "Bearer plain"),
        ({"tokenFile": "token", "token": "plain"}, "Bearer of-the-file"),
        ({"username": "ana", "password": "pa:ss"}, "Basic YW5hOnBhOnNz"),
        (plugin(tmp_path), "Bearer of-the-plugin"),
    ):
        path = k8s.kubeconfig(tmp_path, served.url(""), **user)
        assert shown(served, kubeconfig=str(path)) == expected
        served.asked.clear()


def test_a_plugin_is_asked_once_for_a_look(tmp_path: Path, served: Served):
    counting = PLUGIN.replace("echo", f"echo x >> {tmp_path}/count; echo")
    path = k8s.kubeconfig(tmp_path, served.url(""), **plugin(tmp_path, counting))
    source, look = KubernetesSource(kubeconfig=str(path)), OneLook()
    for _ in range(3):
        source.read(API, look)
    assert (tmp_path / "count").read_text() == "x\n"


TWO_LINES = json.dumps({"status": {"token": f"{SECRET}\nX: y"}})


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (f"#!/bin/sh\necho {SECRET}; echo {SECRET} >&2; exit 3", Code.SOURCE_DENIED, "exited with 3"),
        (f"#!/bin/sh\necho {SECRET}", Code.SOURCE_DENIED, "printed no ExecCredential"),
        ("#!/bin/sh\necho '[]'", Code.SOURCE_DENIED, "gave no credential"),
        ('#!/bin/sh\necho \'{"status": {"token": 7}}\'', Code.SOURCE_DENIED, "gave no credential"),
        (f"#!/bin/sh\ncat <<E\n{TWO_LINES}\nE", Code.SOURCE_DENIED, "no text that a header can carry"),
        (f"#!/bin/sh\nyes {SECRET}", Code.SOURCE_DENIED, "printed no ExecCredential"),
        ("#!/bin/sh\nsleep 30", Code.SOURCE_TIMEOUT, "did not end within 0.5 s"),
        ("#!/gone", Code.SOURCE_DENIED, "cannot be started"),
    ],
)  # fmt: skip
def test_a_plugin_that_fails_is_a_reason(tmp_path: Path, text: str, code: Code, words: str):
    path = k8s.kubeconfig(tmp_path, "http://127.0.0.1:1", **plugin(tmp_path, text))
    assert words in denied(code, kubeconfig=str(path), timeout=0.5 if "sleep" in text else 5)


# ---------------------------------------------------------------- certificates


def server_context(pem: Path, *, wants_certificate: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    if wants_certificate:
        context.load_verify_locations(pem)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def parts(pem: Path) -> tuple[str, str]:
    """The certificate and the key of a file that has both."""
    text = pem.read_text()
    start = text.index("-----BEGIN CERTIFICATE")
    return text[start:], text[:start]


def of_tls(folder: Path, server: str, cluster: dict[str, Any], **user: Any) -> str:
    path = k8s.kubeconfig(folder, server, **(user or {"token": SECRET}))
    known = yaml.safe_load(path.read_text())
    known["clusters"][0]["cluster"] |= cluster
    path.write_text(yaml.safe_dump(known))
    return str(path)


def data(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize("how", ["files", "data", "plugin"])
def test_a_client_certificate_is_shown_to_a_server_that_is_known(tmp_path: Path, stack: ExitStack, how: str):
    pem = certificate(tmp_path)
    own, key = parts(pem)
    (tmp_path / "own.pem").write_text(own)
    (tmp_path / "key.pem").write_text(key)
    served = stack.enter_context(serving(k8s.api(*ROWS), server_context(pem, wants_certificate=True)))
    printed = json.dumps({"status": {"clientCertificateData": own, "clientKeyData": key}})
    (tmp_path / "printed").write_text(printed)
    trusted = {
        "files": {"certificate-authority": "own.pem"},
        "data": {"certificate-authority-data": data(own)},
        "plugin": {"certificate-authority-data": data(own)},
    }[how]
    user = {
        "files": {"client-certificate": "own.pem", "client-key": "key.pem"},
        "data": {"client-certificate-data": data(own), "client-key-data": data(key)},
        "plugin": plugin(tmp_path, f"#!/bin/sh\ncat {tmp_path}/printed", provideClusterInfo=True),
    }[how]
    path = of_tls(tmp_path, served.url(""), trusted, **user)
    assert shown(served, kubeconfig=path) == ""


def test_a_server_that_nobody_vouches_for_is_shown_nothing(tmp_path: Path, stack: ExitStack):
    served = stack.enter_context(serving(k8s.api(*ROWS), server_context(certificate(tmp_path))))
    (tmp_path / "other").mkdir()
    other, _ = parts(certificate(tmp_path / "other"))
    for cluster in ({}, {"certificate-authority-data": data(other)}):
        path = of_tls(tmp_path, served.url(""), cluster)
        assert "certificate" in denied(Code.SOURCE_ERROR, kubeconfig=path).lower()
    assert served.asked == []


@pytest.mark.parametrize(
    ("cluster", "user", "words"),
    [
        ({"insecure-skip-tls-verify": True}, {}, "skips the check of the server's certificate"),
        ({"certificate-authority": "gone.pem"}, {}, "gone.pem cannot be read: No such file or directory"),
        ({"certificate-authority": "empty"}, {}, "certificate-authority is empty"),
        ({"certificate-authority-data": "%%%"}, {}, "certificate-authority-data is no PEM in base64"),
        ({"certificate-authority-data": data(SECRET)}, {}, "the certificates cannot be used"),
        ({}, {"client-certificate-data": data(SECRET)}, "the certificates cannot be used"),
        ({"server": f"https://ana:{SECRET}@127.0.0.1"}, {}, "url holds a user name or password"),
        ({"server": "127.0.0.1:6443"}, {}, "url starts with http"),
        ({"server": 7}, {}, "url starts with http"),
        ({}, {"tokenFile": "gone"}, "gone cannot be read"),
        ({}, {"token": f"{SECRET}\r\nX: y"}, "the token is no text that a header can carry"),
    ],
)
def test_what_cannot_be_used_is_a_reason(tmp_path: Path, cluster: Any, user: Any, words: str):
    (tmp_path / "empty").touch()
    assert words in denied(kubeconfig=of_tls(tmp_path, "https://127.0.0.1:1", cluster, **user))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "7",
        f"users: [{SECRET}",
        "\x00",
        "contexts: {}",
        "current-context: here",
        "contexts: [7, {name: x}]",
    ],
)
def test_a_file_that_is_no_kubeconfig_is_a_reason(tmp_path: Path, text: str):
    (tmp_path / "kubeconfig").write_text(text)
    assert denied(kubeconfig=str(tmp_path / "kubeconfig")).startswith("no credentials for Kubernetes: ")
    assert "No such file" in denied(kubeconfig=str(tmp_path / "gone"))


def test_nothing_secret_is_shown_of_who_asks(tmp_path: Path):
    found = kubeconfig.access(str(k8s.kubeconfig(tmp_path, "http://127.0.0.1:1", token=SECRET)), "", 5)
    assert SECRET not in repr(found)
    assert found.headers == {"Authorization": f"Bearer {SECRET}"}


# ---------------------------------------------------------------- held against another reader


@pytest.mark.parametrize("user", [{"token": "plain"}, {"username": "ana", "password": "x"}])
def test_another_reader_finds_the_same(tmp_path: Path, served: Served, user: dict[str, str]):
    path = k8s.kubeconfig(tmp_path, served.url(""), **user)
    known = KubeConfig.from_file(path).get()
    assert known and known.user
    auth = user_auth(known.user)
    assert auth
    asked = next(auth.auth_flow(httpx2.Request("GET", known.cluster.server)))
    found = kubeconfig.access(str(path), "", 5)
    assert (found.server, found.namespace) == (known.cluster.server, known.namespace)
    assert found.headers["Authorization"] == asked.headers["Authorization"]
