"""Kubernetes, by a double that speaks its API and is held against the published models of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lightkube.models import apps_v1, batch_v1, core_v1

from tests.sources.doubles import kubernetes as k8s
from tests.sources.served import Answer, Served, body, serving
from tests.support.reading import API, reading
from unshipped.app.read import Ask, read_all
from unshipped.core.model import Closure, Code, Origin, Problem, Reading, Rule, Sign, Signal
from unshipped.errors import SourceError
from unshipped.sources.clusters._workloads import roster
from unshipped.sources.clusters.kubernetes import KubernetesSource

A, B = "a1" * 20, "b2" * 20
OF_A, OF_B = (k8s.template(labels={"commit-sha": commit}) for commit in (A, B))


class Cluster:
    """Makes sources that ask a double."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder
        self.served: Served | None = None

    def source(self, *rows: Any, page: int = 2, **more: Any) -> KubernetesSource:
        return self.asking(k8s.api(*rows, page=page), **more)

    def asking(self, answer: Answer, **more: Any) -> KubernetesSource:
        self.served = self._stack.enter_context(serving(answer))
        path = k8s.kubeconfig(self._folder, self.served.url(""))
        return KubernetesSource(kubeconfig=str(path), **more)

    def read(self, *rows: Any, **more: Any) -> Reading:
        return reading(self.source(*rows, **more))

    def refusal(self, *rows: Any, **more: Any) -> Problem:
        with pytest.raises(SourceError) as caught:
            self.read(*rows, **more)
        return caught.value.problem


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with ExitStack() as stack:
        yield Cluster(stack, tmp_path)


def asked(source: KubernetesSource, *services: str) -> list[Signal]:
    """What a check hears of several services."""
    origin = Origin("main", Closure(("api",)), Rule(), ())
    nowhere = Problem(Code.REPOSITORY_ERROR, "")
    targets = [API._replace(service=name) for name in services]
    return read_all([Ask(target, origin, "kubernetes", source, nowhere) for target in targets])


def words(found: Reading) -> list[tuple[str, str, float, str, bool]]:
    return [(one.text, one.part, one.share, one.said_by, one.weak) for one in found.revisions]


def remarks(found: Reading) -> list[tuple[Sign, str]]:
    return [(one.sign, one.message) for one in found.remarks]


# ---------------------------------------------------------------- what serves


def test_what_else_runs_in_the_namespace_is_told(cluster: Cluster):
    of_an_operator = k8s.deployment("made")
    of_an_operator["metadata"]["ownerReferences"] = [{"kind": "Kafka", "name": "x", "controller": True}]
    one = k8s.deployment("api", made_of=OF_A)
    rows = (
        *(row for row in (one, *k8s.running(one))),
        k8s.deployment("old"),
        k8s.deployment("asleep", replicas=0),
        k8s.cron_job("nightly"),
        k8s.cron_job("paused", suspend=True),
        of_an_operator,
    )
    found = cluster.read(*rows).roster
    assert found
    assert cluster.served
    assert found.where == f"namespace shop of {cluster.served.url('')}"
    assert found.names == {"api", "old", "nightly"}
    narrow = cluster.read(*rows, workload="deployment").roster
    assert narrow
    assert narrow.names == {"api", "old"}


def test_one_that_cannot_say_its_commit_is_in_its_roster_all_the_same(cluster: Cluster):
    one = k8s.deployment("api")
    with pytest.raises(SourceError) as caught:
        cluster.read(one, *k8s.running(one))
    assert caught.value.roster
    assert caught.value.roster.names == {"api"}


def test_what_a_cluster_keeps_for_itself_is_no_stray():
    listing: Any = None  # nothing is asked
    assert roster(listing, "kube-system", ["deployment"], "coredns") is None


