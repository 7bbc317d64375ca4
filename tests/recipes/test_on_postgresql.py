"""The recipes whose log is a database: each step as it is written, with the program, on a real PostgreSQL."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from signal import SIGTERM

import pytest
import yaml

from tests.docs.consoles import Session, session
from tests.docs.test_examples import cloned
from tests.recipes.program import RECIPES, script
from tests.support.servers import server

__all__ = ["server"]
pytestmark = pytest.mark.slow

ROUNDS = "SELECT shard, checked FROM rounds ORDER BY shard"


@pytest.fixture
def shop(tmp_path: Path, server) -> Iterator[Session]:
    """The shop, the program on the path, and an empty database."""
    with session("shop") as here:
        script(tmp_path / "bin/unshipped", f'exec {sys.executable} -m unshipped "$@"')
        script(tmp_path / "bin/tini", 'shift; exec "$@"')
        here.database = server.create()  # type: ignore[attr-defined]
        here.env |= cloned(here) | {
            "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
            "UNSHIPPED_HEARTBEAT": f"http://127.0.0.1:{here.port}/heartbeat",
            "UNSHIPPED_DATABASE": server.url(here.database),  # type: ignore[attr-defined]
        }
        yield here


def configured(here: Session, text: str) -> None:
    """The configuration of a recipe; what serves is asked at an address, and not at a platform."""
    recipe = yaml.safe_load(text)
    assert recipe["store"] == {"url": {"env": "UNSHIPPED_DATABASE"}}
    recipe["environments"]["production"]["deployed"] = {
        "source": "http",
        "url": "https://{service}.example.com/__version__",
    }
    here.write("unshipped.yaml", yaml.safe_dump(recipe))


def begun(here: Session, words: Sequence[str], **more: str) -> subprocess.Popen[str]:
    folder, streams = here.world.folder, {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(words, cwd=folder, env=here.env | more, text=True, **streams)  # type: ignore[call-overload,no-any-return]


def ended(*processes: subprocess.Popen[str]) -> None:
    for one in processes:
        said = one.communicate(timeout=120)
        assert one.returncode == 0, "".join(said)


def rounds(here: Session, server) -> list[tuple[str, int]]:
    lines = server.execute(ROUNDS, here.database).split()  # type: ignore[attr-defined]
    return [(shard, int(checked)) for shard, checked in (line.split("|") for line in lines)]


@pytest.mark.skipif(not shutil.which("kubectl"), reason="not installed: kubectl")
def test_four_pods_make_the_tables_at_once_and_look_at_their_shares(shop, server):
    command = ["kubectl", "kustomize", str(RECIPES / "kubernetes/shards")]
    rendered = list(yaml.safe_load_all(subprocess.run(command, capture_output=True, check=True).stdout))
    [job] = [one["spec"]["jobTemplate"]["spec"] for one in rendered if one["kind"] == "CronJob"]
    [configuration] = [one["data"] for one in rendered if one["kind"] == "ConfigMap"]
    configured(shop, configuration["unshipped.yaml"])
    pod = job["template"]["spec"]
    ([first], [main]) = pod["initContainers"], pod["containers"]
    assert first["image"] == main["image"]
    each = [{"JOB_COMPLETION_INDEX": str(index)} for index in range(job["completions"])]
    ended(*(begun(shop, ["unshipped", *first["args"]], **index) for index in each))
    ended(*(begun(shop, [*main["command"], *main["args"]], **index) for index in each))
    found = rounds(shop, server)
    assert [shard for shard, _ in found] == ["1/4", "2/4", "3/4", "4/4"]
    assert sum(checked for _, checked in found) == 2


def test_the_job_of_cloud_run_makes_its_tables_and_looks_each_time_it_is_started(shop, server):
    recipe = RECIPES / "google-cloud-run-job"
    configured(shop, (recipe / "unshipped.yaml").read_text(encoding="utf-8"))
    found = re.search("(?m)^ROUND='(.*)'$", (recipe / "setup.sh").read_text(encoding="utf-8"))
    assert found
    tasks = {"CLOUD_RUN_TASK_INDEX": "0", "CLOUD_RUN_TASK_COUNT": "1"}
    for _ in range(2):
        ended(begun(shop, ["sh", "-c", found[1]], **tasks))
    assert rounds(shop, server)[0] == ("1/1", 2)


def test_what_compose_starts_makes_the_tables_and_then_watches(shop, server):
    recipe = RECIPES / "compose"
    configured(shop, (recipe / "unshipped.yaml").read_text(encoding="utf-8"))
    services = yaml.safe_load((recipe / "compose.yaml").read_text(encoding="utf-8"))["services"]
    waits = services["watch"]["depends_on"]["migrate"]["condition"]
    assert (waits, services["migrate"].get("restart")) == ("service_completed_successfully", None)
    assert re.fullmatch(
        r"postgresql://\S+@database/unshipped", services["watch"]["environment"]["UNSHIPPED_DATABASE"]
    )
    ended(begun(shop, ["unshipped", *services["migrate"]["command"]]))
    watch = begun(shop, ["unshipped", *services["watch"]["command"]])
    assert watch.stderr
    assert next(line for line in watch.stderr if "2 of 2 targets looked at" in line)
    watch.send_signal(SIGTERM)
    ended(watch)
    assert rounds(shop, server) == [("1/1", 2)]


def test_without_the_tables_a_round_names_the_command_that_makes_them(shop):
    configured(shop, (RECIPES / "compose/unshipped.yaml").read_text(encoding="utf-8"))
    said = begun(shop, ["unshipped", "watch", "--once"]).communicate(timeout=60)[1]
    assert "unshipped db migrate" in said
