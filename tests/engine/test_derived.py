"""Closures that are derived for each commit anew: what counts, from which commit on, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.repo import Repo, link
from tests.support.run import NOW, Json, check, flags, run, stamp

DOCKERFILE = 'FROM python\nWORKDIR /app\nCOPY . .\nCMD ["python", "api/main.py"]\n'


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo.init(tmp_path / "repo")
    repo.commit(
        {
            "api/Dockerfile": DOCKERFILE,
            "api/main.py": "import shared.clock\n",
            "shared/clock.py": "1",
            "shared/other.py": "1",
            "ml/model.py": "1",
            "docs/a.md": "1",
        }
    )
    return repo


def built(repo: Repo, deployed: str, closure: str = "imports", **more: object) -> Json:
    services = {"api": {"build": "api/Dockerfile", "closure": closure, "deployed": deployed, **more}}
    return check(repo.path, services).target("api")


def changes(target: Json) -> tuple[str, list[str]]:
    return target["state"], [change["commit"] for change in target["changes"]]


def test_only_what_is_reached_counts(repo: Repo) -> None:
    live = repo.id("main")
    repo.commit({"shared/other.py": "2"})
    repo.commit({"docs/a.md": "2"})
    assert changes(built(repo, live)) == ("in_sync", [])
    change = repo.commit({"shared/clock.py": "2"})
    assert changes(built(repo, live)) == ("behind", [change])


def test_the_image_takes_in_all_that_it_copies(repo: Repo) -> None:
    live = repo.id("main")
    change = repo.commit({"docs/a.md": "2"})
    assert changes(built(repo, live, "image")) == ("behind", [change])


def test_a_new_import_counts_from_the_commit_that_made_it(repo: Repo) -> None:
    live = repo.id("main")
    repo.commit({"ml/model.py": "2"})
    made = repo.commit({"api/main.py": "import shared.clock\nimport ml.model\n"})
    after = repo.commit({"ml/model.py": "3"})
    assert changes(built(repo, live)) == ("behind", [after, made])


def test_what_was_none_of_it_when_it_landed_is_not_explained_as_ignored(repo: Repo, tmp_path: Path) -> None:
    services = {"api": {"build": "api/Dockerfile", "closure": "imports", "deployed": repo.id("main")}}
    repo.commit({"ml/model.py": "2"})
    repo.commit({"api/main.py": "import shared.clock\nimport ml.model\n"})
    config = tmp_path / "unshipped.yaml"
    config.write_text(json.dumps({"services": services}))
    named = {"repo": repo.path, "config": config, "now": stamp(NOW)}
    said = run(["explain", "api", *flags(named)], tmp_path).stdout
    assert "Missing changes, newest first (1)" in said
    assert "1 other change on the branch: nothing of this service." in said
    assert "Left out" not in said


def test_a_module_that_is_no_longer_imported_counts_until_then(repo: Repo) -> None:
    live = repo.id("main")
    before = repo.commit({"shared/clock.py": "2"})
    gone = repo.commit({"api/main.py": "pass\n"})
    repo.commit({"shared/clock.py": "3"})
    assert changes(built(repo, live)) == ("behind", [gone, before])


def test_the_counts_agree_with_the_changes(repo: Repo) -> None:
    live = repo.id("main")
    repo.commit({"ml/model.py": "2"})
    repo.commit({"api/main.py": "import ml.model\n"})
    target = built(repo, live)
    assert (target["behind"], target["changes_behind"], target["cancelled"]) == (1, 1, 0)


def test_the_dockerfile_and_what_it_ignores_belong_to_the_service(repo: Repo) -> None:
    live = repo.id("main")
    first = repo.commit({"api/Dockerfile": DOCKERFILE + "ENV A=1\n"})
    second = repo.commit({".dockerignore": "docs\n"})
    repo.commit({"docs/a.md": "2"})
    for closure in ("image", "imports"):
        assert changes(built(repo, live, closure)) == ("behind", [second, first])


def test_a_copy_line_that_comes_brings_its_directory_from_then_on(repo: Repo) -> None:
    small = "FROM python\nCOPY api /api\n"
    live = repo.commit({"api/Dockerfile": small})
    repo.commit({"ml/model.py": "2"})
    wider = repo.commit({"api/Dockerfile": small + "COPY ml /ml\n"})
    assert changes(built(repo, live, "image")) == ("behind", [wider])


def test_a_module_that_appears_where_it_was_looked_for_counts(repo: Repo) -> None:
    live = repo.commit({"api/main.py": "try:\n    import extra\nexcept ImportError:\n    pass\n"})
    assert changes(built(repo, live)) == ("in_sync", [])
    made = repo.commit({"api/extra.py": "1"})
    assert changes(built(repo, live)) == ("behind", [made])


def test_a_library_behind_a_link_counts(repo: Repo) -> None:
    live = repo.commit({"fn/main.py": "import shared.clock\n", "fn/shared": link("../shared")})
    service = {"build": {"source": "fn"}, "closure": "imports", "deployed": live}
    repo.commit({"shared/other.py": "2"})
    assert changes(check(repo.path, {"fn": service}).target("fn"))[0] == "in_sync"
    change = repo.commit({"shared/clock.py": "2"})
    assert changes(check(repo.path, {"fn": service}).target("fn")) == ("behind", [change])


def test_declared_paths_count_besides(repo: Repo) -> None:
    live = repo.id("main")
    change = repo.commit({"docs/a.md": "2"})
    assert changes(built(repo, live, paths=["docs"])) == ("behind", [change])


def test_a_build_that_is_nowhere_is_a_dead_pattern(repo: Repo) -> None:
    live = repo.id("main")
    services = {"api": {"build": "api/Dokerfile", "deployed": live}}
    run = check(repo.path, services)
    assert (run.code, run.target("api")["reason_code"]) == (3, "dead-pattern")


def test_a_service_whose_source_was_deleted_is_behind_by_that(repo: Repo) -> None:
    live = repo.id("main")
    gone = repo.commit({"api/Dockerfile": None, "api/main.py": None})
    assert changes(built(repo, live, "image")) == ("behind", [gone])


@pytest.mark.parametrize("closure", ["image", "imports"])
def test_what_landed_before_the_dockerfile_came_to_where_the_map_has_it_counts(
    repo: Repo, closure: str
) -> None:
    live = repo.commit({"api/Dockerfile": None, "api.Dockerfile": DOCKERFILE})
    before = repo.commit({"shared/clock.py": "2"})
    moved = repo.commit({"api/Dockerfile": DOCKERFILE, "api.Dockerfile": None})
    target = built(repo, live, closure)
    assert changes(target) == ("behind", [moved, before])
    assert target["behind"] == 2


def test_so_does_what_landed_after_it_left(repo: Repo) -> None:
    live = repo.id("main")
    moved = repo.commit({"api/Dockerfile": None, "api.Dockerfile": DOCKERFILE})
    after = repo.commit({"shared/clock.py": "2"})
    assert changes(built(repo, live, "image")) == ("behind", [after, moved])


def test_what_is_deployed_from_a_branch_has_its_own_closure(repo: Repo) -> None:
    repo.branch("fix")
    live = repo.commit({"api/main.py": "import ml.model\n"}, on="fix")
    change = repo.commit({"shared/clock.py": "2"})
    target = built(repo, live)
    assert (target["state"], [one["commit"] for one in target["changes"]]) == ("diverged", [change])


def test_a_partial_clone_says_what_it_lacks(repo: Repo) -> None:
    live = repo.id("main")
    repo.commit({"api/main.py": "import ml.model\n"})
    target = built(repo.partial(), live)
    assert (target["state"], target["reason_code"]) == ("unknown", "missing-objects")


def test_it_is_the_same_from_memory(repo: Repo, tmp_path: Path) -> None:
    live = repo.id("main")
    repo.commit({"api/main.py": "import ml.model\n"})
    services = {"api": {"build": "api/Dockerfile", "closure": "imports", "deployed": live}}
    cache = tmp_path / "cache"
    first = check(repo.path, services, cache=cache)
    repo.commit({"ml/model.py": "2"})
    again, anew = check(repo.path, services, cache=cache), check(repo.path, services)
    assert again.json["targets"] == anew.json["targets"] != first.json["targets"]


def test_beside_a_service_that_is_declared_it_is_the_same_from_memory(repo: Repo, tmp_path: Path) -> None:
    """What was answered holds for this build and this tip alone, whatever is asked beside it."""
    cache, live = tmp_path / "cache", repo.id("main")

    def states(closure: str) -> list[str]:
        api = {"build": "api/Dockerfile", "closure": closure, "deployed": live}
        services: dict[str, Json] = {"api": api, "model": {"paths": ["ml"], "deployed": live}}
        found = check(repo.path, services, cache=cache)
        return [found.target(name)["state"] for name in services]

    repo.commit({"docs/a.md": "2"})
    assert states("imports") == ["in_sync", "in_sync"]
    assert states("image") == ["behind", "in_sync"]
    repo.commit({"shared/clock.py": "2"})
    assert states("imports") == ["behind", "in_sync"]


def test_what_was_left_out_changed_and_taken_in_again_is_another_content(repo: Repo) -> None:
    live = repo.id("main")
    repo.commit({"api/main.py": "pass\n"})
    change = repo.commit({"shared/clock.py": "2"})
    repo.commit({"api/main.py": "import shared.clock\n"})
    target = built(repo, live)
    assert (target["state"], target["changes_behind"], target["cancelled"]) == ("behind", 1, 2)
    assert target["oldest"]["commit"] == change


def test_what_changed_and_came_back_while_it_was_left_out_is_in_sync(repo: Repo) -> None:
    live = repo.id("main")
    repo.commit({"shared/clock.py": "2"})
    repo.commit({"api/main.py": "pass\n"})
    repo.commit({"shared/clock.py": "1"})
    repo.commit({"api/main.py": "import shared.clock\n"})
    assert built(repo, live)["state"] == "in_sync"


@pytest.fixture
def handed(tmp_path: Path) -> Repo:
    """A repository whose image takes a program that is built elsewhere."""
    repo = Repo.init(tmp_path / "handed")
    repo.commit({"docker/Dockerfile": "FROM scratch\nCOPY api /api\n", "cmd/main.go": "1", "docs/a.md": "1"})
    return repo


def packed(repo: Repo, deployed: str, **more: object) -> Json:
    build = {"dockerfile": "docker/Dockerfile", "context": "docker"}
    return check(repo.path, {"api": {"build": build, "deployed": deployed, **more}}).target("api")


@pytest.mark.parametrize("closure", ["image", "imports"])
def test_an_image_of_what_is_built_elsewhere_is_not_in_sync_by_its_dockerfile_alone(
    handed: Repo, closure: str
) -> None:
    live = handed.id("main")
    handed.commit({"cmd/main.go": "2"})
    target = packed(handed, live, closure=closure)
    assert (target["state"], target["reason_code"]) == ("unknown", "dead-pattern")
    assert "'docker/api'" in target["reasons"][0]
    assert "paths" in target["hint"]


def test_once_paths_say_what_it_is_made_of_that_counts(handed: Repo) -> None:
    live = handed.id("main")
    assert packed(handed, live, paths=["cmd"])["state"] == "in_sync"
    change = handed.commit({"cmd/main.go": "2"})
    assert changes(packed(handed, live, paths=["cmd"])) == ("behind", [change])


def test_or_that_it_need_not_be_there(handed: Repo) -> None:
    live = handed.id("main")
    handed.commit({"cmd/main.go": "2"})
    optional = [{"path": "docker/api", "optional": True}]
    assert packed(handed, live, paths=optional)["state"] == "in_sync"


@pytest.mark.parametrize(
    "files",
    [
        {"docker/Dockerfile": "FROM scratch\nCOPY app.py /api\n", "docker/app.py": "1"},
        {"docker/api": "1"},
        {"docker/Dockerfile": "FROM scratch\nCOPY other /api\n"},
    ],
    ids=["its source comes", "it comes itself", "it is called otherwise"],
)
def test_a_change_of_what_it_takes_is_one_to_deploy(handed: Repo, files: dict[str, str]) -> None:
    live = handed.id("main")
    change = handed.commit(files)
    assert changes(packed(handed, live)) == ("behind", [change])


def test_a_pattern_that_finds_nothing_beside_what_is_there_lacks_nothing(handed: Repo) -> None:
    live = handed.commit(
        {"docker/Dockerfile": "FROM nginx\nCOPY site.conf certs* /etc/nginx/\n", "docker/site.conf": "1"}
    )
    assert packed(handed, live)["state"] == "in_sync"
    change = handed.commit({"docker/site.conf": "2"})
    assert changes(packed(handed, live)) == ("behind", [change])


def test_what_nothing_tells_the_source_of_is_affected_by_anything(handed: Repo, tmp_path: Path) -> None:
    live = handed.id("main")
    handed.commit({"cmd/main.go": "2"})
    build = {"dockerfile": "docker/Dockerfile", "context": "docker"}
    config = tmp_path / "unshipped.yaml"
    config.write_text(json.dumps({"services": {"api": {"build": build, "deployed": live}}}))
    named = {"repo": handed.path, "config": config, "format": "names"}
    assert run(["affected", live, *flags(named)], tmp_path).stdout == "api\n"