def test_every_word_of_every_ready_replica_is_heard_by_what_it_was_made_from(cluster: Cluster):
    of_b = k8s.template(
        k8s.container("proxy"), k8s.container("api", "registry.example/shop/api:main-b2b2b2b", GIT_SHA=B[:9])
    )
    made = k8s.deployment(replicas=4, updated=3, made_of=of_b, annotations={"commit": A})
    old, new = k8s.replica_set(made, "5d4f"), k8s.replica_set(made, "7f9c")
    found = cluster.read(
        made,
        old,
        new,
        k8s.pod(old, "x", made_of=OF_A, created=k8s.EARLIER),
        *(k8s.pod(new, name) for name in "abc"),
        k8s.pod(new, "d", ready=False),
        k8s.pod(old, "y", made_of=OF_A, leaving=True),
        k8s.pod(old, "z", made_of=OF_A, phase="Failed"),
    )
    image = "tag of image registry.example/shop/api:main-b2b2b2b"
    assert words(found) == [
        (A, "api-5d4f", 0.25, "label commit-sha", False),
        (A, "api-5d4f", 0.25, "annotation commit of the deployment", True),
        (B[:9], "api-7f9c", 0.75, "variable GIT_SHA", False),
        ("b2b2b2b", "api-7f9c", 0.75, image, False),
        (A, "api-7f9c", 0.75, "annotation commit of the deployment", True),
    ]
    assert [one.since.isoformat() for one in found.revisions if one.since][1:3] == [
        "2026-02-03T12:00:00+00:00",
        "2026-02-05T12:00:00+00:00",
    ]
    assert remarks(found) == [
        (Sign.CONVERGING, "a rollout is under way; 3 of 4 replicas are of the newest template")
    ]


@pytest.mark.parametrize(("kind", "revision"), [("StatefulSet", "api-7f9c"), ("DaemonSet", "7f9c")])
def test_pods_without_a_replica_set_are_told_apart_by_their_revision(
    cluster: Cluster, kind: str, revision: str
):
    made = k8s.workload(kind, replicas=2, made_of=OF_A)
    found = cluster.read(made, *(k8s.pod(made, name, revision=revision) for name in "01"))
    assert words(found) == [(A, "api-7f9c", 1.0, "label commit-sha", False)]
    assert found.remarks == ()


def test_a_pod_that_only_bears_the_same_labels_does_not_count(cluster: Cluster):
    mine, other = k8s.deployment(made_of=OF_A), k8s.deployment("worker", made_of=OF_B)
    found = cluster.read(*k8s.running(mine), *k8s.running(other))
    assert words(found) == [(A, "api-1", 1.0, "label commit-sha", False)]


def test_what_one_pod_says_otherwise_is_heard_too(cluster: Cluster):
    made = k8s.deployment(made_of=OF_A, replicas=2)
    rows = k8s.running(made)
    patched = k8s.pod(rows[1], "patched", made_of=OF_B)
    assert [word[0] for word in words(cluster.read(*rows, patched))] == [A, B]


# ---------------------------------------------------------------- which workload, container, words


def test_a_name_that_several_kinds_have_wants_a_word_more(cluster: Cluster):
    rows = [*k8s.running(k8s.deployment(made_of=OF_A)), k8s.cron_job(made_of=OF_B)]
    problem = cluster.refusal(*rows)
    assert problem.code is Code.SOURCE_ERROR
    assert problem.message == "namespace shop has more than one api: deployment, cronjob"
    assert "`workload`" in problem.hint
    assert words(cluster.read(*rows, workload="deployment"))[0][0] == A
    assert words(cluster.read(*rows, workload="cronjob"))[0][0] == B


@pytest.mark.parametrize(
    ("annotation", "setting", "expected"),
    [
        ("", "", B),
        ("proxy", "", A),
        ("proxy", "api", B),
        ("gone", "proxy", A),
    ],
)
def test_the_container_that_counts(cluster: Cluster, annotation: str, setting: str, expected: str):
    made_of = k8s.template(
        k8s.container("proxy", COMMIT=A),
        k8s.container("api", COMMIT=B),
        annotations={"kubectl.kubernetes.io/default-container": annotation} if annotation else {},
    )
    found = cluster.read(*k8s.running(k8s.deployment(made_of=made_of)), container=setting)
    assert [one.text for one in found.revisions] == [expected]


