"""Deploys of services that really run behind a proxy, by the script of their team, as a person types them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploying.shop import Shop
from tests.support.waiting import until

pytestmark = pytest.mark.slow

DBOS = "  engine: {kind: dbos}"


def served(shop: Shop, service: str = "api") -> list[str]:
    """The commits that the script brought, in order."""
    return [row[2] for row in shop.journal() if row[1] == service and row[3] == "ends"]


@pytest.mark.parametrize("engine", ["  engine: {kind: local}", DBOS], ids=["local", "dbos"])
def test_what_is_merged_is_deployed_and_proven(make, engine: str):
    shop = make(engine)
    new = shop.land("api")
    ran = shop.run("deploy", "api", "--reason", "the sale")
    assert (ran.code, shop.serves("api")) == (0, new), ran
    assert ran.out == f"api/production  proven: {new[:9]} is proven to serve\n"
    assert "│ api serves from port" in ran.err
    assert shop.run("check").code == 0


@pytest.mark.parametrize("engine", ["  engine: {kind: local}", DBOS], ids=["local", "dbos"])
def test_what_answers_500_is_rolled_back_and_held(make, engine: str):
    shop = make(engine)
    new = shop.land("api", "500")
    ran = shop.run("deploy", "api")
    assert (ran.code, shop.serves("api")) == (1, shop.first), ran
    assert served(shop) == [new, shop.first]
    assert "answered 500, 200 was expected" in ran.out
    shop.land("api")
    again = shop.run("deploy", "api")
    assert again.code == 3 and "hold by unshipped" in again.out
    assert len(served(shop)) == 2


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("fails", "exited with 1"),
        ("old", "serves, 4 s after it was deployed"),
        ("flaps", "serves"),
        ("asks", "exited with 1"),
    ],
)
def test_what_fails_in_any_way_ends_with_the_revision_that_passed(make, behaviour: str, said: str):
    shop = make("  engine: {kind: local}")
    shop.config.write_text(shop.config.read_text().replace("times: 1", "times: 3"))
    shop.land("api", behaviour)
    ran = shop.run("deploy", "api")
    assert (ran.code, shop.serves("api")) == (1, shop.first), ran
    assert "rolled-back" in ran.out and said in ran.out


def test_what_hangs_and_ignores_to_be_asked_is_ended_with_everything_it_started(make):
    shop = make("  engine: {kind: local}")
    shop.config.write_text(shop.config.read_text().replace("timeout: 20", "timeout: 2"))
    shop.land("api", "hangs")
    ran = shop.run("deploy", "api")
    assert shop.serves("api") == shop.first
    assert ran.code in (1, 3), ran


def test_endless_output_is_kept_in_bounds(shop: Shop):
    new = shop.land("api", "loud")
    ran = shop.run("deploy", "api")
    assert (ran.code, shop.serves("api")) == (0, new), ran.err[-2000:]
    [rollout] = shop.run("rollouts", "--format", "json").json["rollouts"]
    assert len(shop.run("rollouts", rollout["id"], "--output").out) < 2_000_000


def test_a_preview_is_what_is_done(shop: Shop):
    new = shop.land("api")
    [plan] = shop.run("deploy", "api", "--plan", "--format", "json").json["plans"]
    assert shop.journal() == []
    shop.run("deploy", "api")
    [row] = shop.run("rollouts", "--format", "json").json["rollouts"]
    done = shop.run("rollouts", row["id"], "--format", "json").json["rollout"]
    assert [(one["do"], one["commit"], one["share"]) for one in done["steps"]] == [
        (one["do"], one["commit"], one["share"]) for one in plan["steps"]
    ]
    assert (done["live"], done["way_back"], done["changes"]) == (plan["live"], plan["way_back"], [new])


def test_only_what_differs_from_what_serves_is_deployed(shop: Shop):
    new = shop.land("api")
    ran = shop.run("deploy", "--affected", "--format", "json")
    assert [one["service"] for one in ran.json["targets"]] == ["api"]
    assert (ran.code, shop.serves("api"), shop.serves("worker")) == (0, new, shop.first)
    assert shop.run("deploy", "--affected").code == 4


def test_a_person_goes_back_and_it_is_held(shop: Shop):
    new = shop.land("api")
    shop.run("deploy", "api")
    ran = shop.run("rollback", "api", "--reason", "prices are wrong")
    assert (ran.code, shop.serves("api")) == (0, shop.first), ran
    again = shop.run("deploy", "api", "--to", new)
    assert again.code == 1 and "was rolled back on" in again.out
    held = shop.run("deploy", "api", "--to", new, "--despite", "bad", "--reason", "they were right")
    assert held.code == 3 and "hold by ana" in held.out, held
    despite = ("--despite", "bad", "--despite", "held", "--reason", "they were right")
    assert shop.run("deploy", "api", *despite).code == 0
    assert shop.serves("api") == new


def anew(shop: Shop, *arguments: str) -> subprocess.Popen[str]:
    """The program in an interpreter of its own, which has loaded nothing and writes into pipes."""
    command = [sys.executable, "-m", "unshipped", *arguments, "--config", str(shop.config)]
    return subprocess.Popen(
        command,
        cwd=shop.folder, env=shop.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_what_was_interrupted_goes_back(shop: Shop):
    shop.land("api", "hangs")
    process = shop.start("deploy", "api")
    until(shop.journal, what="the deploy")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, out + err
    assert "cancelled by ana: interrupted" in out
    assert shop.serves("api") == shop.first


def test_what_cannot_be_kept_going_is_not_asked_for(make):
    """Whoever has the engine would deploy it some day, when nobody expects it any more."""
    shop = make(DBOS)
    shop.land("api")
    wish = shop.run("deploy", "api", "--queue").out.strip()
    shop.kinds.mkdir()
    (shop.kinds / "dbos.py").write_text("raise ModuleNotFoundError('No module named dbos', name='dbos')")
    back = ("rollback", "api", "--to", shop.first, "--reason", "prices are wrong")
    for arguments in (("deploy", "api"), back, ("resume",)):
        with anew(shop, *arguments) as process:
            assert "this engine needs dbos" in process.communicate(timeout=60)[1]
        assert process.returncode == 2
    found = shop.run("rollouts", "--format", "json").json
    assert ([one["id"] for one in found["waiting"]], found["rollouts"]) == ([wish], [])
    assert shop.run("hold").out == "Nothing is held in the log.\n"


def test_a_cancelled_rollout_goes_back_whoever_carries_it_out(shop: Shop):
    shop.land("api", "hangs")
    process = shop.start("deploy", "api")
    until(shop.journal, what="the deploy")
    [row] = shop.run("rollouts", "--format", "json").json["rollouts"]
    assert shop.run("cancel", row["id"], "--reason", "not now").code == 0
    out, err = process.communicate(timeout=60)
    assert "cancelled by ana: not now" in out, out + err
    assert shop.serves("api") == shop.first


def test_who_watches_may_leave(shop: Shop):
    """As `| head` does, and a disk that is full: what is carried out comes to its end all the same."""
    new = shop.land("api", "slow")
    with anew(shop, "deploy", "api") as process:
        assert process.stderr
        process.stderr.close()
        out, _ = process.communicate(timeout=60)
    assert (process.returncode, shop.serves("api")) == (0, new), out


def test_a_process_that_died_is_followed_by_another_one_which_finds_the_deploy_under_way(make):
    shop = make(DBOS)
    new = shop.land("api", "slow")
    process = shop.start("deploy", "api", SHOP_SLOW="4")
    until(shop.journal, what="the deploy")
    process.kill()
    process.communicate(timeout=20)
    ran = shop.run("resume")
    assert (ran.code, shop.serves("api")) == (0, new), ran
    assert served(shop) == [new]  # once: the second process found what the first one had begun


def test_what_is_kept_of_a_deploy_is_found_from_another_folder(shop: Shop, tmp_path: Path):
    """Its folder is named as every path of the file is, by where that lies."""
    text = shop.config.read_text().replace(f"{shop.folder}/state", "kept")
    shop.config.write_text(text)
    new = shop.land("api", "waits")
    process = shop.start("deploy", "api")
    until(shop.journal, what="the deploy")
    process.kill()
    process.communicate(timeout=30)
    shop.folder = tmp_path / "elsewhere"
    shop.folder.mkdir()
    (shop.place / "go").touch()
    assert shop.run("resume").code == 0
    assert shop.serves("api") == new
    assert [row[3] for row in shop.journal()] == ["begins", "ends"]


def test_what_a_process_that_died_left_running_is_ended_before_anything_goes_back(shop: Shop):
    shop.land("api", "slow")
    process = shop.start("deploy", "api", SHOP_SLOW="8")
    until(shop.journal, what="the deploy")
    process.kill()
    process.communicate(timeout=20)
    [row] = shop.run("rollouts", "--format", "json").json["rollouts"]
    cancelled = shop.run("cancel", row["id"], "--reason", "not now")
    assert (cancelled.code, "where nobody does any more, `unshipped resume`" in cancelled.out) == (0, True)
    ran = shop.run("resume")
    assert (ran.code, "cancelled by ana: not now" in ran.out) == (1, True), ran
    assert [(found[2], found[3]) for found in shop.journal()] == [
        (row["commit"], "begins"),
        (shop.first, "begins"),
        (shop.first, "ends"),
    ]
    time.sleep(max(0.0, float(shop.journal()[0][0]) + 8.5 - time.time()))
    assert (len(served(shop)), shop.serves("api")) == (1, shop.first)


def test_a_lock_an_approval_and_the_queue(shop: Shop):
    new = shop.land("api")
    assert shop.run("lock", "api", "--reason", "the database is moved").code == 0
    waiting = shop.run("deploy", "api", "--approval")
    assert waiting.code == 3 and "locked by ana: the database is moved" in waiting.out
    lock = shop.run("lock").out.split()[0]
    assert shop.run("unlock", lock, "--by", "ben").code == 0
    [wish] = shop.run("rollouts", "--format", "json").json["waiting"]
    assert wish["needs_approval"]
    assert shop.run("resume").code == 3
    assert shop.run("approve", wish["id"], "--by", "ben").code == 0
    assert (shop.run("resume").code, shop.serves("api")) == (0, new)


def test_of_several_ids_what_was_done_is_said_before_one_that_is_not_there(shop: Shop):
    shop.land("api")
    wish = shop.run("deploy", "api", "--queue").out.strip()
    lock = shop.run("lock", "api", "--reason", "the move").out.split()[0]
    ended = shop.run("unlock", lock, "nothing")
    assert (ended.code, ended.out) == (2, f"{lock}: the lock of ana is ended by ana\n")
    gone = shop.run("cancel", wish, "nothing")
    assert (gone.code, gone.out) == (2, f"{wish}: taken out of the queue\n")


def test_another_one_approves_or_it_is_said_why_that_could_not_wait(shop: Shop):
    shop.configure("  approval: another")
    new = shop.land("api")
    waiting = shop.run("deploy", "api")
    assert (waiting.code, shop.serves("api")) == (3, shop.first), waiting
    assert "waits: somebody other than ana has to approve it" in waiting.out
    [wish] = shop.run("rollouts", "--format", "json").json["waiting"]
    alone = shop.run("approve", wish["id"])
    assert (alone.code, alone.out) == (2, "")
    assert "ana asked for it: somebody other than ana has to approve it" in alone.err
    assert f"--to {new[:12]} --despite unapproved --reason TEXT" in alone.err
    assert (shop.run("resume").code, shop.serves("api")) == (3, shop.first)
    several = shop.run("approve", wish["id"], "nothing", "--by", "ben")
    assert (several.code, several.out) == (2, f"api/production: {new[:9]} approved by ben\n")
    assert (shop.run("resume").code, shop.serves("api")) == (0, new)
    assert "approved by ben" in shop.run("rollouts", wish["id"]).out
    newer = shop.land("api")
    ran = shop.run("deploy", "api", "--despite", "unapproved", "--reason", "the shop is down")
    assert (ran.code, shop.serves("api")) == (0, newer), ran
    latest = shop.run("rollouts", "--format", "json").json["rollouts"][0]["id"]
    told = shop.run("rollouts", latest).out
    assert "by ana: the shop is down" in told and "despite unapproved" in told
    back = shop.run("rollback", "api", "--reason", "prices are wrong")
    assert (back.code, shop.serves("api")) == (0, new), back


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop in which nothing happens."""
    shop = Shop(tmp_path_factory.mktemp("quiet"), deploy="  engine: {kind: local}")
    shop.open()
    yield shop
    shop.close()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["deploy"], "say what to deploy"),
        (["deploy", "api", "--affected"], "say what to deploy"),
        (["deploy", "nobody"], "no service 'nobody'"),
        (["deploy", "api", "--despite", "bad"], "--despite needs a reason"),
        (["deploy", "api", "--to", "nothing-like-it"], "nothing-like-it"),
        (["rollback", "api"], "a rollback has a reason"),
        (["rollback", "api", "--reason", "x"], "no earlier revision of api/production has passed"),
        (["rollouts", "nothing"], "no service and no rollout 'nothing'"),
        (["cancel", "nothing"], "no rollout 'nothing'"),
        (["approve", "nothing"], "nothing with the id 'nothing' waits"),
        (["unlock", "nothing"], "no lock 'nothing' holds"),
        (["lock", "api"], "a lock has a reason"),
        (["lock", "wroker", "--reason", "x"], "no service fits 'wroker': nothing is locked"),
    ],
)
def test_what_is_asked_for_wrongly_says_what_to_do(quiet: Shop, arguments, message: str):
    ran = quiet.run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err and "hint: " in ran.err
