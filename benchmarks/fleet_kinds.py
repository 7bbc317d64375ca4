"""The repositories that a fleet is drawn from: what `distributions` measured of each on one day.

Those in which it finds no service are left out: bitnami/charts, cdevents/spec, git, rails, symfony.
"""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """What was measured of a repository."""

    name: str
    services: int
    """As `init` proposes them."""
    landings: float
    """A day, over the last year of its default branch."""
    by_day: float
    """The share of them on weekdays from 8 to 20 o'clock, UTC."""
    files: tuple[int, ...]
    """Files of a landing: the 10th, 30th, 50th, 70th, 90th of a hundred."""
    touching: float
    """The share of landings that touch any service, by the closures of the images."""
    reach: float
    """How many services those touch on average."""
    patterns: tuple[int, ...]
    """Patterns of a closure, as of the files."""


KINDS = (
    Kind(
        "GoogleCloudPlatform/microservices-demo", 12, 0.6, 0.45, (1, 1, 2, 2, 5), 0.59, 2.0, (3, 3, 5, 5, 6)
    ),
    Kind("argoproj/argo-cd", 11, 5.6, 0.63, (1, 1, 2, 3, 13), 0.7, 6.8, (5, 8, 40, 40, 40)),
    Kind("documenso/documenso", 10, 1.9, 0.18, (1, 2, 3, 9, 20), 1.0, 6.2, (1, 2, 5, 6, 16)),
    Kind("formbricks/formbricks", 2, 3.3, 0.69, (1, 2, 5, 15, 32), 1.0, 1.2, (6, 6, 6, 6, 6)),
    Kind("grafana/loki", 27, 7.6, 0.7, (1, 2, 3, 7, 20), 0.99, 14.1, (3, 3, 7, 9, 10)),
    Kind("healthchecks/healthchecks", 1, 1.4, 0.68, (1, 1, 2, 3, 7), 1.0, 1.0, (4, 4, 4, 4, 4)),
    Kind(
        "ministryofjustice/cloud-platform-environments",
        8,
        23.5,
        0.98,
        (1, 3, 7, 17, 70),
        0.0,
        1.5,
        (2, 2, 3, 3, 4),
    ),
    Kind("najicham/nba-stats-scraper", 104, 10.8, 0.2, (1, 1, 2, 3, 10), 0.61, 25.1, (1, 1, 5, 7, 92)),
    Kind("novuhq/novu", 11, 4.0, 0.76, (1, 1, 3, 10, 34), 0.84, 3.6, (5, 5, 8, 16, 18)),
    Kind("open-telemetry/opentelemetry-demo", 31, 2.3, 0.7, (1, 1, 2, 3, 5), 0.66, 1.7, (3, 4, 5, 6, 9)),
)
