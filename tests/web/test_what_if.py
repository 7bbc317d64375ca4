"""By other thresholds: when the incident would have opened, by the rule that judges."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.core.watched import FIX, at, behind, in_sync
from tests.support import stored
from tests.web.conftest import CONFIG, ground
from tests.web.described import Described
from unshipped.app.explain import Counted, Explanation
from unshipped.core.model import Change, Drift, Facts, Severity, State, Verdict
from unshipped.stores.memory import MemoryStore
from unshipped.web.app import application

PLACE = "/api/v1/targets/worker/production/what-if"


class Behind:
    """`worker` lacks three changes, of which the oldest landed at noon."""

    def __init__(self, state: State = State.BEHIND) -> None:
        self.state = state

    def explain(self, target: str, now):
        changes = [
            Change(FIX, at(minute), "Keep prices in cents", "Ana", ("a.py",)) for minute in (30, 10, 0)
        ]
        facts = Facts(differs=True, changes=3, cancelled=0, behind=3, oldest=changes[-1])
        declared = next(one for one in CONFIG.targets if one.name == target)
        drift = Drift(declared, self.state, facts=facts, age=(now - at(0)).total_seconds())
        verdict = Verdict(drift, Severity.WARNING, (), ("3 changes behind",), quiet=False)
        return Explanation(verdict, tuple(Counted(one, ()) for one in changes))

    def where(self, text, standings, now):
        raise NotImplementedError


def asking(store: MemoryStore, state: State = State.BEHIND) -> TestClient:
    made = ground(store, asking=Behind(state))
    return Described(application(made), client=("127.0.0.1", 5000), base_url="http://127.0.0.1:8080")


def turns(course) -> list[tuple[str, str]]:
    return [(one["severity"], one["at"][11:16]) for one in course["turns"]]


def test_without_others_both_are_its_own(store: MemoryStore):
    found = asking(store).get(PLACE).json()
    assert found["own"] == found["other"]
    assert turns(found["own"]) == [("info", "12:15"), ("warning", "12:30"), ("critical", "00:00")]
    assert found["own"]["turns"][1]["reasons"] == ["3 changes behind (warning from 3)"]
    assert (found["own"]["critical_hours"], found["own"]["grace_minutes"]) == (12, 15)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("grace_minutes=0", [("info", "12:00"), ("warning", "12:30"), ("critical", "00:00")]),
        ("grace_minutes=60", [("warning", "13:00"), ("critical", "00:00")]),
        ("warning_changes=2&warning_hours=1", [("warning", "12:15"), ("critical", "00:00")]),
        ("critical_changes=3", [("info", "12:15"), ("critical", "12:30")]),
        ("warning_changes=9&critical_changes=9&warning_hours=8&critical_hours=9", [("info", "12:15")]),
    ],
)
def test_by_others_it_would_have_opened_at_another_time(store: MemoryStore, query, expected):
    found = asking(store).get(f"{PLACE}?{query}").json()
    assert turns(found["other"])[: len(expected)] == expected
    assert turns(found["own"])[0] == ("info", "12:15")


@pytest.mark.parametrize(
    "query", ["critical_changes=2", "critical_hours=5", "warning_hours=-1", "warning_changes=x"]
)
def test_thresholds_that_are_none_are_refused(store: MemoryStore, query):
    assert asking(store).get(f"{PLACE}?{query}").status_code == 422


def test_what_is_in_sync_has_no_course(store: MemoryStore):
    found = asking(store, State.IN_SYNC).get(PLACE).json()
    assert (found["own"]["turns"], found["other"]["turns"]) == ([], [])


def test_an_incident_that_is_over_says_when_it_would_have_opened(store: MemoryStore):
    for minute, seen in ((20, behind("api", changes=2, since=15)), (60, in_sync("api"))):
        stored.seen(store, [seen, behind()], (), at(minute))
    place = PLACE.replace("worker", "api")
    [over] = asking(store).get(f"{place}?grace_minutes=4").json()["over"]
    assert (over["opened_at"][11:16], over["resolved_at"][11:16]) == ("12:20", "13:00")
    assert [one["at"][11:16] for one in over["turns"]] == ["12:20"]
    [over] = asking(store).get(f"{place}?grace_minutes=90").json()["over"]
    assert over["turns"] == [], "it would not have opened"


def test_an_explanation_says_as_well_that_somebody_holds_it(store: MemoryStore):
    client = asking(store)
    place = PLACE.replace("what-if", "explanation")
    assert client.get(place).json()["flags"] == []
    body = {"service": "worker", "environment": "production", "reason": "the migration runs"}
    assert client.post("/api/v1/holds", json=body).status_code == 201
    found = client.get(place).json()
    assert (found["flags"], found["severity"]) == (["held"], "warning")
    assert "hold by local: the migration runs" in found["reasons"]


def test_it_asks_sources_and_so_not_too_often(store: MemoryStore):
    client = asking(store)
    statuses = [client.get(PLACE).status_code for _ in range(30)]
    assert statuses[0] == 200 and statuses[-1] == 429
    assert client.get("/api/v1/targets/nobody/production/what-if").status_code in (404, 429)