def test_labels_annotations_and_variables_can_be_named(cluster: Cluster):
    made_of = k8s.template(
        k8s.container("main", RELEASE="v1.2.3"),
        labels={"release": "v1.2.3", "commit-sha": A},
        annotations={"shop.example/release": "v1.2.3", "commit": A},
    )
    found = cluster.read(
        *k8s.running(k8s.deployment("shop-api", made_of=made_of)),
        name="shop-{service}",
        namespace="shop",
        labels=("release",),
        annotations=("shop.example/release",),
        variables=("RELEASE",),
    )
    assert {one.text for one in found.revisions} == {"v1.2.3"}
    assert [one.said_by for one in found.revisions] == [
        "label release",
        "annotation shop.example/release",
        "variable RELEASE",
    ]


# ---------------------------------------------------------------- how it stands


def unsettled(kind: str = "Deployment", status: Any = None, spec: Any = None, **pod: Any) -> list[k8s.Row]:
    """Three replicas of which one is of the newest template, and is as `pod` says."""
    make = k8s.deployment if kind == "Deployment" else lambda **more: k8s.workload(kind, **more)
    made = make(replicas=3, updated=1, made_of=OF_A, spec=spec, **({"status": status} if status else {}))
    if kind != "Deployment":
        old = [k8s.pod(made, name, revision="old") for name in "ab"]
        return [made, *old, k8s.pod(made, "c", revision="new", **pod)]
    old_set, new_set = k8s.replica_set(made, "old"), k8s.replica_set(made, "new")
    return [made, old_set, new_set, *(k8s.pod(old_set, name) for name in "ab"), k8s.pod(new_set, "c", **pod)]


FAILED = {
    "type": "Progressing",
    "status": "False",
    "reason": "ProgressDeadlineExceeded",
    "message": "timed out",
}
FORBIDDEN = {
    "type": "ReplicaFailure",
    "status": "True",
    "reason": "FailedCreate",
    "message": 'pods "api-x" is forbidden: exceeded quota',
}
FAR = "; 1 of 3 replicas are of the newest template"


@pytest.mark.parametrize(
    ("rows", "sign", "message"),
    [
        (unsettled(), Sign.CONVERGING, "a rollout is under way"),
        (unsettled(ready=False), Sign.CONVERGING, "a rollout is under way"),
        (unsettled(ready=False, waits="ContainerCreating"), Sign.CONVERGING, "a rollout is under way"),
        (
            unsettled(status={"conditions": [FAILED]}, ready=False),
            Sign.LATEST_NOT_READY,
            "its rollout failed, timed out",
        ),
        (
            unsettled(ready=False, waits="CrashLoopBackOff"),
            Sign.LATEST_NOT_READY,
            "its rollout does not go on, api-new: CrashLoopBackOff",
        ),
        (
            unsettled(status={"conditions": [FORBIDDEN]}),
            Sign.LATEST_NOT_READY,
            'its rollout does not go on, pods "api-x" is forbidden: exceeded quota',
        ),
        (unsettled("StatefulSet"), Sign.CONVERGING, "a rollout is under way"),
        (
            unsettled("StatefulSet", ready=False),
            Sign.LATEST_NOT_READY,
            "its rollout does not go on, api-new: not ready",
        ),
        (
            unsettled("DaemonSet", ready=False, waits="ImagePullBackOff"),
            Sign.LATEST_NOT_READY,
            "its rollout does not go on, api-new: ImagePullBackOff",
        ),
        (unsettled(spec={"paused": True}), Sign.LATEST_WITHOUT_TRAFFIC, "its rollout waits for somebody"),
        (
            unsettled("StatefulSet", spec={"updateStrategy": {"rollingUpdate": {"partition": 2}}}),
            Sign.LATEST_WITHOUT_TRAFFIC,
            "its rollout waits for somebody",
        ),
        (
            unsettled("DaemonSet", spec={"updateStrategy": {"type": "OnDelete"}}),
            Sign.LATEST_WITHOUT_TRAFFIC,
            "its rollout waits for somebody",
        ),
    ],
)
def test_an_unfinished_rollout_is_told(cluster: Cluster, rows: list[Any], sign: Sign, message: str):
    found = cluster.read(*rows)
    assert remarks(found) == [(sign, message + FAR)]
    assert sum({one.part: one.share for one in found.revisions}.values()) == pytest.approx(1)


