"""What arrives at a receiver of OpenTelemetry, decoded with its own protobuf."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.semconv._incubating.attributes import vcs_attributes
from opentelemetry.semconv._incubating.metrics import vcs_metrics
from pytest_httpserver import HTTPServer

from tests.core.recorded import Recorded
from tests.core.watched import NEW, OLD, behind, in_sync, unknown
from unshipped.core.logged.observations import Standing
from unshipped.core.model import Flag
from unshipped.errors import UsageError
from unshipped.telemetry.otlp import NAME, UNIT, deltas, send

WEB = "https://git.example.com/shop/shop"


def standings() -> dict[str, Standing]:
    story = Recorded()
    late = behind(changes=3)._replace(ahead=2, web=WEB)
    story.look(0, late, unknown("api"), in_sync("site"))
    return story.standings


def received(server: HTTPServer) -> Any:
    """The one metric that arrived."""
    [(request, _)] = server.log
    body = request.get_data()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    found = ExportMetricsServiceRequest.FromString(body)
    [resource] = found.resource_metrics
    [scope] = resource.scope_metrics
    [metric] = scope.metrics
    return metric


def test_both_directions_of_each_target_arrive(httpserver: HTTPServer):
    httpserver.expect_request("/v1/metrics", method="POST").respond_with_data(b"")
    assert send(standings(), httpserver.url_for("/v1/metrics"), "1.0") == 4
    metric = received(httpserver)
    points = {}
    for point in metric.gauge.data_points:
        labels = {one.key: one.value.string_value for one in point.attributes}
        points[labels["service.name"], labels[vcs_attributes.VCS_REVISION_DELTA_DIRECTION]] = (
            point.as_int,
            labels,
        )
    assert {key: number for key, (number, _) in points.items()} == {
        ("worker", "behind"): 3,
        ("worker", "ahead"): 2,
        ("site", "behind"): 0,
        ("site", "ahead"): 0,
    }
    assert points["worker", "behind"][1] == {
        "service.name": "worker",
        "deployment.environment.name": "production",
        vcs_attributes.VCS_REPOSITORY_URL_FULL: WEB,
        vcs_attributes.VCS_REVISION_DELTA_DIRECTION: "behind",
    }
    assert not {OLD, NEW} & {value for _, labels in points.values() for value in labels.values()}


def test_the_metric_is_called_as_the_conventions_call_it(httpserver: HTTPServer):
    httpserver.expect_request("/v1/metrics").respond_with_data(b"")
    send(standings(), httpserver.url_for("/v1/metrics"), "1.0")
    metric = received(httpserver)
    assert (metric.name, metric.unit) == (vcs_metrics.VCS_REF_REVISIONS_DELTA, "{revision}")
    assert (metric.name, metric.unit) == (NAME, UNIT)


def test_of_nothing_nothing_is_sent(httpserver: HTTPServer):
    assert send({}, httpserver.url_for("/v1/metrics"), "1.0") == 0
    assert httpserver.log == []


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_receiver_that_refuses_is_an_error(httpserver: HTTPServer, status: int):
    httpserver.expect_request("/v1/metrics").respond_with_data(b"", status=status)
    with pytest.raises(UsageError, match="did not arrive"):
        send(standings(), httpserver.url_for("/v1/metrics"), "1.0")


def test_a_receiver_that_is_away_is_an_error_in_time():
    with pytest.raises(UsageError, match="did not arrive"):
        send(standings(), "http://127.0.0.1:9/v1/metrics", "1.0", timeout=0.5)


def test_both_directions_are_told_of_what_can_be_determined():
    story = Recorded()
    story.look(0, behind(changes=3)._replace(ahead=2), unknown("api"), in_sync("site"))
    assert [(seen.service, direction, number) for seen, direction, number in deltas(story.standings)] == [
        ("site", "behind", 0),
        ("site", "ahead", 0),
        ("worker", "behind", 3),
        ("worker", "ahead", 2),
    ]


def test_commits_that_cancel_out_are_none_behind():
    story = Recorded()
    story.look(0, in_sync()._replace(behind=2, cancelled=2))
    assert [number for _, _, number in deltas(story.standings)] == [0, 0]


def test_nothing_is_told_of_what_is_retired():
    story = Recorded()
    story.look(0, behind(flags=(Flag.RETIRED,)))
    assert not list(deltas(story.standings))
