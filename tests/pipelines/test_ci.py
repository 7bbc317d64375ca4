"""Workflows that deploy: held against the hosts' schemas, run as they run them, and never written over."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from tests.sources.served import body, serving
from tests.support.repo import Repo
from unshipped.cli.main import dispatch
from unshipped.core.model import Code, Problem
from unshipped.core.words import count
from unshipped.errors import UsageError
from unshipped.pipelines import writing
from unshipped.pipelines.posting import post
from unshipped.pipelines.preview import MARK, Touched, comment

BIN = Path(sys.executable).parent
SCHEMAS = {
    "github": "vendor.github-workflows",
    "gitlab": "vendor.gitlab-ci",
    "cloud-build": "vendor.cloudbuild",
}


def tool(*command: str | Path) -> subprocess.CompletedProcess[str]:
    name, *rest = command
    words = [str(BIN / name), *map(str, rest)]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(params=sorted(SCHEMAS))
def host(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def written(tmp_path: Path, host: str) -> Path:
    return writing.write(host, tmp_path / writing.PLACES[host], "main")


def workflow() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(writing.text("github", "main"))
    return found


# ---------------------------------------------------------------- written


def test_it_follows_the_schema_that_the_host_publishes(host: str, tmp_path: Path):
    path = written(tmp_path, host)
    done = tool("check-jsonschema", "--builtin-schema", SCHEMAS[host], path)
    assert done.returncode == 0, done.stdout


def test_the_auditor_of_workflows_has_nothing_to_say(tmp_path: Path):
    done = tool("zizmor", "--offline", "--no-progress", "--quiet", written(tmp_path, "github"))
    assert done.returncode == 0, done.stdout


def test_a_linter_that_knows_the_expressions_has_nothing_to_say(tmp_path: Path):
    done = tool("actionlint", written(tmp_path, "github"))
    assert done.returncode == 0, done.stdout


def test_nothing_is_written_over(host: str, tmp_path: Path):
    path = written(tmp_path, host)
    path.write_text("mine")
    with pytest.raises(UsageError, match="is not written over"):
        written(tmp_path, host)
    assert path.read_text() == "mine"


def test_it_deploys_the_branch_that_was_named(host: str):
    text = writing.text(host, "release/2.x")
    assert "release/2.x" in text and "__" not in text
    with pytest.raises(UsageError, match="no name of a branch"):
        writing.text(host, "main]\n  evil: true")


def test_every_action_is_pinned_and_says_its_version():
    used = re.findall(r"(?m)uses: (.*)$", writing.text("github", "main"))
    assert len(used) == 6
    assert [line for line in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_every_job_may_do_what_it_has_to_and_no_more():
    found = workflow()
    assert found["permissions"] == {}
    assert {name: job["permissions"] for name, job in found["jobs"].items()} == {
        "preview": {"contents": "read", "pull-requests": "write"},
        "plan": {"contents": "read", "id-token": "write"},
        "deploy": {"contents": "read", "id-token": "write"},
        "looked": {},
    }


def test_nothing_that_was_begun_is_ended_by_the_host():
    found = workflow()
    assert found["jobs"]["deploy"]["concurrency"] == {
        "group": "deploy ${{ matrix.service }}",
        "cancel-in-progress": False,
    }
    assert found["concurrency"]["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"
    assert found["jobs"]["deploy"]["strategy"]["fail-fast"] is False


def test_what_the_usual_engine_and_a_log_that_outlives_the_job_need_is_installed(host: str):
    installs = re.search(r"UNSHIPPED: (.*)", writing.text(host, "main"))
    assert installs
    assert {"deploy", "postgres"} <= Requirement(installs[1]).extras


def test_a_service_that_is_called_like_the_branch_is_deployed():
    """GitHub ends a job that waits for the group of its own run: each would wait for the other."""
    found = workflow()
    assert found["concurrency"]["group"].startswith("deploy-${{")
    group = found["jobs"]["deploy"]["concurrency"]["group"].replace("${{ matrix.service }}", "main")
    assert group != "deploy-main"


def test_nothing_is_compared_with_the_commit_before(host: str):
    assert not re.search(r"HEAD~|HEAD\^|event\.before|BEFORE_SHA", writing.text(host, "main"))


# ---------------------------------------------------------------- run


class StandIn:
    """A program in place of `unshipped`: answers a plan with a code, and writes down how it was called."""

    def __init__(self, folder: Path, *, code: int = 0, deploys: int = 0, reads: bool = False) -> None:
        self.folder = folder
        program = folder / "bin" / "unshipped"
        program.parent.mkdir(parents=True)
        program.write_text(
            f"""#!/bin/sh
