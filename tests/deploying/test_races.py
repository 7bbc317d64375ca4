"""Several processes at once, and one that is stopped while it has the turn: the newest ends up serving."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.deploying.shop import Shop
from tests.support.waiting import until

pytestmark = pytest.mark.slow


def overlapping(shop: Shop) -> list[tuple[str, str]]:
    """Deploys of different revisions that ran at the same time, by the journal of the script."""
    found: list[tuple[str, str]] = []
    running: set[str] = set()
    for _, _, commit, what in shop.journal():
        if what == "begins":
            found += [(commit, other) for other in running if other != commit]
            running.add(commit)
        else:
            running.discard(commit)
    return found


def begins(shop: Shop) -> list[str]:
    return [row[2] for row in shop.journal() if row[3] == "begins"]


def test_of_ten_that_race_the_newest_ends_up_serving(shop: Shop):
    commits = [shop.land("api", "slow") for _ in range(10)]
    processes = [shop.start("deploy", "api", "--to", commit, SHOP_SLOW="0.3") for commit in reversed(commits)]
    ended = [process.communicate(timeout=240) for process in processes]
    shop.run("resume", timeout=240)
    assert shop.serves("api") == commits[-1], ended
    assert overlapping(shop) == []
    order = [commits.index(one) for one in begins(shop)]
    assert order == sorted(order), "an older one went over a newer one"


def test_who_is_stopped_in_a_deploy_keeps_the_turn_and_nothing_older_goes_over_newer(shop: Shop):
    first, newest = shop.land("api", "slow"), shop.land("api")
    stopped = shop.start("deploy", "api", "--to", first, SHOP_SLOW="2")
    until(shop.journal, what="the deploy")
    os.kill(stopped.pid, signal.SIGSTOP)
    try:
        second = shop.start("deploy", "api", "--to", newest)
        time.sleep(6)  # longer than anybody waits for a turn
        assert begins(shop) == [first]
    finally:
        os.kill(stopped.pid, signal.SIGCONT)
    stopped.communicate(timeout=120)
    second.communicate(timeout=120)
    shop.run("resume", timeout=120)
    assert (begins(shop), shop.serves("api")) == ([first, newest], newest)
    assert overlapping(shop) == []


def test_who_is_stopped_and_then_dies_is_followed_by_another_one(shop: Shop):
    first = shop.land("api", "slow")
    stopped = shop.start("deploy", "api", SHOP_SLOW="2")
    until(shop.journal, what="the deploy")
    os.kill(stopped.pid, signal.SIGSTOP)
    second = shop.start("resume")
    time.sleep(3)
    stopped.kill()
    stopped.communicate(timeout=60)
    out, err = second.communicate(timeout=120)
    assert second.returncode == 0, out + err
    assert (begins(shop), shop.serves("api")) == ([first], first)


def test_who_deploys_beside_another_one_goes_on_once_that_one_has_left(make):
    """The first one begins what the second one asked for, too, and does not wait for its end."""
    shop = make("  engine: {kind: dbos}")
    shop.land("api", "slow")
    new = shop.land("worker", "slow")
    first = shop.start("deploy", "api", SHOP_SLOW="4")
    until(shop.journal, what="the deploy")
    second = shop.start("deploy", "worker")
    for process in (first, second):
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, out + err
    assert (shop.serves("api"), shop.serves("worker")) == (new, new)


def test_who_has_a_log_in_common_with_other_machines_leaves_no_step_in_the_middle(make, server, template):
    """In a job of a CI host what still runs would be ended with whoever leaves."""
    shop = make()
    url = server.url(server.create(template))
    shop.configure("  engine: {kind: local}", f'store: {{url: "{url}"}}')
    shop.land("worker", "waits")
    shop.run("deploy", "worker", "--queue")
    shop.land("api", "ok")
    process = shop.start("deploy", "api")
    try:
        until(lambda: len(shop.journal()) == 3, 60, "both deploys")
        until(lambda: "  proven  " in shop.run("rollouts").out, 60, "the end of the one", 0.5)
        time.sleep(2)
        assert process.poll() is None
    finally:
        (shop.place / "go").touch()
    out, err = process.communicate(timeout=60)
    told = f"api/production  proven: {shop.serves('api')[:9]} is proven to serve\n"
    assert (process.returncode, out) == (0, told)
    assert err.count("is ended first") == 1
    assert [row[3] for row in shop.journal() if row[1] == "worker"] == ["begins", "ends"]
