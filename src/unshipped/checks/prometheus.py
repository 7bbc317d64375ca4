"""A figure that Prometheus knows, and the limits that it has to keep to."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from unshipped.checks._probing import (
    MOST_ATTEMPTS,
    Probing,
    check_timeout,
    could_not,
    failed,
    passed,
)
from unshipped.core.texts.foreign import shown
from unshipped.http.checks import check_url
from unshipped.platforms import steps
from unshipped.platforms.api import Api, document
from unshipped.platforms.orders import fill
from unshipped.platforms.settings import check_no_nul, token
from unshipped.ports.deploying import Order, Probed, Progress
from unshipped.secrets import Reference, check_reference


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusCheck:
    """Asks Prometheus, or what answers as it does, and holds every value against the limits.

    No value at all says nothing, and neither does one that is no number, where the others keep to the limits:
    it could not run.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    EXAMPLE: ClassVar[dict[str, Any]] = {
        "url": "https://prometheus.example.com",
        "query": 'sum(rate(http_requests_total{service="{service}",code=~"5.."}[5m]))',
        "most": 0.1,
    }

    url: str
    """Address of Prometheus, without `/api/v1`."""

    query: str
    """The query. `{service}`, `{environment}` and `{commit}` are replaced, escaped for a text in quotes."""

    least: float | None = None
    """What every value has to be at least."""

    most: float | None = None
    """What every value may be at most."""

    nothing: Literal["could-not-run", "passed", "failed"] = "could-not-run"
    """What it means where the query finds no value: `passed` for a query that finds only what is wrong.
    Without a limit any value is wrong then."""

    token: Reference | None = None
    """Who asks, as a bearer token: `{env: NAME}` or `{file: PATH}`."""

    attempts: int = 1
    """How often it is asked before what it answers counts."""

    pause: float = 15.0
    """Seconds between two attempts: a figure is as old as the last scrape."""

    timeout: float = 60.0
    """Seconds for everything together."""

    ca_file: str = ""
    """File with the certificate authorities (PEM) to trust in place of the system's."""

    def __post_init__(self) -> None:
        check_url(self.url)
        check_timeout(self.timeout)
        check_no_nul(self.ca_file)
        check_reference(self.token or "")
        if self.least is None and self.most is None and self.nothing == "could-not-run":
            raise ValueError("give `least` or `most`: without a limit every value is right")
        if not 1 <= self.attempts <= MOST_ATTEMPTS or not 0 <= self.pause <= 600:
            raise ValueError(f"attempts is a number from 1 to {MOST_ATTEMPTS}, pause one from 0 to 600")

    def probe(self, order: Order, progress: Progress) -> Probed:
        probing = Probing(self.timeout, progress)
        return probing.until_passed(
            lambda: self._asked(order, probing), attempts=self.attempts, pause=self.pause
        )

    def _asked(self, order: Order, probing: Probing) -> Probed:
        who = token(self.token, "")
        api = Api(
            base=self.url.rstrip("/"),
            timeout=round(min(probing.left, 30.0), 1),
            headers={"Authorization": f"Bearer {who}"} if who else {},
            ca_file=self.ca_file,
        )
        query = fill(self.query, Order(*(_quoted(part) for part in order)))
        answer = api.answer("/api/v1/query", {"query": query}, refusals=True)
        whose = f"Prometheus at {shown(self.url)}"
        if answer.status in (401, 403):
            return could_not(f"{whose} answered {answer.status}")
        said = document(answer, whose)
        if steps.text(said, "status") != "success":
            return could_not(f"{whose} refused the query: {shown(steps.text(said, 'error'))}")
        kind = steps.text(said, "data", "resultType")
        if kind not in ("vector", "scalar"):
            return could_not(f"{whose} answered with a {shown(kind)}: the query has to find single values")
        if lacks := _lacks(said):
            return could_not(f"{whose} does not answer in full: {shown(lacks)}")
        return self._judged(_values(said), whose)

    def _judged(self, values: list[float], whose: str) -> Probed:
        if not values:
            told = {"passed": passed, "failed": failed, "could-not-run": could_not}[self.nothing]
            return told(f"{whose} knows no value")
        known = [value for value in values if not math.isnan(value)]
        low, high = min(known, default=math.nan), max(known, default=math.nan)
        if known and (why := self._beyond(low, high)):
            return failed(f"{whose} says {why} was expected")
        if len(known) < len(values):
            return could_not(f"{whose} knows a value that is no number")
        return passed(f"{whose} says {low:g}" + (f" to {high:g}" if high != low else ""))

    def _beyond(self, low: float, high: float) -> str:
        """What is said and what was expected, where these differ."""
        if self.least is None and self.most is None and self.nothing == "passed":
            return f"{high:g}, no value"
        if self.least is not None and low < self.least:
            return f"{low:g}, at least {self.least:g}"
        if self.most is not None and high > self.most:
            return f"{high:g}, at most {self.most:g}"
        return ""


def _quoted(part: Any) -> Any:
    """A part of an order as a text in quotes can hold it."""
    return json.dumps(part, ensure_ascii=False)[1:-1] if isinstance(part, str) else part


def _lacks(said: object) -> str:
    """What lacks in the answer, as it says itself: Thanos by a warning, VictoriaMetrics by a mark."""
    warnings = steps.at(said, "warnings")
    told = [str(one) for one in warnings] if isinstance(warnings, list) else []
    found = [one for one in told if not one.startswith("PromQL info")]
    if found:
        return found[0]
    return "isPartial" if steps.at(said, "isPartial") is True else ""


def _values(said: object) -> list[float]:
    """Every value of a vector, or the one of a scalar. What is none, such as a histogram, is no number."""
    if steps.text(said, "data", "resultType") == "scalar":
        pairs = [steps.at(said, "data", "result")]
    else:
        pairs = [row.get("value") for row in steps.rows(said, "data", "result")]
    return [float(pair[1]) if isinstance(pair, list) and len(pair) == 2 else math.nan for pair in pairs]