echo "$@" >> {folder}/calls
case "$*" in
*github-matrix*) echo '{{"include": [{{"service": "api"}}]}}'; exit {code};;
*names*) printf 'api\\nworker\\n' > services; exit {code};;
*"--format gitlab"*) echo '{{}}' > deploy.yml; exit {code};;
deploy*) {"cat;" if reads else ""} exit {deploys};;
esac
"""
        )
        program.chmod(0o755)
        python = folder / "bin" / "python"
        python.write_text("#!/bin/sh\n")
        python.chmod(0o755)

    def bash(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", **variables}
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
        return subprocess.run(
            command, env=environment, cwd=self.folder, capture_output=True, text=True, check=False, timeout=60
        )

    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()


def step(job: str, name: str) -> str:
    [found] = [one["run"] for one in workflow()["jobs"][job]["steps"] if name in one.get("run", "")]
    return str(found)


@pytest.mark.parametrize(("code", "left"), [(0, 0), (3, 0), (2, 2), (4, 4)])
def test_the_plan_of_a_workflow_tells_a_failure_to_look_from_a_failure(code: int, left: int, tmp_path: Path):
    stand_in = StandIn(tmp_path, code=code)
    done = stand_in.bash(step("plan", "ci plan"), GITHUB_OUTPUT=str(tmp_path / "output"))
    assert done.returncode == left, done.stderr
    if not left:
        assert (tmp_path / "output").read_text().splitlines() == [
            'matrix={"include": [{"service": "api"}]}',
            f"code={code}",
        ]
        assert ("::error::" in done.stdout) is (code == 3)


@pytest.mark.parametrize("code", [0, 1, 3])
def test_a_deploy_leaves_as_it_ended(code: int, tmp_path: Path):
    stand_in = StandIn(tmp_path, deploys=code)
    done = stand_in.bash(step("deploy", "unshipped deploy"), SERVICE="api", GITHUB_RUN_ID="7")
    assert done.returncode == code
    assert stand_in.calls() == ["deploy api --reason workflow run 7"]


@pytest.mark.parametrize(("code", "deploys", "left"), [(0, 0, 0), (3, 0, 3), (0, 1, 1), (2, 0, 2)])
def test_a_build_deploys_one_after_the_other_and_leaves_as_the_worst(
    code: int, deploys: int, left: int, tmp_path: Path
):
    found = yaml.safe_load(writing.text("cloud-build", "main"))
    [script] = [one["args"][1] for one in found["steps"] if one["id"] == "deploy"]
    stand_in = StandIn(tmp_path, code=code, deploys=deploys, reads=True)
    # As Cloud Build hands it over: `$$` is a dollar, and what it knows is put in.
    text = script.replace("$BUILD_ID", "7").replace("$_UNSHIPPED", "x").replace("$$", "$")
    done = stand_in.bash("set -u\n" + text)
    assert done.returncode == left, done.stderr
    deployed = [] if code == 2 else ["deploy api --reason build 7", "deploy worker --reason build 7"]
    assert stand_in.calls()[1:] == deployed


@pytest.mark.parametrize(("code", "left", "looked"), [(0, 0, 0), (3, 0, 3), (2, 2, None)])
def test_the_plan_of_a_pipeline_tells_a_failure_to_look_from_a_failure(
    code: int, left: int, looked: int | None, tmp_path: Path
):
    jobs = yaml.safe_load(writing.text("gitlab", "main"))
    stand_in = StandIn(tmp_path, code=code)
    assert stand_in.bash(*jobs["plan"]["script"]).returncode == left
    assert jobs["plan"]["artifacts"]["paths"] == ["deploy.yml", "looked.code"]
    if looked is not None:  # the last job of the pipeline: it deploys the others, and is red all the same
        assert stand_in.bash(*jobs["looked"]["script"]).returncode == looked


def test_the_pipeline_below_follows_the_schema_and_has_a_job_for_each_service(tmp_path: Path):
    for services in (["api", "worker"], []):
        path = tmp_path / "deploy.yml"
        path.write_text(writing.child_pipeline(services))
        done = tool("check-jsonschema", "--builtin-schema", SCHEMAS["gitlab"], path)
        assert done.returncode == 0, done.stdout
    jobs = json.loads(writing.child_pipeline(["api"]))
    assert jobs["deploy api"]["resource_group"] == "deploy-api"
    assert jobs["deploy api"]["interruptible"] is False


def test_who_signs_in_and_the_image_are_said_once_for_both_pipelines(tmp_path: Path):
    """What is written into the team's file reaches the jobs that deploy as variables alone."""
    above = yaml.safe_load(writing.text("gitlab", "main"))
    below = json.loads(writing.child_pipeline(["api"]))
    for jobs in (above, below):
        assert jobs[".unshipped"]["image"] == "$UNSHIPPED_JOB_IMAGE"
        stand_in = StandIn(tmp_path / str(len(jobs)))
        script = "\n".join([*jobs[".unshipped"]["before_script"], 'echo "as $WHO"'])
        usual = jobs["variables"]["UNSHIPPED_SIGN_IN"]
        for sign_in, who in ((usual, ""), ("export WHO=deployer", "deployer")):
            done = stand_in.bash(script, UNSHIPPED="x", UNSHIPPED_SIGN_IN=sign_in)
            assert (done.returncode, done.stdout) == (0, f"as {who}\n")
    assert above["variables"].items() >= below["variables"].items()


