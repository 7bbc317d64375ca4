"""The manifests: rendered by kubectl, checked against the published schemas, their commands run."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.recipes.program import RECIPES, StandIn
from unshipped.schedule import Schedule

FOLDER = RECIPES / "kubernetes"
WAYS = ("once", "shards", "serve")
VERSIONS = ("1.31", "1.34", "1.37")
"""From the one on where what a failed pod means is no trial any more."""

pytestmark = pytest.mark.skipif(not shutil.which("kubectl"), reason="not installed: kubectl")

Json = dict[str, Any]


@cache
def rendered(way: str) -> tuple[Json, ...]:
    command = ["kubectl", "kustomize", str(FOLDER / way)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return tuple(yaml.safe_load_all(done.stdout))


def one(way: str, kind: str) -> Json:
    [found] = [made for made in rendered(way) if made["kind"] == kind]
    return found


def job(way: str) -> Json:
    found: Json = one(way, "CronJob")["spec"]["jobTemplate"]["spec"]
    return found


def pod(way: str) -> Json:
    spec = one(way, "Deployment")["spec"] if way == "serve" else job(way)
    found: Json = spec["template"]["spec"]
    return found


def container(way: str) -> Json:
    [found] = pod(way)["containers"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("way", WAYS)
def test_everything_follows_the_published_schema(way, version):
    for made in rendered(way):
        kubernetes_validate.validate(made, version, strict=True)


def test_the_schema_finds_a_setting_that_does_not_exist():
    made = yaml.safe_load(yaml.safe_dump(one("once", "CronJob")))
    made["spec"]["timezone"] = made["spec"].pop("timeZone")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(made, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("way", WAYS)
def test_the_pod_may_do_no_more_than_it_must(way):
    spec, inside = pod(way), container(way)
    assert spec["serviceAccountName"] == "unshipped"
    assert (spec["securityContext"]["runAsNonRoot"], spec["securityContext"]["runAsUser"]) == (True, 10001)
    assert inside["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"requests", "limits"} == set(inside["resources"])
    assert "@sha256:" in inside["image"]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_mounted_is_there(way):
    volumes = {volume["name"]: volume for volume in pod(way)["volumes"]}
    assert {mount["name"] for mount in container(way)["volumeMounts"]} == set(volumes)
    names = {(made["kind"], made["metadata"]["name"]) for made in rendered(way)}
    assert ("ConfigMap", volumes["configuration"]["configMap"]["name"]) in names
    if claim := volumes["home"].get("persistentVolumeClaim"):
        assert ("PersistentVolumeClaim", claim["claimName"]) in names
    else:
        assert not [name for kind, name in names if kind == "PersistentVolumeClaim"]


@pytest.mark.parametrize("way", WAYS)
def test_the_account_reads_workloads_and_no_secret(way):
    rules = one(way, "Role")["rules"]
    assert {verb for rule in rules for verb in rule["verbs"]} == {"get", "list"}
    assert "secrets" not in {resource for rule in rules for resource in rule["resources"]}
    assert one(way, "Role")["metadata"]["namespace"] == "shop"
    [subject] = one(way, "RoleBinding")["subjects"]
    account = one(way, "ServiceAccount")["metadata"]
    assert (subject["name"], subject["namespace"]) == (account["name"], account["namespace"])


@pytest.mark.parametrize("way", ["once", "shards"])
def test_rounds_do_not_overlap_and_are_due(way):
    spec = one(way, "CronJob")["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    configuration = yaml.safe_load(one(way, "ConfigMap")["data"]["unshipped.yaml"])["watch"]
    Schedule([spec["schedule"]], spec["timeZone"])
    assert spec["schedule"] == configuration["schedule"]
    assert spec["timeZone"] == f"Etc/{configuration['zone']}"
    assert job(way)["activeDeadlineSeconds"] < 600


@pytest.mark.parametrize("index", range(4))
def test_each_pod_looks_at_its_share(index, tmp_path):
    assert (job("shards")["completionMode"], job("shards")["completions"]) == ("Indexed", 4)
    inside = container("shards")
    words = [*inside["command"], *inside["args"]]
    assert words[:2] == ["tini", "--"]
    program = StandIn(tmp_path)
    environment = program.environment | {"JOB_COMPLETION_INDEX": str(index)}
    subprocess.run(words[2:], env=environment, check=True, capture_output=True)
    [call] = program.calls()
    assert call.words == ("watch", "--once", "--slot", "schedule", "--shard", f"{index + 1}/4")


def test_the_others_need_no_shell():
    assert container("once")["args"] == ["watch", "--once", "--slot", "schedule"]
    assert container("serve")["args"] == ["serve"]
    assert "command" not in container("once") | container("serve")


def test_two_processes_never_hold_the_file_of_the_log():
    spec = one("serve", "Deployment")["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