def seen(name: str, **state: Any) -> k8s.Row:
    """How the node sees a container."""
    return {"name": name, "image": name, "imageID": "", "ready": False, "restartCount": 0, "state": state}


DONE = {"terminated": {"exitCode": 0, "reason": "Completed"}}
BESIDE = seen("proxy", running={"startedAt": k8s.LATER})
UNSCHEDULED = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (
            {
                "initContainerStatuses": [seen("migrate", waiting={"reason": "CrashLoopBackOff"})],
                "containerStatuses": [seen("api", waiting={"reason": "PodInitializing"})],
            },
            "its rollout does not go on, api-new: CrashLoopBackOff",
        ),
        (
            {
                "initContainerStatuses": [seen("migrate", **DONE)],
                "containerStatuses": [BESIDE, seen("api", waiting={"reason": "ImagePullBackOff"})],
            },
            "its rollout does not go on, api-new: ImagePullBackOff",
        ),
        (
            {
                "initContainerStatuses": [seen("migrate", running={"startedAt": k8s.LATER})],
                "containerStatuses": [seen("api", waiting={"reason": "PodInitializing"})],
            },
            "a rollout is under way",
        ),
        ({"conditions": [UNSCHEDULED]}, "its rollout does not go on, api-new: Unschedulable"),
    ],
)
def test_whatever_of_a_pod_does_not_start_is_told(cluster: Cluster, status: Any, told: str):
    """What runs before the container that counts, and beside it, holds it up as well."""
    rows = unsettled(ready=False)
    rows[-1]["status"] |= {"phase": "Pending", **status}
    core_v1.Pod.from_dict(rows[-1])
    assert [one.message for one in cluster.read(*rows).remarks] == [told + FAR]


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_a_rollout_has_been_under_way_since_somebody_changed_the_workload(cluster: Cluster, kind: str):
    """A replica that is lacking, and nobody says why, is no rollout for ever."""
    rows = unsettled(kind)
    rows[0]["metadata"]["managedFields"] = [
        {"manager": "helm", "operation": "Update", "time": "2026-02-03T12:00:00Z"},
        {"manager": "ana", "operation": "Update", "time": "2026-02-04T12:00:00Z"},
        {"manager": "hpa", "subresource": "scale", "time": "2026-02-05T11:59:00Z"},
        {"manager": "kube-controller-manager", "subresource": "status", "time": "2026-02-05T12:00:00Z"},
    ]
    [told] = cluster.read(*rows).remarks
    assert (told.sign, str(told.since)) == (Sign.CONVERGING, "2026-02-04 12:00:00+00:00")


SETTLED = {"currentRevision": "api-6f4", "updateRevision": "api-6f4", "observedGeneration": 2}


@pytest.mark.parametrize(
    "made",
    [
        k8s.deployment(made_of=OF_A, replicas=3),
        k8s.workload("StatefulSet", made_of=OF_A, replicas=3, status={**SETTLED, "updatedReplicas": 1}),
    ],
)
def test_what_is_scaled_rolls_nothing_out(cluster: Cluster, made: k8s.Row):
    made["status"]["updatedReplicas"] = 1
    rows = k8s.running(made) if made["kind"] == "Deployment" else [made, k8s.pod(made, "0", revision="6f4")]
    assert cluster.read(*rows).remarks == ()


def test_a_rollout_is_under_way_while_a_replica_of_before_serves(cluster: Cluster):
    """All new ones are there already, and not all old ones are gone yet."""
    made = k8s.deployment(made_of=OF_A, replicas=2)
    before = k8s.replica_set(made, "old")
    found = cluster.read(*k8s.running(made, pods=2), before, k8s.pod(before, "a", made_of=OF_B))
    assert [one.sign for one in found.remarks] == [Sign.CONVERGING]


