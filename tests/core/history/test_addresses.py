"""Whether two addresses name the same repository."""

from __future__ import annotations

import pytest

from unshipped.core.history.addresses import identity, is_among

SAME = [
    "https://code.example.org/Team/Product",
    "https://code.example.org/team/product.git",
    "https://code.example.org/team/product/",
    "https://ana:secret@code.example.org/team/product.git",
    "https://CODE.example.org:8443/team/product",
    "ssh://git@code.example.org:22/team/product.git",
    "git://code.example.org/team/product",
    "git+ssh://git@code.example.org/team/product.git",
    "git@code.example.org:team/product.git",
    "git@code.example.org:/team/product",
    "code.example.org:team/product",
]

OTHERS = [
    "https://code.example.org/team/product2",
    "https://code.example.org/product",
    "https://code.example.net/team/product",
    "https://evil.example.org/code.example.org/team/product",
    "/srv/team/product",
    "",
]


@pytest.mark.parametrize("address", SAME)
def test_protocol_user_port_and_ending_do_not_matter(address: str) -> None:
    assert identity(address) == "code.example.org/team/product"


@pytest.mark.parametrize("address", OTHERS)
def test_another_host_or_path_is_another_repository(address: str) -> None:
    assert not is_among(address, SAME)


def test_a_folder_is_known_by_its_path() -> None:
    assert is_among("/srv/git/product.git/", ["/srv/git/product"])
    assert not is_among("/srv/git/product", [])
