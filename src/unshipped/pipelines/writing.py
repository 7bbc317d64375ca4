"""A workflow that deploys, for one CI host: written once, and the team's from then on."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from unshipped.errors import UsageError

PLACES = {
    "github": ".github/workflows/deploy.yml",
    "gitlab": ".gitlab-ci.yml",
    "cloud-build": "cloudbuild.deploy.yaml",
}
"""Where each host's workflow lies."""

_BRANCH = re.compile(r"[A-Za-z0-9][\w./-]{0,99}")


def text(host: str, branch: str) -> str:
    """The workflow of a host. Raises `UsageError` where it could not hold such a branch."""
    if not _BRANCH.fullmatch(branch):
        raise UsageError(f"{branch!r} is no name of a branch that a workflow can hold")
    found = files("unshipped.pipelines").joinpath("templates", f"{host}.yml")
    return found.read_text("utf-8").replace("__BRANCH__", branch)


def write(host: str, path: Path, branch: str) -> Path:
    """Write it to that place. Raises `UsageError` where something lies there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text(host, branch))
    except FileExistsError:
        message = f"{path} is there already, and is not written over"
        raise UsageError(message, "--output names another place, - prints it") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    return path


def child_pipeline(services: Sequence[str]) -> str:
    """The jobs of a GitLab pipeline below another one: one for each service, one at a time for each."""
    jobs = {
        f"deploy {service}": {
            "extends": ".unshipped",
            "resource_group": f"deploy-{service}",
            "interruptible": False,
            "timeout": "1 hour",
            "variables": {"SERVICE": service},
            "script": ['unshipped deploy "$SERVICE" --reason "pipeline $CI_PIPELINE_ID"'],
        }
        for service in services
    }
    base = {
        "variables": {"UNSHIPPED_JOB_IMAGE": "python:3.12", "UNSHIPPED_SIGN_IN": "true"},  # if not said
        ".unshipped": {
            "image": "$UNSHIPPED_JOB_IMAGE",
            "variables": {"GIT_DEPTH": "0"},
            "id_tokens": {"UNSHIPPED_ID_TOKEN": {"aud": "https://gitlab.com"}},
            "before_script": ['python -m pip install "$UNSHIPPED"', 'eval "$UNSHIPPED_SIGN_IN"'],
        },
    }
    nothing = {"nothing to deploy": {"script": ["echo everything that was looked at is live"]}}
    return json.dumps({**base, **(jobs or nothing)}, indent=2) + "\n"
