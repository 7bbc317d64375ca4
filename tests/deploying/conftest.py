"""A shop that really runs, ended with the test."""

from __future__ import annotations

import pytest

from tests.deploying.shop import Shop
from tests.support.servers import server, template, temporal

__all__ = ["server", "template", "temporal"]


@pytest.fixture
def make(tmp_path):
    """Makes the shop, with further settings of `deploy:`."""
    made = []

    def start(deploy: str = "  engine: {kind: local}", **more) -> Shop:
        shop = Shop(tmp_path, deploy=deploy, **more)
        made.append(shop)
        shop.open()
        return shop

    yield start
    for shop in made:
        shop.close()


@pytest.fixture
def shop(make) -> Shop:
    made: Shop = make()
    return made
