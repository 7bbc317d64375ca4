"""Metrics in the text format of Prometheus or of OpenMetrics, written by Prometheus' own client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from unshipped.core.counting.metrics import Family
from unshipped.errors import UsageError

if TYPE_CHECKING:
    from prometheus_client import Metric

PLAIN = "text/plain"
"""What every Prometheus, and the collector of text files, reads."""


class _Families:
    """Families as the client's own values."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        from prometheus_client import Metric  # noqa: PLC0415 - an extra

        for name, metric, samples in self._families:
            written = Metric(name.removesuffix("_total"), metric.help, metric.kind)
            for value, labels, added in samples:
                written.add_sample(name + added, dict(labels), value)
            yield written


def text(families: Sequence[Family], accept: str = PLAIN) -> tuple[str, str]:
    """The metrics, and the type of their text: that which the header `Accept` of a scrape asks for. Raises
    `UsageError` where the client is not installed.
    """
    if find_spec("prometheus_client") is None:
        raise UsageError(
            "metrics are not available: prometheus_client is not installed",
            "pip install 'unshipped[metrics]'",
        )
    from prometheus_client.exposition import choose_encoder  # noqa: PLC0415 - an extra

    write, kind = choose_encoder(accept)
    return write(_Families(families)).decode(), kind
