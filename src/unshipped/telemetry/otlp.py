"""The metric `vcs.ref.revisions_delta` of OpenTelemetry, sent once over HTTP by its own library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.model import Flag
from unshipped.errors import UsageError

NAME = "vcs.ref.revisions_delta"
UNIT = "{revision}"
TIMEOUT = 10.0


def send(standings: Mapping[str, Standing], endpoint: str, version: str, timeout: float = TIMEOUT) -> int:
    """Send how far each target is behind and ahead, and answer how many numbers that were. Where to and with
    which headers may also stand in the variables of OpenTelemetry. Raises `UsageError` where it does not
    arrive within that many seconds.
    """
    try:  # an extra, and a large one
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415
        from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
        from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricExportResult  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            "OpenTelemetry is not available: its library is not installed",
            "pip install 'unshipped[opentelemetry]'",
        ) from None
    reader = InMemoryMetricReader()
    resource = Resource.create({"service.name": "unshipped", "service.version": version})
    provider = MeterProvider([reader], resource, shutdown_on_exit=False)
    gauge = provider.get_meter("unshipped", version).create_gauge(NAME, UNIT, "Revisions behind or ahead.")
    found = list(deltas(standings))
    for seen, direction, number in found:
        gauge.set(number, _attributes(seen, direction))
    data = reader.get_metrics_data()
    if data is None:
        return 0
    exporter = OTLPMetricExporter(endpoint=endpoint or None, timeout=timeout)
    try:
        if exporter.export(data, timeout * 1000) is not MetricExportResult.SUCCESS:
            raise UsageError(
                "the metrics did not arrive at the receiver of OpenTelemetry",
                "look at its address: such as http://localhost:4318/v1/metrics",
            )
    finally:
        exporter.shutdown()
        provider.shutdown()
    return len(found)


def deltas(standings: Mapping[str, Standing]) -> Iterator[tuple[Observation, str, int]]:
    """How many commits each target is behind and ahead."""
    for _, standing in sorted(standings.items()):
        seen = standing.seen
        if not seen.conclusive or Flag.RETIRED in seen.flags:
            continue
        if seen.missing is not None:
            yield seen, "behind", seen.missing
        if seen.ahead is not None:
            yield seen, "ahead", seen.ahead


def _attributes(seen: Observation, direction: str) -> dict[str, str]:
    """No commit is among them: each deploy would begin a series of its own."""
    said = {
        "service.name": seen.service,
        "deployment.environment.name": seen.environment,
        "vcs.repository.url.full": seen.web,
        "vcs.revision_delta.direction": direction,
    }
    return {name: value for name, value in said.items() if value}