# ---------------------------------------------------------------- the command


CONFIG = """\
services:
  api: {paths: [api], deployed: %s}
  worker: {paths: [worker], deployed: %s}
  lost: {paths: [lost], deployed: {source: file, path: gone}}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    repo = Repo.init(tmp_path / "shop")
    first = repo.commit({"api/a": "1", "worker/w": "1", "lost/l": "1"}, message="First")
    repo.commit({"api/a": "2"}, message="Second | <!channel>")
    repo.commit({"unshipped.yaml": CONFIG % (first, first)}, message="Map")
    repo.checkout()
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("UNSHIPPED_CACHE_DIR", str(tmp_path / "cache"))
    return repo


def test_the_plan_names_what_is_proven_to_wait_and_says_that_it_could_not_look(shop: Repo, capsys: Any):
    assert dispatch(["ci", "plan", "--expected", "main", "--format", "github-matrix"]) == 3
    said = capsys.readouterr()
    assert json.loads(said.out) == {"include": [{"service": "api"}]}
    assert said.err.startswith("lost/production is not deployed: ") and said.err.count("\n") == 1


PLACES = """\
environments: {staging: {}, production: {}}
services:
  api:
    paths: [api]
    environments: {staging: {deployed: %s}, production: {deployed: %s}}
"""


def test_the_plan_is_for_the_environment_that_deploy_means(shop: Repo, capsys: Any):
    tip, *_, first = shop.git("rev-list", "main").split()
    (shop.path / "unshipped.yaml").write_text(PLACES % (tip, first))
    for told, named in (([], ""), (["-e", "production"], "api\n")):
        assert dispatch(["ci", "plan", "--expected", "main", *told]) == 0
        assert capsys.readouterr().out == named


FROM_HERE = """\
services:
  api: {paths: [api], deployed: %s, deploy: {by: {deployer: command, command: ["true"]}}}
  worker: {paths: ["**"], deployed: %s}
  lost: {paths: [lost], deployed: {source: file, path: gone}}
