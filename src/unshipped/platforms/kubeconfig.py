"""Where a Kubernetes cluster is and who asks it, as kubectl finds it: the files of KUBECONFIG or
`~/.kube/config`, else the service account of the pod that the check runs in.

No message repeats what such a file or a credential plugin says: both hold secrets.
"""

from __future__ import annotations

import json
import os
import ssl
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

import httpx2
import yaml

from unshipped.core.model import Code
from unshipped.core.texts.foreign import shown
from unshipped.core.value import Value
from unshipped.errors import SourceError
from unshipped.http.checks import check_url, sendable
from unshipped.platforms import steps
from unshipped.platforms.process import LIMIT, run

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod finds its service account."""

_HINT = "`kubectl auth whoami` shows whether kubectl gets in; `kubeconfig` and `context` name others"


@dataclass(frozen=True, slots=True)
class Access:
    """A cluster, and what shows it who asks."""

    server: str
    namespace: str
    headers: Mapping[str, str] = field(repr=False)
    tls: ssl.SSLContext | None = field(repr=False)


class _Table(Value):
    """One entry of a file, and the folder that its paths are relative to."""

    folder: Path
    values: object

    def text(self, key: str) -> str:
        return steps.text(self.values, key)

    def path(self, key: str) -> Path | None:
        return self.folder / self.text(key) if self.text(key) else None

    def pem(self, key: str) -> str:
        """What stands under `key`-data in base64, or in the file that `key` names."""
        if data := self.text(f"{key}-data"):
            try:
                found = b64decode("".join(data.split()), validate=True).decode()
            except ValueError:
                raise _denied(f"{key}-data is no PEM in base64") from None
        elif path := self.path(key):
            found = _read(path)
        else:
            return ""
        if not found:  # the system's authorities must not stand in for one that is empty
            raise _denied(f"{key} is empty")
        return found


def access(kubeconfig: str, context: str, timeout: float) -> Access:
    """The cluster of a context, by default the current one. Raises `SourceError`."""
    files = _files(kubeconfig)
    named = context or next((name for file in files if (name := file.text("current-context"))), "")
    chosen = _entry(files, "context", named)
    cluster = _entry(files, "cluster", chosen.text("cluster"))
    user = _entry(files, "user", chosen.text("user")) if chosen.text("user") else _Table(Path(), {})
    server = cluster.text("server").rstrip("/")
    try:
        check_url(server)
    except ValueError as error:
        raise _denied(f"the server of context {shown(named)} cannot be asked: {error}") from None
    if steps.at(cluster.values, "insecure-skip-tls-verify"):
        message = f"context {shown(named)} skips the check of the server's certificate"
        raise SourceError(Code.SOURCE_DENIED, message, "name its authority: `certificate-authority`")
    given = _plugged_in(user, cluster, timeout) if steps.at(user.values, "exec") else {}
    chain = given.get("chain") or user.pem("client-certificate") + "\n" + user.pem("client-key")
    tls = _tls(cluster.pem("certificate-authority"), chain.strip()) if server.startswith("https:") else None
    return Access(server, chosen.text("namespace") or "default", _headers(user, given), tls)


def _files(kubeconfig: str) -> list[_Table]:
    """What is read, best first: the first that has an entry wins."""
    if kubeconfig:
        return [_file(_home(kubeconfig))]
    listed = [Path(path) for path in os.environ.get("KUBECONFIG", "").split(os.pathsep) if path]
    found = [path for path in listed or [_home("~/.kube/config")] if _is_there(path)]
    if found or not _is_there(_ACCOUNT / "token"):
        return [_file(path) for path in found]
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST", ""), os.environ.get("KUBERNETES_SERVICE_PORT", "")
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    here = {
        "current-context": "pod",
        "contexts": [
            {
                "name": "pod",
                "context": {"cluster": "pod", "user": "pod", "namespace": _read(_ACCOUNT / "namespace")},
            }
        ],
        "clusters": [{"name": "pod", "cluster": {"server": server, "certificate-authority": "ca.crt"}}],
        "users": [{"name": "pod", "user": {"tokenFile": "token"}}],
    }
    return [_Table(_ACCOUNT, here)]


def _home(path: str) -> Path:
    return Path(os.path.expanduser(path))  # noqa: PTH111 - the other one raises where nobody has a home


def _is_there(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - the other one raises where it may not look


def _file(path: Path) -> _Table:
    try:
        return _Table(path.parent, yaml.safe_load(_read(path)))
    except (yaml.YAMLError, RecursionError):
        raise _denied(f"{shown(str(path))} is no YAML") from None


def _entry(files: list[_Table], kind: str, name: str) -> _Table:
    for file in files:
        for own, row in steps.named(file.values, f"{kind}s"):
            if own == name:
                return _Table(file.folder, row.get(kind))
    if not files:
        raise _denied("there is no kubeconfig, and no service account of a pod")
    raise _denied(f"no {kind} is called {shown(name)}" if name else f"no {kind} is chosen")


def _headers(user: _Table, given: Mapping[str, str]) -> dict[str, str]:
    path = user.path("tokenFile")
    token = (_read(path) if path else user.text("token")).strip() or given.get("token", "")
    if not sendable(token):
        raise _denied("the token is no text that a header can carry")
    if token:
        return {"Authorization": f"Bearer {token}"}
    if name := user.text("username"):
        pair = f"{name}:{user.text('password')}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}
    return {}


def _plugged_in(user: _Table, cluster: _Table, timeout: float) -> dict[str, str]:
    """What a credential plugin gives: a token, or a certificate with its key."""
    plugin = _Table(user.folder, steps.at(user.values, "exec"))
    command, arguments = plugin.text("command"), steps.at(plugin.values, "args")
    if "/" in command:
        command = str((user.folder / command).absolute())
    spec: dict[str, object] = {"interactive": False}
    if steps.at(plugin.values, "provideClusterInfo") is True:
        authority = b64encode(cluster.pem("certificate-authority").encode()).decode()
        spec["cluster"] = {"server": cluster.text("server"), "certificate-authority-data": authority}
    asked = {"apiVersion": plugin.text("apiVersion"), "kind": "ExecCredential", "spec": spec}
    variables = {name: steps.text(row, "value") for name, row in steps.named(plugin.values, "env")}
    words = [command, *(map(str, arguments) if isinstance(arguments, list) else ())]
    whose = f"credential plugin {shown(plugin.text('command'))}"
    try:
        done = run(
            words,
            cwd="",
            timeout=timeout,
            limit=LIMIT,
            variables={"KUBERNETES_EXEC_INFO": json.dumps(asked), **variables},
        )
        status = None if done.code else steps.at(json.loads(done.output), "status")
    except TimeoutError:
        raise SourceError(Code.SOURCE_TIMEOUT, f"{whose} did not end within {timeout:g} s") from None
    except OSError as error:
        raise _denied(f"{whose} cannot be started: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise _denied(f"{whose} printed no ExecCredential") from None
    if done.code:
        raise _denied(f"{whose} exited with {done.code}")
    keys = ("clientCertificateData", "clientKeyData")
    chain = "\n".join(text for key in keys if (text := steps.text(status, key)))
    given = {"token": steps.text(status, "token"), "chain": chain}
    if not any(given.values()):
        raise _denied(f"{whose} gave no credential")
    return given


def _tls(authority: str, chain: str) -> ssl.SSLContext:
    """Trusts the cluster's own authority, or the system's where it names none."""
    try:
        context = ssl.create_default_context(cadata=authority) if authority else httpx2.create_ssl_context()
        if authority:  # from 3.13 on Python asks for extensions that those of many clusters do not have
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if chain:
            with NamedTemporaryFile("w") as file:  # a certificate can be loaded from a file only
                file.write(chain)
                file.flush()
                context.load_cert_chain(file.name, password="")
    except (ValueError, OSError) as error:
        raise _denied(f"the certificates cannot be used: {type(error).__name__}") from None
    return context


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise _denied(f"{shown(str(path))} cannot be read: {error.strerror}") from None
    except ValueError:
        raise _denied(f"{shown(str(path))} is no text in UTF-8") from None


def _denied(what: str) -> SourceError:
    return SourceError(Code.SOURCE_DENIED, f"no credentials for Kubernetes: {what}", _HINT)
