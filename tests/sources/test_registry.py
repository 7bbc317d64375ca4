"""A real registry, with images that a real tool built: Debian's `docker-registry` and `buildah`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sources.doubles.engine import container, engine
from tests.sources.served import serving
from tests.support.reading import reading
from tests.support.registry import registry
from unshipped.sources.containers.docker import DockerSource
from unshipped.sources.containers.oci import OciSource

A, B = "a1" * 20, "b2" * 20
REVISION = "org.opencontainers.image.revision"
__all__ = ["registry"]

MISSING = [name for name in ("docker-registry", "buildah") if not shutil.which(name)]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]


def buildah(folder: Path, *words: str) -> None:
    own = {"BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "vfs", "HOME": str(folder)}
    stored = ["--root", f"{folder}/images", "--runroot", f"{folder}/run"]
    done = subprocess.run(
        ["buildah", *stored, *words], env={**os.environ, **own}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"buildah does not work here: {done.stderr.strip()[-200:]}")


def test_what_runs_is_asked_about_by_the_digest_that_a_real_tool_pushed(registry: str, tmp_path: Path):
    """The tag moves on to another build; what runs is still what it was pulled as."""
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    place = f"{registry}/shop/api:production"
    for revision in (A, B):
        buildah(tmp_path, "bud", "-q", "--label", f"{REVISION}={revision}", "-t", "api", str(tmp_path))
        push = ("push", "--tls-verify=false", "--digestfile", f"{tmp_path}/{revision}")
        buildah(tmp_path, *push, "api", f"docker://{place}")
    running = container("api", image=place)
    running["$image"]["RepoDigests"] = [f"{registry}/shop/api@{(tmp_path / A).read_text()}"]
    with serving(engine([running])) as host:
        found = reading(DockerSource(host=host.url(""), registry=True)).revisions
    assert [(word.text, word.said_by, word.weak) for word in found] == [
        (A, f"label {REVISION} of its image in the registry", False)
    ]
    assert [word.text for word in reading(OciSource(image=place)).revisions] == [B]


def test_what_a_real_tool_pushed_is_read(registry: str, tmp_path: Path):
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    for platform, revision in (("linux/amd64", A), ("linux/arm64", B)):
        label = f"{REVISION}={revision}"
        build = ("bud", "-q", "--platform", platform, "--label", label)
        buildah(tmp_path, *build, "--manifest", "both", str(context))
    buildah(tmp_path, "bud", "-q", "--label", f"{REVISION}={A}", "-t", "one", str(context))
    for kind in ("oci", "v2s2"):
        target = f"docker://{registry}/shop/api:{kind}"
        buildah(tmp_path, "push", "--tls-verify=false", "--format", kind, "one", target)
    both = f"docker://{registry}/shop/api:both"
    buildah(tmp_path, "manifest", "push", "--all", "--tls-verify=false", "both", both)

    def said(tag: str) -> set[tuple[str, str]]:
        found = reading(OciSource(image=f"{registry}/shop/api:{tag}")).revisions
        return {(word.text, word.said_by) for word in found}

    assert said("oci") == said("v2s2") == {(A, f"label {REVISION}")}
    assert said("both") == {
        (A, f"label {REVISION} of linux/amd64"),
        (B, f"label {REVISION} of linux/arm64"),
    }
