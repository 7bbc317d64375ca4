"""Who may be written to at the address of their commits."""

from __future__ import annotations

import pytest

from unshipped.core.people import reachable

SHOP = ("example.com", "Shop.example")


@pytest.mark.parametrize(
    "address",
    [
        "ana@elsewhere.example",
        "ana@sub.example.com",
        "ana@example.com.evil.example",
        "noreply@example.com",
        "no-reply+7@example.com",
        "donotreply@example.com",
        "deploy-bot@example.com",
        "12345+ana@users.noreply.github.com",
        "ana@example.com, ceo@example.com",
        "ana@example.com\nBcc: ceo@example.com",
        "Ana <ana@example.com>",
        "",
        "@example.com",
    ],
)
def test_nobody_is_written_to_at_an_address_that_is_not_allowed_or_not_read(address: str):
    assert reachable([("Ana", address)], (*SHOP, "users.noreply.github.com")) == {}


def test_an_author_is_found_at_the_address_of_their_commits():
    authors = [("Ana", "ana@example.com"), ("Ana", "ana@private.example"), ("Ben", "Ben@shop.example")]
    assert reachable(authors, SHOP) == {"ana": "ana@example.com", "ben": "ben@shop.example"}


def test_a_name_with_two_addresses_may_be_two_people_and_a_robot_is_none():
    authors = [("Kim", "kim@example.com"), ("kim", "kim2@example.com"), ("renovate[bot]", "r@example.com")]
    assert reachable(authors, SHOP) == {}


def test_without_a_domain_nobody_is_written_to():
    assert reachable([("Ana", "ana@example.com")], ()) == {}
