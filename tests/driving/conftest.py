"""Servers that engines need."""

from __future__ import annotations

from tests.support.servers import server, template, temporal

__all__ = ["server", "template", "temporal"]
