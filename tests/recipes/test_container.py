"""The image: linted, read by the project's own reader of Dockerfiles, built on a base that is made here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.discovery.trees import tree
from tests.docs.pages import ROOT
from tests.recipes.program import RECIPES
from tests.support.examples import NIGHTLY
from unshipped.core.model import Build
from unshipped.discovery.images.image import image_of

CONTAINERFILE = RECIPES / "container/Containerfile"
IMAGE, BASE = "localhost/unshipped", "localhost/base"
MISSING = [name for name in ("buildah", "mmdebstrap") if not shutil.which(name)]
EXTRAS = "server"
"""Of what the image has by default, what the test looks at: to install the rest takes a minute."""
WHAT_BUILDS = ("hatchling", f"{ROOT}[{EXTRAS}]")
SERVES = """
cd && git init -q shop && cd shop
git -c user.name=ana -c user.email=ana@example.org commit -q --allow-empty -m 1
printf 'services: {api: {paths: [api], deployed: %s}}' "$(git rev-parse HEAD)" > unshipped.yaml
unshipped serve --listen 127.0.0.1:18080 --no-fetch & served=$!
python3 -c '
import time, urllib.request
for _ in range(300):
    try:
        print(urllib.request.urlopen("http://127.0.0.1:18080/", timeout=5).read().decode())
        break
    except OSError:
        time.sleep(0.1)
'
kill $served; wait $served
"""
"""The page, served by the image."""
OFFLINE = "[global]\nno-index = true\nfind-links = /wheels\n"


def run(*command: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_the_linter_has_nothing_to_say():
    done = run(str(Path(sys.executable).with_name("hadolint")), str(CONTAINERFILE))
    assert (done.returncode, done.stdout) == (0, "")


def test_the_place_of_the_digest_is_shown_where_the_base_is_named():
    text = CONTAINERFILE.read_text(encoding="utf-8")
    [base] = re.findall(r"(?m)^ARG BASE=(\S+)$", text)
    assert f"--build-arg BASE={base}@sha256:" in text
    assert set(re.findall(r"(?m)^FROM (\S+)", text)) == {"${BASE}"}


def test_the_extras_that_the_image_has_by_default_exist():
    [named] = re.findall(r"(?m)^ARG EXTRAS=(\S+)$", CONTAINERFILE.read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {EXTRAS} < {*named.split(",")} <= {*project["optional-dependencies"]}


def test_the_image_takes_what_is_installed_and_nothing_else():
    names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).stdout.split(
        "\0"
    )
    files = {name: (ROOT / name).read_bytes() for name in names if name and (ROOT / name).is_file()}
    place = str(CONTAINERFILE.relative_to(ROOT))
    found = image_of(tree(files), Build(place, context="."))
    taken = [path for copy in found.copies for path in copy.paths]
    assert taken == ["requirements/runtime.txt", "pyproject.toml", "README.md", "LICENSE", "src"]
    assert found.missing == ()


# ---------------------------------------------------------------- built for real


class Builder:
    """buildah without a daemon and without privileges of its own, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._stored = ["--root", f"{folder}/images", "--runroot", f"{folder}/run"]
        self._environment = os.environ | {"BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "vfs"}

    def __call__(self, *words: str) -> str:
        done = run("buildah", *self._stored, *words, env=self._environment)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip()

    def inside(self, container: str, command: str) -> subprocess.CompletedProcess[str]:
        words = [*self._stored, "run", container, "--", "sh", "-c", command]
        return run("buildah", *words, env=self._environment)


@pytest.fixture
def builder(tmp_path: Path) -> Builder:
    """With a base image that has what the real one has: a Debian with its own Python."""
    packages = "python3,python3-venv,python3-pip,ca-certificates"
    made = run("mmdebstrap", "--variant=minbase", f"--include={packages}", "bookworm", f"{tmp_path}/base.tar")
    if made.returncode != 0:
        pytest.skip("Debian's packages cannot be had here")
    build = Builder(tmp_path)
    container = build("from", "scratch")
    build("add", container, f"{tmp_path}/base.tar", "/")
    build("commit", "--quiet", "--rm", container, BASE)
    return build


@pytest.fixture
def wheels(tmp_path: Path) -> list[str]:
    """What the installation takes, as mounts: the build asks no registry of Python packages."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", f"{tmp_path}/wheels"]
    for wanted in (["--require-hashes", "-r", str(ROOT / "requirements/runtime.txt")], [*WHAT_BUILDS]):
        assert run(*pip, *wanted).returncode == 0
    (tmp_path / "pip.conf").write_text(OFFLINE, encoding="utf-8")
    return [f"--volume={tmp_path}/wheels:/wheels:ro", f"--volume={tmp_path}/pip.conf:/etc/pip.conf:ro"]


@pytest.mark.slow
@pytest.mark.skipif(not NIGHTLY, reason="it takes two minutes to install a system: `make nightly` does it")
@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
def test_the_image_builds_and_runs_without_root(builder, wheels):
    given = ["--build-arg", f"BASE={BASE}", "--build-arg", f"EXTRAS={EXTRAS}", *wheels]
    builder(
        "build",
        "--quiet",
        "--format",
        "docker",
        *given,
        "--file",
        str(CONTAINERFILE),
        "--tag",
        IMAGE,
        str(ROOT),
    )
    settings = json.loads(builder("inspect", "--type", "image", IMAGE))["Docker"]["config"]
    assert settings["User"] == "10001:10001"
    assert settings["Healthcheck"]["Test"] == ["CMD", "unshipped", "validate"]
    assert [*settings["Entrypoint"], *settings["Cmd"]] == ["tini", "--", "unshipped", "serve"]

    container = builder("from", IMAGE)
    builder("copy", container, str(RECIPES / "unshipped.yaml"), "/etc/unshipped/unshipped.yaml")
    said = {
        command: builder.inside(container, command)
        for command in ("id -u", "unshipped validate", "git --version", "touch /opt/unshipped/x", "touch ~/x")
    }
    assert said["id -u"].stdout.strip() == "10001"
    assert {command: done.returncode == 0 for command, done in said.items()} == {
        "id -u": True,
        "unshipped validate": True,
        "git --version": True,
        "touch /opt/unshipped/x": False,
        "touch ~/x": True,
    }
    served = builder.inside(container, SERVES)
    assert "<title>unshipped</title>" in served.stdout, served.stderr[-2000:]
