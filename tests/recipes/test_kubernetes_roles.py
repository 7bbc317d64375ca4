"""The roles as deployments of their own: rendered, held against the schemas, their words known."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from unshipped.cli.commands import grammar_of
from unshipped.cli.parser import Parser
from unshipped.config import load
from unshipped.config.loader import load_model
from unshipped.web.settings import AccessFile
from unshipped.wiring import notifier_kinds, source_kinds

FOLDER = Path(__file__).parents[2] / "examples" / "serve" / "kubernetes"
VERSIONS = ("1.31", "1.34", "1.37")
pytestmark = pytest.mark.skipif(not shutil.which("kubectl"), reason="not installed: kubectl")


@cache
def rendered() -> tuple[dict[str, Any], ...]:
    done = subprocess.run(["kubectl", "kustomize", str(FOLDER)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return tuple(yaml.safe_load_all(done.stdout))


def containers() -> dict[str, dict[str, Any]]:
    found = [one for one in rendered() if one["kind"] == "Deployment"]
    return {one["metadata"]["name"]: one["spec"]["template"]["spec"]["containers"][0] for one in found}


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_follows_the_published_schema(version: str):
    for made in rendered():
        kubernetes_validate.validate(made, version, strict=True)


def test_each_role_has_a_deployment_whose_command_is_understood():
    serve = Parser(grammar_of("serve"))
    roles = {name: serve.parse_args(one["args"][1:]) for name, one in containers().items()}
    assert {name: options.roles for name, options in roles.items()} == {
        f"unshipped-{role}": [role] for role in ("watch", "work", "web")
    }
    assert roles["unshipped-web"].access == Path("/etc/unshipped/access.yaml")


def test_what_the_service_leads_to_listens_and_is_asked_whether_it_works():
    web = containers()["unshipped-web"]
    assert web["readinessProbe"]["httpGet"]["path"] == "/readyz"
    [service] = [one for one in rendered() if one["kind"] == "Service"]
    assert service["spec"]["ports"][0]["targetPort"] == web["ports"][0]["name"]


def test_the_files_are_understood():
    text = (FOLDER / "unshipped.yaml").read_text()
    assert load(text, "unshipped.yaml", source_kinds(), notifier_kinds()).store.url
    access = load_model((FOLDER / "access.yaml").read_bytes(), "access.yaml", AccessFile)
    assert [list(one.who) for one in access.roles] == [["*"], ["group:platform"]]
