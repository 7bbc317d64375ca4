"""What is written is what Prometheus' own tools read."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read

from tests.core.recorded import Recorded
from tests.core.watched import behind, in_sync, unknown
from unshipped.core.counting.metrics import METRICS, PREFIX, Family, families
from unshipped.errors import UsageError
from unshipped.telemetry import prometheus
from unshipped.telemetry.prometheus import text

EXAMPLES = Path(__file__).parents[2] / "examples" / "prometheus"
HOSTILE = 'wor"ker\\ {a="b"} 1\n# HELP x y\u202e'
OPENMETRICS = "application/openmetrics-text; version=1.0.0"

promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is not installed (Debian: prometheus)"
)


def metrics(name: str = "worker") -> tuple[Family, ...]:
    story = Recorded()
    story.look(0, behind(name, changes=3, owner="shop"), unknown("api"), in_sync("site"))
    return families(story.kept(), "1.0")


def test_the_parser_of_prometheus_reads_every_family_and_sample():
    written, kind = text(metrics())
    found = list(read(written))
    assert kind.startswith("text/plain; version=")
    assert {family.name for family in found} == {one.name.removesuffix("_total") for one in metrics()}
    assert {family.name: family.type for family in found} == {
        one.name.removesuffix("_total"): one.metric.kind for one in metrics()
    }
    assert sum(len(family.samples) for family in found) == sum(len(one.samples) for one in metrics())


def test_the_parser_of_openmetrics_reads_it_where_a_scrape_asks_for_it():
    written, kind = text(metrics(), OPENMETRICS)
    assert kind.startswith("application/openmetrics-text")
    counts = {
        sample.labels["service"]: sample.value
        for family in read_openmetrics(written)
        if family.name == "unshipped_service_undeployed_commits"
        for sample in family.samples
    }
    assert counts == {"site": 0, "worker": 3}


@pytest.mark.parametrize(("accept", "reader"), [(prometheus.PLAIN, read), (OPENMETRICS, read_openmetrics)])
def test_a_name_from_outside_stays_one_value_of_one_label(accept, reader):
    written, _ = text(metrics(HOSTILE), accept)
    names = {
        sample.labels["service"]
        for family in reader(written)
        for sample in family.samples
        if "service" in sample.labels
    }
    assert names == {HOSTILE, "api", "site"}


def test_without_its_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(prometheus, "find_spec", lambda _: None)
    with pytest.raises(UsageError) as error:
        text(metrics())
    assert error.value.hint == "pip install 'unshipped[metrics]'"


def run_promtool(*arguments: str, given: str = "") -> str:
    done = subprocess.run(
        ["promtool", *arguments], input=given, capture_output=True, text=True, timeout=60, cwd=EXAMPLES,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@promtool
def test_promtool_has_nothing_to_say_against_the_metrics():
    assert run_promtool("check", "metrics", given=text(metrics())[0]) == ""


@promtool
def test_promtool_accepts_the_rules():
    assert "SUCCESS: 10 rules found" in run_promtool("check", "rules", "unshipped.rules.yml")


@promtool
def test_every_rule_fires_when_it_should_and_not_before():
    assert "SUCCESS" in run_promtool("test", "rules", "unshipped.rules.test.yml")


def rules() -> str:
    return (EXAMPLES / "unshipped.rules.yml").read_text(encoding="utf-8")


def test_every_metric_of_a_rule_exists():
    named = set(re.findall(rf"{PREFIX}\w+", rules())) - {"unshipped_rules"}
    assert named <= {PREFIX + name for name in METRICS}
    assert len(named) > 5


def test_every_rule_waits_and_is_tested():
    alerts = re.findall(r"- alert: (\w+)", rules())
    tested = (EXAMPLES / "unshipped.rules.test.yml").read_text(encoding="utf-8")
    assert len(re.findall(r"(?m)^        for: \d+m$", rules())) == len(alerts) == 10
    assert [alert for alert in alerts if not re.search(rf"alertname: {alert}\n +exp_alerts:", tested)] == []


def test_silence_is_told_in_three_ways():
    assert all(
        part in rules() for part in ("absent(", "time() - max(", "time() - unshipped_service_last_con")
    )