@pytest.mark.parametrize("kind", ["Deployment", "DaemonSet"])
def test_a_rollout_is_under_way_before_there_is_any_new_replica(cluster: Cluster, kind: str):
    made = k8s.workload(kind, replicas=2, updated=0, made_of=OF_A)
    maker = k8s.replica_set(made, "old") if kind == "Deployment" else made
    old = [k8s.pod(maker, name, made_of=OF_B, revision="old") for name in "ab"]
    found = cluster.read(made, *([] if maker is made else [maker]), *old)
    assert [one.text for one in found.revisions] == [B]
    assert [one.sign for one in found.remarks] == [Sign.CONVERGING]


def test_what_was_made_from_one_template_is_as_old_as_its_oldest_replica(cluster: Cluster):
    """A tag that moved meanwhile is run by the newer one alone."""
    made = k8s.deployment(made_of=OF_A, replicas=2)
    rows = k8s.running(made)
    found = cluster.read(*rows, k8s.pod(rows[1], "early", created=k8s.EARLIER))
    assert [str(one.since) for one in found.revisions] == ["2026-02-03 12:00:00+00:00"]


def test_a_change_that_nobody_has_seen_yet_is_a_rollout(cluster: Cluster):
    made = k8s.deployment(made_of=OF_A)
    made["metadata"]["generation"] = 3
    assert [one.sign for one in cluster.read(*k8s.running(made)).remarks] == [Sign.CONVERGING]


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_what_is_scaled_to_zero_is_what_the_next_replica_will_be(cluster: Cluster, kind: str):
    found = cluster.read(k8s.workload(kind, replicas=0, made_of=OF_A))
    assert words(found) == [(A, "api", 1.0, "label commit-sha", False)]
    assert found.revisions[0].since is None
    assert remarks(found) == [
        (Sign.SCALED_TO_ZERO, "it has no replica: its template is what the next one will be")
    ]


def test_what_a_rollout_of_argo_runs_is_not_what_its_deployment_describes(cluster: Cluster):
    """By `workloadRef` it takes the template from the deployment, scales that to zero, and brings it step by
    step, or not at all.
    """
    made = k8s.deployment(replicas=0, made_of=OF_A)
    metadata = {"name": "api", "uid": "uid-of-rollout-api"}
    rollout = {**made, "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": metadata}
    older = k8s.replica_set(rollout, "old")
    problem = cluster.refusal(made, older, k8s.pod(older, "a", made_of=OF_B))
    assert problem.code is Code.NO_REVISION
    assert "a Rollout of Argo's runs what it names" in problem.message
    other = k8s.replica_set(rollout | {"metadata": metadata | {"name": "web"}}, "1")
    assert words(cluster.read(made, other)) == [(A, "api", 1.0, "label commit-sha", False)]
    still = k8s.deployment(made_of=OF_A)
    found = cluster.read(*k8s.running(still), older, k8s.pod(older, "a", made_of=OF_B))
    assert words(found) == [(A, "api-1", 1.0, "label commit-sha", False)], "it has replicas of its own"


def test_one_name_for_two_images_is_spoken_against(cluster: Cluster):
    made = k8s.deployment(made_of=OF_A, replicas=2)
    rows = k8s.running(made)
    found = cluster.read(*rows, k8s.pod(rows[1], "late", digest="1"))
    assert remarks(found) == [
        (Sign.SPOKEN_AGAINST, "the replicas of api-1 run 2 different images that go by one name")
    ]


def test_one_image_that_nodes_call_by_two_names_is_one(cluster: Cluster):
    """As those do that pull it through a mirror, or that still run Docker."""
    made = k8s.deployment(made_of=OF_A, replicas=2)
    rows = k8s.running(made, pods=2)
    rows[-1]["status"]["containerStatuses"][0]["imageID"] = f"docker-pullable://mirror/api@sha256:{'0' * 64}"
    assert cluster.read(*rows).remarks == ()


def test_a_cron_job_is_its_template_between_its_runs(cluster: Cluster):
    made = k8s.cron_job(made_of=OF_A)
    done = k8s.job(made, "1")
    found = cluster.read(made, done, k8s.pod(done, "x", made_of=OF_B, ready=False, phase="Succeeded"))
    assert words(found) == [(A, "api", 1.0, "label commit-sha", False)]
    assert remarks(found) == [
        (Sign.SCALED_TO_ZERO, "no job of it runs now: its template is what the next one will be")
    ]


