"""A real API server of Kubernetes, with a user who may do what the documentation says and no more.

No controller and no node is there: what these would write, the test writes. `make nightly` builds the server.
"""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.sources.doubles import gitops
from tests.sources.doubles import kubernetes as k8s
from tests.support.reading import API, reading
from unshipped.core.model import Code, Sign
from unshipped.errors import SourceError
from unshipped.sources.clusters.argocd import ArgocdSource
from unshipped.sources.clusters.flux import FluxSource
from unshipped.sources.clusters.kubernetes import KubernetesSource

ROOT = Path(__file__).parents[2]
SERVER = ROOT / ".nightly" / "kube-apiserver"
GUIDE = ROOT / "docs" / "guides" / "platforms.md"
A, B = "a1" * 20, "b2" * 20
RBAC = "rbac.authorization.k8s.io/v1"
CUSTOM = {
    "applications": ("argoproj.io", "v1alpha1", "Application"),
    "kustomizations": ("kustomize.toolkit.fluxcd.io", "v1", "Kustomization"),
    "helmreleases": ("helm.toolkit.fluxcd.io", "v2", "HelmRelease"),
    "gitrepositories": ("source.toolkit.fluxcd.io", "v1", "GitRepository"),
}

MISSING = [*([] if SERVER.exists() else ["kube-apiserver"]), *([] if shutil.which("etcd") else ["etcd"])]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not built by `make nightly`: {', '.join(MISSING)}"),
]


class Cluster:
    """The server, by who may do everything; `kubeconfig` is of who may do little."""

    def __init__(self, folder: Path, address: str) -> None:
        self.kubeconfig = folder / "kubeconfig"
        authority = str(folder / "certificates" / "apiserver.crt")
        trusted = ssl.create_default_context(cafile=authority)
        self.admin = httpx2.Client(
            base_url=address, verify=trusted, headers={"Authorization": "Bearer of-admin"}, timeout=10
        )
        entry = {"name": "here", "cluster": {"server": address, "certificate-authority": authority}}
        context = {"cluster": "here", "user": "watcher", "namespace": "shop"}
        known = {
            "current-context": "here",
            "contexts": [{"name": "here", "context": context}],
            "clusters": [entry],
            "users": [{"name": "watcher", "user": {"token": "of-watcher"}}],
        }
        self.kubeconfig.write_text(yaml.safe_dump(known))
        self._uids: dict[str, str] = {}

    def ready(self) -> bool:
        with suppress(httpx2.HTTPError, OSError):
            return bool(self.admin.get("/readyz").status_code == 200)
        return False

    def make(self, row: dict[str, Any], plural: str = "") -> None:
        """Create an object as a controller would, and then say how it is."""
        meta = row["metadata"]
        owners = [{**one, "uid": self._uids[one["uid"]]} for one in meta.get("ownerReferences", [])]
        left_out = ("uid", "creationTimestamp", "generation", "ownerReferences")
        kept = {key: value for key, value in meta.items() if key not in left_out}
        asked = {**row, "metadata": {**kept, **({"ownerReferences": owners} if owners else {})}}
        group = row["apiVersion"]
        place = f"/{'apis' if '/' in group else 'api'}/{group}"
        if namespace := meta.get("namespace"):
            place += f"/namespaces/{namespace}"
        place += f"/{plural or row['kind'].lower() + 's'}"
        made = self.admin.post(place, json=asked)
        assert made.status_code == 201, made.text
        found = made.json()
        self._uids[meta.get("uid", "")] = found["metadata"]["uid"]
        if "status" in row and row["kind"] not in {kind for _, _, kind in CUSTOM.values()}:
            told = self.admin.put(f"{place}/{meta['name']}/status", json={**found, "status": row["status"]})
            assert told.status_code == 200, told.text

    def serves(self, plural: str, namespace: str = "shop") -> bool:
        group, version, _ = CUSTOM[plural]
        address = f"/apis/{group}/{version}/namespaces/{namespace}/{plural}"
        return bool(self.admin.get(address).status_code == 200)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "accounts.pem").write_bytes(pem)
    (folder / "tokens.csv").write_text("of-admin,admin,1,system:masters\nof-watcher,watcher,2\n")
    clients, peers, port = free(), free(), free()
    store = {
        "data-dir": folder / "etcd",
        "listen-client-urls": f"http://127.0.0.1:{clients}",
        "advertise-client-urls": f"http://127.0.0.1:{clients}",
        "listen-peer-urls": f"http://127.0.0.1:{peers}",
        "log-level": "error",
    }
    server = {
        "etcd-servers": f"http://127.0.0.1:{clients}",
        "bind-address": "127.0.0.1",
        "secure-port": port,
        "cert-dir": folder / "certificates",
        "token-auth-file": folder / "tokens.csv",
        "authorization-mode": "RBAC",
        "service-account-issuer": "https://cluster.example",
        "service-account-key-file": folder / "accounts.pem",
        "service-account-signing-key-file": folder / "accounts.pem",
        "disable-admission-plugins": "ServiceAccount",
        "service-cluster-ip-range": "10.0.0.0/24",
    }
    with ExitStack() as stack:
        start(stack, folder / "etcd.log", "etcd", store)
        start(stack, folder / "server.log", str(SERVER), server)
        wait((folder / "certificates" / "apiserver.crt").exists, folder)
        made = Cluster(folder, f"https://127.0.0.1:{port}")
        stack.callback(made.admin.close)
        wait(made.ready, folder)
        prepare(made)
        wait(lambda: all(made.serves(plural) for plural in CUSTOM), folder)
        yield made


