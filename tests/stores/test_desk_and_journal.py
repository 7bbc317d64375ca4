"""What people decided and what others told of, written down and read back: each kind of log."""

from __future__ import annotations

from tests.stores.values import at, bypass, decision, kept, silence
from unshipped.core.logged.deployments import Deployment


def test_a_hold_holds_until_it_ends(store):
    store.hold(kept(until=60))
    store.hold(kept("h2", "worker", until=None))
    assert store.holds(at(59)) == [kept(until=60), kept("h2", "worker", until=None)]
    assert [one.id for one in store.holds(at(60))] == ["h2"]


def test_every_hold_of_a_target_is_ended(store):
    for one in (kept("h1"), kept("h2", until=None), kept("gone", until=1), kept("h3", "worker")):
        store.hold(one)
    ended = store.unhold("api", "production", "Ben", at(5))
    assert [(one.id, one.ended_at, one.ended_by) for one in ended] == [
        ("h1", at(5), "Ben"),
        ("h2", at(5), "Ben"),
    ]
    assert [one.id for one in store.holds(at(5))] == ["h3"]
    assert store.unhold("api", "production", "Ben", at(6)) == []


def test_a_silence_holds_once_it_is_written_down_by_whatever_clock_until_it_ends(store):
    assert store.silences(at(9)) == []
    store.silence(silence(since=10, until=60))
    assert store.silences(at(9)) == store.silences(at(10)) == [silence(since=10, until=60)]
    assert store.silences(at(60)) == []


def test_a_silence_is_ended(store):
    store.silence(silence())
    assert store.unsilence("s1", at(5)) == silence(until=5)
    assert store.silences(at(5)) == []
    assert store.unsilence("s1", at(6)) is store.unsilence("nobody", at(5)) is None


def test_a_bypass_holds_until_it_is_revoked(store):
    store.bypass(bypass())
    store.bypass(bypass("b2", since=30))
    assert store.bypasses(at(5)) == [bypass()]
    assert store.revoke("b1", "Ana", at(6)) == bypass()._replace(revoked_at=at(6), revoked_by="Ana")
    assert store.bypasses(at(6)) == []
    assert store.revoke("b1", "Ana", at(7)) is store.revoke("nobody", "Ana", at(7)) is None
    assert store.bypasses(at(30)) == [bypass("b2", since=30)]


def test_what_was_decided_stays_as_it_was_decided(store):
    store.hold(kept())
    store.hold(kept(until=5))
    store.silence(silence())
    store.silence(silence(until=5))
    store.bypass(bypass())
    store.bypass(bypass(until=5))
    assert (store.holds(at(9)), store.silences(at(9)), store.bypasses(at(9))) == (
        [kept()],
        [silence()],
        [bypass()],
    )


def test_a_deployment_is_written_down_once(store):
    one = Deployment("api", "production", "d" * 40, at(5), "upgraded", "Ana", "https://example.com/1")
    assert store.deployed(one)
    assert not store.deployed(one)
    assert not store.deployed(one._replace(by="Ben"))
    assert store.deployed(one._replace(when=at(1)))
    assert store.deployed(one._replace(service="worker"))
    found = store.deployments(since=at(2), target="api/production")
    assert found == [one]
    assert [found.when for found in store.deployments(since=at(0))] == [at(1), at(5), at(5)]


def test_the_answers_of_gates_are_read_back_whole(store):
    store.decided(decision(5))
    store.decided(decision(1))
    assert store.decisions(since=at(1)) == [decision(1), decision(5)]
    assert store.decisions(since=at(2)) == [decision(5)]
    assert store.decisions(since=at(1), until=at(5)) == [decision(1)]
    other = decision(9)._replace(gate="other")
    store.decided(other)
    assert store.decisions(since=at(0), gate="other") == [other]
    assert store.decisions(since=at(0), gate="none") == []