"""


def test_the_plan_names_nothing_that_is_not_deployed_from_here(shop: Repo, capsys: Any):
    first = shop.git("rev-list", "--max-parents=0", "main").strip()
    (shop.path / "unshipped.yaml").write_text(FROM_HERE % (first, first))
    assert dispatch(["ci", "plan", "--expected", "main"]) == 0
    assert capsys.readouterr().out == "api\n"


def test_a_matrix_has_no_more_jobs_than_github_runs(tmp_path: Path, monkeypatch: Any, capsys: Any):
    repo = Repo.init(tmp_path / "many")
    first = repo.commit({"a": "1"})
    services = "".join(f"  s{at:03}: {{paths: [a], deployed: {first}}}\n" for at in range(257))
    repo.commit({"a": "2", "unshipped.yaml": f"services:\n{services}"})
    repo.checkout()
    monkeypatch.chdir(repo.path)
    assert dispatch(["ci", "plan", "--format", "github-matrix", "--expected", "main"]) == 0
    said = capsys.readouterr()
    assert len(json.loads(said.out)["include"]) == 256
    assert said.err.startswith(
        "::warning::257 services have to be deployed, and a matrix has at most 256 jobs"
    )
    assert dispatch(["ci", "plan", "--expected", "main"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 257


def test_the_plan_leaves_out_what_a_rollback_holds(shop: Repo, capsys: Any):
    file = shop.path / "unshipped.yaml"
    file.write_text(f'deploy: {{by: {{deployer: command, command: ["true"]}}}}\n{file.read_text()}')
    assert dispatch(["hold", "api", "--by", "unshipped", "--reason", "it was rolled back"]) == 0
    capsys.readouterr()
    dispatch(["ci", "plan", "--expected", "main", "--format", "github-matrix"])
    assert json.loads(capsys.readouterr().out) == {"include": []}


def test_the_plan_leaves_out_what_somebody_holds_also_where_it_is_deployed_in_another_way(
    shop: Repo, capsys: Any
):
    assert dispatch(["hold", "api", "--by", "Ana", "--reason", "the sale"]) == 0
    capsys.readouterr()
    dispatch(["ci", "plan", "--expected", "main"])
    assert "api" not in capsys.readouterr().out


def test_the_plan_leaves_out_what_is_retired(shop: Repo, capsys: Any):
    file = shop.path / "unshipped.yaml"
    file.write_text(re.sub(r"(api|lost): {", r"\1: {retired: true, ", file.read_text()))
    assert dispatch(["ci", "plan", "--expected", "main"]) == 0
    assert capsys.readouterr().out == ""


def test_a_comment_says_what_a_merge_deploys_and_what_rides_along(shop: Repo, capsys: Any):
    base = shop.git("rev-parse", "main").strip()
    shop.commit({"api/a": "3", "worker/w": "2"}, message="Merge")
    shop.checkout()
    code = dispatch(["ci", "comment", "--base", "HEAD~1", "--expected", base])
    said = capsys.readouterr().out
    assert code == 0 and said.startswith(f"{MARK}\n### This merge deploys 2 services\n")
    assert "- **api**, by api/a\n  - production: 1 change rides along" in said
    assert "- **worker**, by worker/w\n  - production: nothing else rides along" in said
    assert "\n    - Second " in said and "<!channel>" not in said.replace(MARK, "")


def test_what_landed_on_the_branch_since_the_host_merged_is_none_of_the_merge(shop: Repo, capsys: Any):
    shop.branch("topic", "main").commit({"worker/w": "2"}, on="topic", message="A topic")
    shop.git("checkout", "-q", "--detach", "--force", "main")
    shop.git("merge", "-q", "--no-ff", "-m", "As the host merges it", "topic")
    shop.commit({"api/a": "4"}, on="main", message="Landed since")
    assert dispatch(["ci", "comment", "--base", "main"]) == 0
    said = capsys.readouterr().out
    assert "deploys 1 service\n" in said and "**worker**, by worker/w" in said and "**api**" not in said


def test_a_merge_of_two_histories_without_a_common_commit_is_held_against_the_branch(shop: Repo, capsys: Any):
    shop.git("checkout", "-q", "--orphan", "other", "main")
    shop.git("commit", "-q", "-m", "Anew")
    assert dispatch(["ci", "comment", "--base", "main"]) == 0
    assert "deploys no service" in capsys.readouterr().out


def test_init_writes_where_the_host_looks_and_prints_where_it_is_told_to(shop: Repo, capsys: Any):
    assert dispatch(["ci", "init", "github"]) == 0
    assert (shop.path / ".github/workflows/deploy.yml").read_text() == writing.text("github", "main")
    assert dispatch(["ci", "init", "gitlab", "--output", "-"]) == 0
    assert capsys.readouterr().out.endswith(writing.text("gitlab", "main"))
    with pytest.raises(UsageError, match="which host"):
        dispatch(["ci", "init"])


def test_init_writes_to_the_top_of_the_repository_wherever_one_stands(
    shop: Repo, monkeypatch: pytest.MonkeyPatch, capsys: Any
):
    monkeypatch.chdir(shop.path / "api")
    assert dispatch(["ci", "init", "github"]) == 0
    assert (shop.path / ".github/workflows/deploy.yml").is_file()
    assert not (shop.path / "api/.github").exists()
    assert dispatch(["ci", "init", "github", "--output", "here.yml"]) == 0
    assert (shop.path / "api/here.yml").is_file()


# ---------------------------------------------------------------- the comment


def test_a_comment_stays_within_what_a_host_takes():
    touched = [Touched(f"service-{number:04}", ("x" * 200,)) for number in range(2000)]
    text = comment(touched, [])
    assert len(text) < 65_536 and re.search(r"and [\d,]+ further services", text)
    assert count(2000, "service") in text
    assert "deploys no service" in comment([], [])


def test_a_comment_says_of_which_service_it_is_not_known() -> None:
    dead = Problem(Code.DEAD_PATTERN, "the pattern 'src' matches nothing")
    text = comment([Touched("api", (), dead)], [])
    assert "deploys no service that is known" in text
    assert "**api**: not known, the pattern 'src' matches nothing" in text


class Comments:
    """The comments of one pull request."""

    def __init__(self, *bodies: str) -> None:
        self.bodies = dict(enumerate(bodies, 1))
        self.status = 200

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        sent = json.loads(handler.sent) if handler.sent else None  # type: ignore[attr-defined]
        assert "of-the-test" in str(handler.headers)
        if handler.command == "GET":
            rows = [{"id": number, "body": text} for number, text in self.bodies.items()]
            page = int(handler.path.rpartition("&page=")[2])
            return body(json.dumps(rows[(page - 1) * 100 : page * 100]))(handler)
        number = int(handler.path.rpartition("/")[2]) if handler.command != "POST" else len(self.bodies) + 1
        if self.status == 200:
            self.bodies[number] = str(sent and sent["body"])
        return body("{}", self.status)(handler)


def environment(host: str, url: str) -> dict[str, str]:
    if host == "github":
        named = {"GITHUB_REPOSITORY": "acme/shop", "GITHUB_REF": "refs/pull/12/merge"}
        return {**named, "GITHUB_API_URL": url, "GITHUB_TOKEN": "of-the-test"}
    named = {"CI_PROJECT_ID": "7", "CI_MERGE_REQUEST_IID": "12"}
    return {**named, "CI_API_V4_URL": url, "UNSHIPPED_GITLAB_TOKEN": "of-the-test"}


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_there_is_one_comment_and_it_is_kept_up_to_date(host: str):
    comments = Comments(*(f"a comment of a person, {number}" for number in range(150)))
    with serving(comments) as served:
        env = environment(host, served.url(""))
        assert post(host, env, f"{MARK} first") == "commented"
        assert post(host, env, f"{MARK} second") == "the comment is up to date"
    assert len(comments.bodies) == 151 and comments.bodies[151] == f"{MARK} second"


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_a_run_for_a_fork_may_not_comment_and_that_is_no_failure(host: str):
    comments = Comments()
    comments.status = 403
    with serving(comments) as served:
        assert "may not be written" in post(host, environment(host, served.url("")), MARK)
        comments.status = 500
        with pytest.raises(UsageError, match="answered 500"):
            post(host, environment(host, served.url("")), MARK)


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_a_token_ends_before_its_newline_and_one_that_cannot_be_sent_is_not_shown(host: str):
    name = {"github": "GITHUB_TOKEN", "gitlab": "UNSHIPPED_GITLAB_TOKEN"}[host]
    with serving(Comments()) as served:
        env = environment(host, served.url(""))
        assert post(host, {**env, name: f"{env[name]}\n"}, MARK) == "commented"
        with pytest.raises(UsageError, match="cannot be asked: LocalProtocolError") as raised:
            post(host, {**env, name: f"{env[name]}\nof-another"}, MARK)
    assert "of-the-test" not in raised.value.message


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_what_the_host_would_have_said_is_named_where_it_is_missing(host: str):
    for name in environment(host, "").keys() - {"GITHUB_API_URL"}:
        with pytest.raises(UsageError, match=name):
            post(host, {**environment(host, "http://127.0.0.1:1"), name: ""}, MARK)
