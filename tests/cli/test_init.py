"""Where `unshipped init` writes, and what it takes for the file that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.repo import Repo
from tests.support.run import run


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    repo = Repo.init(tmp_path / "checkout")
    repo.commit({"api/Dockerfile": "FROM scratch\nCOPY app /app\n", "api/app": "1"})
    repo.checkout()
    return repo.path


def test_it_writes_at_the_top_wherever_one_stands(checkout: Path):
    answer = run(["init", "--yes"], checkout / "api")
    assert answer.stdout.startswith(f"{checkout / 'unshipped.yaml'}: 1 service found.")
    assert not (checkout / "api/unshipped.yaml").exists()
    written = (checkout / "unshipped.yaml").read_text()
    assert run(["init", "--yes"], checkout / "api").stdout.endswith(
        "lacks none of what was found: 1 service.\n"
    )
    assert (checkout / "unshipped.yaml").read_text() == written


def test_a_file_of_the_other_name_is_found_and_added_to(checkout: Path):
    text = "services:\n  api:\n    build: api/Dockerfile\n    deployed: v1\n"
    (checkout / "unshipped.yml").write_text(text)
    answer = run(["init", "--yes"], checkout / "api")
    assert answer.stdout == f"{checkout / 'unshipped.yml'} lacks none of what was found: 1 service.\n"
    assert not (checkout / "unshipped.yaml").exists()
    assert run(["validate"], checkout / "api").code == 0
    (checkout / "unshipped.yaml").write_text(text)
    for command in ("validate", "init"):
        answer = run([command], checkout / "api")
        said = f"error: {checkout} has both unshipped.yaml and unshipped.yml"
        assert (answer.code, answer.stderr.splitlines()[0]) == (2, said)


@pytest.mark.parametrize("there", [None, "services:\n  api: {build: web/Dockerfile, deployed: v1}\n"])
def test_a_link_that_somebody_committed_does_not_say_what_is_written_elsewhere(
    checkout: Path, tmp_path: Path, there: str | None
):
    outside = tmp_path / ".profile"
    if there:
        outside.write_text(there)
    (checkout / "unshipped.yaml").symlink_to("../.profile")
    answer = run(["init", "--yes"], checkout)
    assert (answer.code, "is a link to" in answer.stderr) == (2, True)
    assert outside.exists() == bool(there) and (not there or outside.read_text() == there)
    assert run(["init", "--yes", f"--config={outside}"], checkout).code == 0
    (checkout / "unshipped.yaml").unlink()
    (checkout / "unshipped.yaml").symlink_to("api/map.yaml")
    assert run(["init", "--yes"], checkout).code == 0 and (checkout / "api/map.yaml").exists()


def test_a_file_that_is_no_text_is_an_error_of_its_own(checkout: Path):
    (checkout / "unshipped.yaml").write_bytes(b"services: {caf\xe9: {}}\n")
    answer = run(["init", "--yes"], checkout)
    assert (answer.code, "is not UTF-8" in answer.stderr) == (2, True)


def test_a_file_that_is_nearer_is_the_one_that_is_added_to(checkout: Path):
    (checkout / "api/unshipped.yaml").write_text(
        "services:\n  api:\n    build: api/Dockerfile\n    deployed: v1\n"
    )
    answer = run(["init", "--yes"], checkout / "api")
    assert answer.stdout == "unshipped.yaml lacks none of what was found: 1 service.\n"
    assert not (checkout / "unshipped.yaml").exists()


def test_a_bare_repository_is_its_own_top(checkout: Path):
    bare = Repo(checkout).bare("checkout/mirror.git").path
    run(["init", "--yes", f"--repo={bare}"], checkout)
    assert (bare / "unshipped.yaml").exists() and not (checkout / "unshipped.yaml").exists()