def test_a_cron_job_is_what_runs_while_it_runs(cluster: Cluster):
    made = k8s.cron_job(made_of=OF_A)
    runs = k8s.job(made, "2")
    found = cluster.read(made, k8s.job(made, "1"), runs, k8s.pod(runs, "x", made_of=OF_B))
    assert words(found) == [(B, "api-2", 1.0, "label commit-sha", False)]


def test_a_cron_job_that_is_suspended_or_whose_newest_job_failed_is_told(cluster: Cluster):
    made = k8s.cron_job(made_of=OF_A, suspend=True)
    jobs = [k8s.job(made, "0"), k8s.job(made, "1", created=k8s.LATER, failed="BackoffLimitExceeded")]
    assert remarks(cluster.read(made, *jobs)) == [
        (Sign.SCALED_TO_ZERO, "it is suspended: its template is what the next one will be"),
        (Sign.LATEST_NOT_READY, "its newest job, api-1, failed: BackoffLimitExceeded"),
    ]


# ---------------------------------------------------------------- what cannot be told


DUMB = k8s.deployment()
DOWN = k8s.replica_set(DUMB, "1")
DEAD = k8s.pod(DOWN, "a", ready=False, waits="ErrImagePull")


@pytest.mark.parametrize(
    ("rows", "more", "code", "words"),
    [
        ([], {}, Code.NOT_FOUND, "shop has no deployment or statefulset or daemonset or cronjob api"),
        ([DUMB], {"workload": "daemonset"}, Code.NOT_FOUND, "namespace shop has no daemonset api"),
        ([DUMB], {"namespace": "other"}, Code.NOT_FOUND, "404"),
        ([DUMB], {"namespace": "../../x?y#z"}, Code.NOT_FOUND, "/..%2F..%2Fx%3Fy%23z/deployments"),
        ([DUMB], {"namespace": ".."}, Code.NOT_FOUND, "/namespaces/%2E%2E/deployments"),
        ([DUMB], {}, Code.NO_REVISION, "api of namespace shop serves nothing: none of its 1 replicas"),
        ([DUMB, DOWN, DEAD], {}, Code.NO_REVISION, "is ready (api-1: ErrImagePull)"),
        (k8s.running(DUMB), {}, Code.NO_REVISION, "api-1 says nowhere which commit it is"),
        (k8s.running(DUMB), {"container": "web"}, Code.NOT_FOUND, "no container web among 1"),
        (k8s.running(DUMB), {"context": "there"}, Code.SOURCE_DENIED, "no context is called there"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_has_a_reason(
    cluster: Cluster, rows: list[Any], more: dict[str, Any], code: Code, words: str
):
    problem = cluster.refusal(*rows, **more)
    assert problem.code is code
    assert words in problem.message


WELL = k8s.running(k8s.deployment(made_of=OF_A), pods=2)
JUNK = st.sampled_from([None, True, 0, -1.5, "", "x", "\x1b[31m", [], [None], {}, {"a": 1}, 10**400])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_where_something_else_was_expected_is_never_a_crash(cluster: Cluster, data: Any):
    rows = json.loads(json.dumps(WELL))
    for _ in range(data.draw(st.integers(1, 3))):
        part: Any = rows
        while True:
            keys = list(part) if isinstance(part, dict) else list(range(len(part)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if not isinstance(part[key], dict | list) or data.draw(st.booleans()):
                part[key] = copy.deepcopy(data.draw(JUNK))
                break
            part = part[key]
    [signal] = asked(cluster.source(*(row for row in rows if isinstance(row, dict))), "api")
    assert signal.revisions or (signal.problem and signal.problem.message.isprintable())
    assert not (signal.problem and "Error:" in signal.problem.message)


# ---------------------------------------------------------------- a fleet


def test_a_fleet_is_a_handful_of_lists(cluster: Cluster):
    names = [f"api-{number}" for number in range(200)]
    rows = [row for name in names for row in k8s.running(k8s.deployment(name, made_of=OF_A), pods=3)]
    signals = asked(cluster.source(*rows, page=100), *names)
    assert cluster.served
    assert [signal.revisions[0].text for signal in signals] == [A] * 200
    lists = {asked.line.split()[1].partition("?")[0].rpartition("/")[2] for asked in cluster.served.asked}
    assert lists == {"deployments", "statefulsets", "daemonsets", "cronjobs", "replicasets", "pods"}
    assert len(cluster.served.asked) == 2 + 2 + 6 + 3  # pages of a hundred, and three lists that are empty
    assert {asked.headers["Authorization"] for asked in cluster.served.asked} == {f"Bearer {k8s.TOKEN}"}
    [asked_for] = {one.headers["Accept"] for one in cluster.served.asked if "replicasets" in one.line}
    assert asked_for.startswith("application/json;as=PartialObjectMetadataList")


def test_a_list_that_the_cluster_has_forgotten_in_the_middle_is_no_absence(cluster: Cluster):
    whole = k8s.api(*(row for name in ("api", "web", "old") for row in k8s.running(k8s.deployment(name))))

    def answer(handler: Any) -> None:
        (body('{"reason": "Expired"}', 410) if "continue=" in handler.path else whole)(handler)

    with pytest.raises(
        SourceError, match="410 Gone: its list took longer than the cluster keeps one"
    ) as caught:
        reading(cluster.asking(answer))
    assert caught.value.problem.code is Code.SOURCE_ERROR


# ---------------------------------------------------------------- the double against the published models


MADE = k8s.cron_job(made_of=OF_A)
MODELS: dict[str, tuple[Any, list[k8s.Row]]] = {
    "Deployment": (apps_v1.Deployment, [k8s.deployment(annotations={"a": "b"}), unsettled()[0]]),
    "StatefulSet": (apps_v1.StatefulSet, [k8s.workload("StatefulSet"), unsettled("StatefulSet")[0]]),
    "DaemonSet": (apps_v1.DaemonSet, [k8s.workload("DaemonSet"), unsettled("DaemonSet")[0]]),
    "ReplicaSet": (apps_v1.ReplicaSet, [DOWN]),
    "CronJob": (batch_v1.CronJob, [MADE, k8s.cron_job(suspend=True)]),
    "Job": (batch_v1.Job, [k8s.job(MADE, "1"), k8s.job(MADE, "2", failed="DeadlineExceeded")]),
    "Pod": (core_v1.Pod, [k8s.pod(DOWN, "a"), k8s.pod(DOWN, "b", ready=False, waits="x", leaving=True)]),
}  # fmt: skip


@pytest.mark.parametrize("kind", MODELS)
def test_the_double_has_the_fields_of_the_published_models(kind: str):
    model, rows = MODELS[kind]
    assert [model.from_dict(row).to_dict() for row in rows] == rows


# ---------------------------------------------------------------- what it is set to


def test_the_container_that_counts_says_what_it_is_set_to(cluster: Cluster):
    own = k8s.container("api", "registry.example/api:1", LEVEL="info")
    own["env"] += [
        {"name": "EMPTY"},
        {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}},
    ]
    made_of = k8s.template(k8s.container("proxy", PROXY="1"), own, labels={"commit-sha": A})
    [found] = cluster.read(*k8s.running(k8s.deployment(made_of=made_of), pods=2)).settings
    assert found.variables == {"LEVEL": "info", "EMPTY": "", "KEY": None, "PASSWORD": None}
    assert (found.image, found.min_instances, found.open) == ("registry.example/api:1", None, False)
    assert found.labels and found.labels["commit-sha"] == A


def test_variables_of_a_whole_config_map_may_be_others(cluster: Cluster):
    own = k8s.container("api") | {"envFrom": [{"configMapRef": {"name": "api"}}]}
    made_of = k8s.template(own, labels={"commit-sha": A})
    [found] = cluster.read(*k8s.running(k8s.deployment(made_of=made_of))).settings
    assert found.open
