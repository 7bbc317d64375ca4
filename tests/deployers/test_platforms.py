"""What is particular to one platform."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.deployers import stages, stages_more
from tests.deployers.rooms import Room
from unshipped.deployers import github
from unshipped.deployers.cloud_function import CloudFunctionDeployer
from unshipped.deployers.cloud_run import CloudRunDeployer
from unshipped.deployers.contract import GONE, NEW, OLD, ORDER, Watcher
from unshipped.deployers.kubernetes import KubernetesDeployer
from unshipped.errors import DeployError


def refusal(made: Any, order: Any = ORDER) -> DeployError:
    with pytest.raises(DeployError) as caught:
        made.bring(order, Watcher())
    return caught.value


# ---------------------------------------------------------------- Cloud Run


def test_cloud_run_gets_the_image_by_digest_and_keeps_what_it_was_set_to(room: Room):
    stage = stages.CloudRun(room)
    stage.deployer(60).bring(ORDER, Watcher())
    template = stage.service["template"]
    assert template["containers"] == [{"image": stage.images[NEW], "env": [{"name": "A", "value": "b"}]}]
    assert template["labels"] == {"commit-sha": NEW, "team": "shop"}
    assert template["scaling"] == {"minInstanceCount": 2}
    assert stage.service["labels"] == {"commit-sha": NEW}


def test_all_of_the_traffic_follows_the_latest_again(room: Room):
    """A pin would keep what somebody deploys by hand from getting any."""
    stage = stages.CloudRun(room)
    stage.deployer(60).bring(ORDER._replace(share=0.0), Watcher())
    assert [row["revision"] for row in stage.service["traffic"]] == ["api-00001-abc"]
    stage.deployer(60).shift(ORDER._replace(number=1), Watcher())
    assert stage.service["traffic"] == [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}]


def test_the_way_back_is_a_revision_that_is_still_there(room: Room):
    stage = stages.CloudRun(room)
    stage.deployer(60).bring(ORDER, Watcher())
    stage.deployer(60).bring(ORDER._replace(number=7, commit=OLD, before=NEW), Watcher())
    assert stage.changes == 1 and len(stage.revisions) == 2
    assert stage.service["traffic"] == [
        {"type": stages.TO_REVISION, "revision": "api-00001-abc", "percent": 100}
    ]


def test_a_label_that_was_inherited_by_another_image_is_no_revision_of_the_commit(room: Room):
    stage = stages.CloudRun(room)
    stage.service["template"] |= {"containers": [{"image": stage.images[NEW]}]}
    stage._revise("api-00002-abc")  # labelled OLD, and runs NEW
    stage.deployer(60).bring(ORDER._replace(commit=OLD, before=NEW), Watcher())
    assert stage.service["traffic"][0]["revision"] == "api-00001-abc"


def test_a_share_is_not_taken_from_what_somebody_else_deployed_meanwhile(room: Room):
    stage = stages.CloudRun(room)
    stage.deployer(60).bring(ORDER._replace(share=0.0), Watcher())
    stage.service["template"] |= {"labels": {"commit-sha": GONE}}
    stage._revise("api-00003-abc")
    by_hand = {"type": stages.TO_REVISION, "revision": "api-00003-abc", "percent": 100}
    stage.service["trafficStatuses"] = [by_hand]
    stage.deployer(60).shift(ORDER._replace(number=1, share=0.25), Watcher())
    assert (stage.share(NEW), stage.share(GONE), stage.share(OLD)) == (0.25, 0.75, 0)


def test_a_tag_of_a_revision_stays(room: Room):
    stage = stages.CloudRun(room)
    tagged = {"type": stages.TO_REVISION, "revision": "api-00001-abc", "tag": "staging"}
    stage.service["trafficStatuses"].append({**tagged, "uri": "https://staging---api.a.run.app"})
    stage.deployer(60).bring(ORDER, Watcher())
    assert tagged in stage.service["traffic"]


def test_a_revision_that_does_not_become_ready_is_a_definite_no(room: Room):
    stage = stages.CloudRun(room)
    made = stage.deployer(60)
    usual = stage._revise

    def failing(name: str) -> None:
        usual(name)
        (ready,) = stage.revisions[-1]["conditions"]
        ready |= {"state": "CONDITION_FAILED", "message": "the container did not listen on PORT=8080"}

    stage._revise = failing  # type: ignore[method-assign]
    error = refusal(made)
    assert error.certain and "did not become ready: the container did not listen" in error.message
    assert stage.share(OLD) == 1


def test_a_revision_that_never_became_ready_is_not_used_again(room: Room):
    """The commit was tried before, and its settings are mended by now."""
    stage = stages.CloudRun(room)
    stage.service["template"] |= {"labels": {"commit-sha": NEW}, "containers": [{"image": stage.images[NEW]}]}
    stage._revise("api-00002-abc")
    stage.revisions[-1]["conditions"][0] |= {"state": "CONDITION_FAILED"}
    stage.service["latestReadyRevision"] = stage.revisions[0]["name"]
    stage.deployer(60).bring(ORDER, Watcher())
    assert (stage.changes > 0, len(stage.revisions)) == (True, 3)
    shares = {
        row["revision"]: row["percent"] for row in stage.service["trafficStatuses"] if "revision" in row
    }
    assert "api-00002-abc" not in shares


def test_of_several_revisions_of_a_commit_the_newest_is_used_again(room: Room):
    """The same image, with settings that were changed since."""
    stage = stages.CloudRun(room)
    stage._revise("api-00002-abc")
    stage.service["template"] |= {"labels": {"commit-sha": NEW}, "containers": [{"image": stage.images[NEW]}]}
    stage._revise("api-00003-abc")
    stage.deployer(60).bring(ORDER._replace(commit=OLD, before=NEW), Watcher())
    assert stage.service["traffic"][0]["revision"] == "api-00002-abc"


def test_it_has_no_traffic_before_that_is_reconciled(room: Room):
    stage = stages.CloudRun(room)
    usual = stage.patch

    def patch(path: str, query: dict[str, str], sent: Any) -> Any:
        stage.service["reconciling"] = True
        return usual(path, query, sent)

    stage.patch = patch  # type: ignore[method-assign]
    watcher = Watcher(patience=2)
    with pytest.raises(DeployError):
        stage.deployer(60).bring(ORDER, watcher)
    assert watcher.lines[-1].endswith("to get 100 % of the traffic")


def test_what_was_never_built_touches_nothing(room: Room):
    stage = stages.CloudRun(room)
    error = refusal(stage.deployer(60), ORDER._replace(commit=GONE))
    assert error.certain and stage.changes == 0


def test_of_several_containers_one_is_named(room: Room):
    stage = stages.CloudRun(room)
    stage.service["template"]["containers"].append({"name": "proxy", "image": "proxy"})
    assert "`container` names the one" in refusal(stage.deployer(60)).message


# ---------------------------------------------------------------- Cloud Functions


def test_a_function_that_is_not_built_is_a_definite_no(room: Room):
    stage = stages.CloudFunction(room)
    made = stage.deployer(60)
    stage.patch_state = "FAILED"
    error = refusal(made)
    assert error.certain and "it was not built, or does not start: no module main" in error.message


def test_a_function_of_the_first_generation_is_refused(room: Room):
    stage = stages.CloudFunction(room)
    stage.function["environment"] = "GEN_1"
    error = refusal(stage.deployer(60))
    assert error.certain and "first generation" in error.message and stage.changes == 0


# ---------------------------------------------------------------- Kubernetes


def test_a_rollout_that_comes_to_no_end_is_a_definite_no(room: Room):
    stage = stages.Cluster(room)
    made = stage.deployer(60)
    stage.stall()
    usual = stage._settle

    def failing() -> None:
        usual()
        failed = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
        stage.row["status"]["conditions"] = [{**failed, "message": "ReplicaSet api-2 has timed out"}]

    stage._settle = failing  # type: ignore[method-assign]
    error = refusal(made)
    assert error.certain and "ReplicaSet api-2 has timed out" in error.message


def test_the_deadline_of_the_rollout_before_is_none_of_the_way_back(room: Room):
    """The controller has seen the change, and takes what it said before away once something has moved."""
    stage = stages.Cluster(room)
    late = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    stage.row["status"]["conditions"] = [late | {"lastUpdateTime": "2026-02-05T12:00:00Z"}]
    said, settled, looks = stage.row["status"]["conditions"], stage._settle, []

    def settle() -> None:
        settled()
        stage.row["status"] |= {"replicas": 4, "conditions": said}

    def get(path: str, query: dict[str, str], sent: None) -> Any:
        looks.append(path)
        if len(looks) > 2:
            settled()
        return stage.row

    stage._settle, stage.get = settle, get  # type: ignore[method-assign]
    stage.deployer(20).bring(ORDER._replace(back=True), Watcher())
    assert stage.share(NEW) == 1 and len(looks) == 3


def test_nothing_but_the_image_and_the_annotation_is_set(room: Room):
    stage = stages.Cluster(room)
    before = stage.row["spec"]["template"]["spec"]["containers"][0]["env"]
    stage.deployer(60).bring(ORDER, Watcher())
    template = stage.row["spec"]["template"]
    assert template["metadata"]["annotations"] == {"app.kubernetes.io/version": NEW, "team": "shop"}
    assert template["spec"]["containers"][0] == {
        "name": "api",
        "image": stage.images[NEW],
        "env": before,
    }


def test_a_workload_that_is_paused_is_refused(room: Room):
    stage = stages.Cluster(room)
    stage.row["spec"]["paused"] = True
    error = refusal(stage.deployer(60))
    assert error.early and "is paused" in error.message and "rollout resume" in error.hint


@pytest.mark.parametrize("strategy", [{"type": "OnDelete"}, {"rollingUpdate": {"partition": 2}}])
def test_a_workload_that_leaves_pods_as_they_are_is_refused(room: Room, strategy: dict[str, Any]):
    """Its template would be another one, and no pod: it would be waited for in vain, and then held."""
    stage = stages.Cluster(room)
    stage.row["spec"]["updateStrategy"] = strategy
    error = refusal(stage.deployer(8))
    assert (error.early, "leaves pods as they are" in error.message, stage.changes) == (True, True, 0)


def test_what_it_waits_for_is_said(room: Room):
    stage = stages.Cluster(room)
    stage.stall()
    watcher = Watcher(patience=1)
    with pytest.raises(DeployError):
        stage.deployer(60).bring(ORDER, watcher)
    assert watcher.lines[-1] == "deployment api: waiting for 3 of 3 replicas to be made anew"


SEEN = {"observedGeneration": 2}
REPLICAS = SEEN | {"replicas": 3, "updatedReplicas": 3}
NODES = SEEN | {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 3}


def workload(room: Room, kind: Any, status: dict[str, Any]) -> tuple[stages.Cluster, KubernetesDeployer]:
    """One that has that status once its image was set."""
    stage, usual = stages.Cluster(room), stages.Cluster.patch

    def get(path: str, query: dict[str, Any], sent: None) -> Any:
        return stage.row if path.endswith(f"/{kind}s/api") else None

    def patch(path: str, query: dict[str, Any], sent: dict[str, Any]) -> Any:
        usual(stage, path.replace(f"/{kind}s/", "/deployments/"), query, sent)
        stage.row["status"] = status
        return stage.row

    stage.get, stage.patch = get, patch  # type: ignore[method-assign]
    made = stage.deployer(20)
    assert isinstance(made, KubernetesDeployer)
    return stage, replace(made, kind=kind)


@pytest.mark.parametrize(
    ("kind", "status", "what"),
    [
        (
            "deployment",
            REPLICAS | {"availableReplicas": 3, "observedGeneration": 1},
            "the controller to see it",
        ),
        ("deployment", REPLICAS | {"availableReplicas": 3, "replicas": 4}, "1 old replicas to go"),
        (
            "deployment",
            REPLICAS | {"availableReplicas": 2, "readyReplicas": 3},
            "1 of 3 replicas to be ready",
        ),
        ("statefulset", REPLICAS | {"updatedReplicas": 1}, "2 of 3 replicas to be made anew"),
        (
            "statefulset",
            REPLICAS | {"readyReplicas": 2, "availableReplicas": 3},
            "1 of 3 replicas to be ready",
        ),
        ("daemonset", NODES | {"updatedNumberScheduled": 2}, "1 of 3 replicas to be made anew"),
        ("daemonset", NODES | {"numberAvailable": 1}, "2 of 3 replicas to be ready"),
    ],
)
def test_it_is_not_there_before_every_replica_is(room: Room, kind: str, status: dict[str, Any], what: str):
    """Each kind says it in words of its own, as `kubectl rollout status` reads them."""
    _, made = workload(room, kind, status)
    watcher = Watcher(patience=1)
    with pytest.raises(DeployError):
        made.bring(ORDER, watcher)
    assert watcher.lines[-1] == f"{kind} api: waiting for {what}"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("deployment", REPLICAS | {"availableReplicas": 3}),
        ("statefulset", REPLICAS | {"readyReplicas": 3}),
        ("daemonset", NODES),
    ],
)
def test_it_is_there_once_every_replica_is(room: Room, kind: str, status: dict[str, Any]):
    stage, made = workload(room, kind, status)
    made.bring(ORDER, Watcher())
    assert stage.changes == 1


def test_what_somebody_else_sets_meanwhile_is_not_taken_for_it(room: Room):
    stage = stages.Cluster(room)
    usual = stage._settle

    def settle() -> None:
        usual()
        stage.row["spec"]["template"]["spec"]["containers"][0]["image"] = stage.images[OLD]

    made, stage._settle = stage.deployer(20), settle  # type: ignore[method-assign]
    error = refusal(made)
    assert (error.certain, error.message) == (False, "somebody else set another image meanwhile")


# ---------------------------------------------------------------- helm, compose


@pytest.mark.parametrize("make", [stages_more.helm, stages_more.compose])
def test_a_program_that_was_begun_is_followed_whatever_its_registry_says(make: Any, room: Room):
    stage = make(room)
    stage.deployer(60).bring(ORDER, Watcher())
    stage.registry = "http://127.0.0.1:9"
    stage.deployer(60).bring(ORDER, Watcher())
    error = refusal(stage.deployer(60), ORDER._replace(number=1))
    assert error.certain and error.early and stage.begun() == 1


def test_a_release_that_somebody_else_upgrades_is_left_alone(room: Room):
    """As helm says it, which then has asked for nothing."""
    stage = stages_more.helm(room)
    program = stage.folder / "bin" / "helm"
    said = "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress"
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    error = refusal(stage.deployer(60))
    assert (error.certain, error.early) == (True, True)
    assert error.message.startswith("release api: another operation") and "helm rollback api" in error.message


# ---------------------------------------------------------------- Argo CD


def test_the_way_back_ends_the_sync_that_was_cancelled(room: Room):
    stage = stages_more.ArgoCd(room)
    made = stage.deployer(60)
    stage.stall()
    with pytest.raises(DeployError, match="cancelled while waiting for its sync to end"):
        made.bring(ORDER, Watcher(patience=0.5))
    stage.stalled = False
    made.bring(ORDER._replace(number=7, commit=OLD, before=NEW, back=True), Watcher())
    assert stage.share(OLD) == 1 and stage.ended == 1


def test_the_sync_of_somebody_else_is_left_alone(room: Room):
    stage = stages_more.ArgoCd(room)
    stage.stall()
    stage._sync(GONE)
    error = refusal(stage.deployer(60))
    assert error.early and f"a sync to {GONE[:9]} is under way" in error.message
    assert (stage.ended, stage.changes) == (0, 0)


def test_a_sync_to_what_serves_is_let_end(room: Room):
    stage = stages_more.ArgoCd(room)
    stage.stall()
    stage._sync(OLD)
    stage.stalled = False
    watcher = Watcher(patience=1)
    with pytest.raises(DeployError):
        stage.deployer(60).bring(ORDER, watcher)
    assert watcher.lines[-1] == f"application api: waiting for the sync to {OLD[:9]} to end"
    assert (stage.ended, stage.changes) == (0, 0)
    stage._sync(OLD)
    stage.deployer(60).bring(ORDER, Watcher())
    assert stage.share(NEW) == 1


def test_a_commit_that_was_synced_long_ago_is_synced_once_more(room: Room):
    """Somebody may have set another image by hand since, which no sync tells of."""
    stage = stages_more.ArgoCd(room)
    stage.deployer(60).bring(ORDER._replace(commit=OLD, before=GONE), Watcher())
    assert stage.changes == 1


def test_the_sync_of_somebody_else_to_the_same_commit_is_let_end(room: Room):
    stage = stages_more.ArgoCd(room)
    stage.stall()
    stage._sync(NEW)
    watcher = Watcher(patience=1)
    with pytest.raises(DeployError):
        stage.deployer(60).bring(ORDER, watcher)
    assert watcher.lines[-1] == f"application api: waiting for the sync to {NEW[:9]} to end"
    assert (stage.ended, stage.changes) == (0, 0)


@pytest.mark.parametrize(
    ("before", "after", "end"),
    [("Degraded", "Healthy", ""), ("Healthy", "Degraded", "it is degraded")],
)
def test_the_health_is_that_after_the_sync(room: Room, before: str, after: str, end: str):
    stage = stages_more.ArgoCd(room)
    status, usual = stage.application["status"], stage.get
    status |= {"health": {"status": before}, "reconciledAt": "2026-02-05T12:00:00Z"}

    def get(path: str, query: dict[str, str], sent: None) -> Any:
        if stage.changes:
            status["operationState"]["finishedAt"] = "2026-02-05T12:10:00Z"
        if query.get("refresh") == "normal":
            status.update(health={"status": after}, reconciledAt="2026-02-05T12:10:00Z")
        return usual(path, query, sent)

    stage.get = get  # type: ignore[method-assign]
    if end:
        assert end in refusal(stage.deployer(20)).message
    else:
        stage.deployer(20).bring(ORDER, Watcher())
    assert status["reconciledAt"] == "2026-02-05T12:10:00Z"


# ---------------------------------------------------------------- GitHub


def test_a_run_that_is_listed_only_after_it_was_cancelled_is_ended(room: Room):
    stage = stages_more.Github(room)
    made = stage.deployer(60)
    stage.stall()
    stage.unlisted = 2
    with pytest.raises(DeployError, match="cancelled while waiting for its run to begin"):
        made.bring(ORDER, Watcher(patience=0.5))
    assert stage.cancelled == ["/repos/acme/shop/actions/runs/12/cancel"]


@pytest.mark.parametrize("unlisted", [0, 2])
def test_a_run_whose_start_was_not_answered_is_waited_for(room: Room, unlisted: int):
    stage = stages_more.Github(room)
    stage.unlisted = unlisted
    usual = stage.post

    def post(path: str, query: dict[str, str], sent: Any) -> Any:
        usual(path, query, sent)
        raise ConnectionError("the answer is lost")

    stage.post = post  # type: ignore[method-assign]
    stage.deployer(20).bring(ORDER, Watcher())
    assert stage.share(NEW) == 1 and stage.changes == 1


def test_no_run_is_started_only_to_be_ended(room: Room, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(github, "_ENDING", 0.0)
    stage = stages_more.Github(room)
    with pytest.raises(DeployError) as caught:
        stage.deployer(60).bring(ORDER, Watcher(patience=0.0))
    assert not caught.value.certain and stage.changes == 0


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        (CloudRunDeployer, {"image": "shop/api:latest"}, "names the commit"),
        (CloudRunDeployer, {"image": "UPPER/{commit}"}, "image is a reference"),
        (CloudFunctionDeployer, {"source": "s3://x/{commit}"}, "gs://"),
        (CloudFunctionDeployer, {"source": "gs://x/latest.zip"}, "names the"),
        (KubernetesDeployer, {"image": "x"}, "names the commit"),
    ],
)
def test_what_cannot_be_meant_is_refused(kind: Any, settings: dict[str, Any], words: str):
    with pytest.raises(ValueError, match=words):
        kind(**{**kind.EXAMPLE, **settings})