def free() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(stack: ExitStack, log: Path, program: str, options: dict[str, Any]) -> None:
    words = [program, *(f"--{name}={to}" for name, to in options.items())]
    running = subprocess.Popen(words, stdout=stack.enter_context(log.open("w")), stderr=subprocess.STDOUT)
    stack.callback(running.wait, 20)
    stack.callback(running.terminate)


def wait(done: Any, folder: Path) -> None:
    for _ in range(600):
        if done():
            return
        time.sleep(0.1)
    raise AssertionError((folder / "server.log").read_text()[-2000:])


def prepare(made: Cluster) -> None:
    """Namespaces, what Argo CD and Flux would define, and the roles of the documentation."""
    for name in ("shop", "argocd", "flux-system"):
        made.make({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    for plural, (group, version, kind) in CUSTOM.items():
        schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        own = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
        names = {"plural": plural, "kind": kind, "singular": kind.lower()}
        made.make(
            {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                "metadata": {"name": f"{plural}.{group}"},
                "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": [own]},
            }
        )
    [written] = re.findall(r"```yaml\n(apiVersion: rbac.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    allow(made, yaml.safe_load(written))
    listed = [{"apiGroups": ["argoproj.io"], "resources": ["applications"], "verbs": ["list"]}]
    allow(made, role("argocd", listed))
    flux = [name for name in CUSTOM if name != "applications"]
    groups = [CUSTOM[name][0] for name in flux]
    allow(made, role("flux-system", [{"apiGroups": groups, "resources": flux, "verbs": ["list"]}]))


def role(namespace: str, rules: list[Any]) -> dict[str, Any]:
    metadata = {"name": "unshipped", "namespace": namespace}
    return {"apiVersion": RBAC, "kind": "Role", "metadata": metadata, "rules": rules}


def allow(made: Cluster, what: dict[str, Any]) -> None:
    made.make(what)
    subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "watcher"}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": what["metadata"]["name"]}
    metadata = {"name": "watcher", "namespace": what["metadata"]["namespace"]}
    made.make(
        {
            "apiVersion": RBAC,
            "kind": "RoleBinding",
            "metadata": metadata,
            "subjects": [subject],
            "roleRef": reference,
        }
    )


def made_of(name: str, commit: str) -> Any:
    return k8s.template(k8s.container(name), labels={"app": name, "commit-sha": commit})


def test_a_rollout_under_way_is_read_by_its_replicas(cluster: Cluster):
    old, new = made_of("api", A), made_of("api", B)
    deployment = k8s.deployment("api", replicas=2, updated=1, made_of=new)
    sets = [k8s.replica_set(deployment, name) for name in ("old", "new")]
    for one, of in zip(sets, (old, new), strict=True):
        one["spec"]["template"] = of
    pods = [k8s.pod(one, "1") for one in sets]
    for row in (deployment, *sets, *pods):
        cluster.make(row)
    found = reading(KubernetesSource(kubeconfig=str(cluster.kubeconfig), workload="deployment"))
    assert {(one.text, one.part, one.share) for one in found.revisions if not one.weak} == {
        (A, "api-old", 0.5),
        (B, "api-new", 0.5),
    }
    assert [one.sign for one in found.remarks] == [Sign.CONVERGING]
    assert found.roster and found.roster.names == {"api"}


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet"])
def test_what_makes_its_pods_itself_is_read(cluster: Cluster, kind: str):
    name = f"of-{kind.lower()}"
    row = k8s.workload(kind, name, made_of=made_of(name, A))
    for one in (row, k8s.pod(row, "0", revision=f"{name}-5d9")):
        cluster.make(one)
    source = KubernetesSource(kubeconfig=str(cluster.kubeconfig), workload=kind.lower(), name=name)  # type: ignore[arg-type]
    found = reading(source)
    assert {(one.text, one.part) for one in found.revisions} == {(A, f"{name}-5d9")}


def test_an_old_server_that_does_not_know_a_kind_says_so(cluster: Cluster):
    """Cron jobs are at this address from 1.21 on; `workload` leaves them out."""
    with pytest.raises(SourceError) as caught:
        reading(KubernetesSource(kubeconfig=str(cluster.kubeconfig), workload="cronjob"))
    assert caught.value.problem.code in (Code.NOT_FOUND, Code.SOURCE_DENIED)


def test_a_namespace_that_nobody_allowed_is_denied(cluster: Cluster):
    with pytest.raises(SourceError) as caught:
        reading(
            KubernetesSource(kubeconfig=str(cluster.kubeconfig), workload="deployment", namespace="default")
        )
    assert caught.value.problem.code is Code.SOURCE_DENIED


def test_more_than_a_page_is_read_to_its_end(cluster: Cluster):
    for at in range(501):
        cluster.make(gitops.application([A], name=f"many-{at}"), "applications")
    found = reading(ArgocdSource(kubeconfig=str(cluster.kubeconfig), application="many-500"))
    assert found.roster and {f"many-{at}" for at in range(501)} <= found.roster.names


def test_applications_of_argo_cd_are_read(cluster: Cluster):
    for name in ("api", "other"):
        cluster.make(gitops.application([A], name=name), "applications")
    found = reading(ArgocdSource(kubeconfig=str(cluster.kubeconfig)))
    assert [(one.text, one.repository) for one in found.revisions] == [(A, gitops.REPOSITORY)]
    assert found.roster and {"api", "other"} <= found.roster.names


def test_what_flux_applied_is_read(cluster: Cluster):
    cluster.make(gitops.git_repository(f"main@sha1:{B}"), "gitrepositories")
    cluster.make(gitops.kustomization(f"main@sha1:{A}"), "kustomizations")
    cluster.make(gitops.kustomization(f"main@sha1:{A}", name="flux-system"), "kustomizations")
    cluster.make(gitops.helm_release("1.2.3+a1a1a1a"), "helmreleases")
    source = FluxSource(kubeconfig=str(cluster.kubeconfig))
    found = reading(source, API)
    assert [(one.text, one.repository) for one in found.revisions] == [(A, gitops.REPOSITORY)]
    assert found.roster and found.roster.names == {"api"}
    chart = reading(FluxSource(kubeconfig=str(cluster.kubeconfig), kind="helmrelease"))
    assert [one.text for one in chart.revisions] == ["a1a1a1a"]
