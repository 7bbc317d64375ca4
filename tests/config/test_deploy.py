"""How what is merged comes to serve, as a file says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tests.config.doubles import KINDS
from unshipped.config import Config, load
from unshipped.config.plain import from_plain, to_plain
from unshipped.config.values import EngineSpec
from unshipped.core.hours import WorkingHours
from unshipped.core.recipe import Identity, Mode, Recipe
from unshipped.core.windows import Freeze
from unshipped.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Script:
    """A program."""

    command: tuple[str, ...]
    """The program and its arguments."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """An address."""

    url: str
    """The address."""


class Program(Probe):
    """An address that no route leads to by itself."""

    announces = True
    routed = False


SERVICES = """
services:
  api: {paths: [api], deployed: abcdef0}
  worker: {paths: [worker], deployed: abcdef0, deploy: %s}
"""


def made(text: str) -> Config:
    return load(text, "unshipped.yaml", KINDS, {}, {"script": Script}, {"probe": Probe})


def recipe(deploy: str, own: str = "{}", name: str = "worker/production") -> Recipe:
    return made(f"deploy: {deploy}{SERVICES % own}").deploying.recipes[name]


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        made(text)
    return "\n".join(problem.message for problem in caught.value.problems)


BY = "by: {deployer: script, command: [./deploy.sh]}"
FREEZE = "{since: 2026-12-20T00:00:00Z, until: 2026-12-27T00:00:00Z, reason: x, by: y}"
BACKWARDS = FREEZE.replace("2026-12-27", "2026-12-01")


def test_without_a_deployer_nothing_is_deployed_from_here():
    assert made(SERVICES % "{}").deploying.recipes == {}
    assert made(f"deploy: {{bake: 1m}}{SERVICES % '{}'}").deploying.recipes == {}


def test_what_the_file_says_holds_for_every_service():
    found = made(f"deploy: {{{BY}, bake: 10m, canary: [0.1, 0.5]}}{SERVICES % '{}'}").deploying.recipes
    assert list(found) == ["api/production", "worker/production"]
    one = found["api/production"]
    assert (one.by.kind, one.by.options) == ("script", {"command": ["./deploy.sh"]})
    assert (one.bake, one.shares, one.mode, one.identity) == (600, (0.1, 0.5), Mode.OFF, Identity())


def test_a_service_says_what_is_special_and_its_checks_add_up():
    checks = "checks: {health: {check: probe, url: a}}"
    found = recipe(f"{{{BY}, {checks}, bake: 10m}}", "{checks: {errors: {check: probe, url: b}}, bake: 1m}")
    assert [(name, spec.options) for name, spec in found.checks] == [
        ("health", {"url": "a"}),
        ("errors", {"url": "b"}),
    ]
    assert found.bake == 60
    other = recipe(f"{{{BY}, {checks}}}", "{checks: {health: {check: probe, url: b}}}")
    assert [spec.options for _, spec in other.checks] == [{"url": "b"}]


def test_windows_replace_those_below_and_freezes_add_to_them():
    window = "windows: [{days: [mon], from: '09:00', to: '10:00', zone: UTC}]"
    freeze = "{since: 2026-12-20T00:00:00Z, until: 2026-12-27T00:00:00Z, reason: %s, by: Ana}"
    found = recipe(
        f"{{{BY}, {window}, freezes: [{freeze % 'holidays'}]}}",
        f"{{{window.replace('mon', 'tue')}, freezes: [{freeze % 'sale'}]}}",
    )
    assert found.windows == (WorkingHours((1,), 540, 600, "UTC"),)
    since, until = datetime(2026, 12, 20, tzinfo=UTC), datetime(2026, 12, 27, tzinfo=UTC)
    assert found.freezes == (Freeze(since, until, "holidays", "Ana"), Freeze(since, until, "sale", "Ana"))


def test_who_may_approve_is_anyone_unless_it_is_said_to_be_another():
    assert recipe(f"{{{BY}}}").another is False
    assert recipe(f"{{{BY}, approval: another}}").another is True
    assert recipe(f"{{{BY}, approval: another}}", "{approval: anyone}").another is False
    assert "anyone" in refused(f"deploy: {{{BY}, approval: nobody}}{SERVICES % '{}'}")


def test_the_environment_lies_between_the_file_and_the_service():
    text = f"""
deploy: {{{BY}, mode: auto, wait: 1h}}
environments:
  staging: {{deploy: {{wait: 0s}}}}
  production: {{deploy: {{mode: approve, promote: staging}}}}
services:
  api:
    paths: [api]
    deployed: {{source: http, url: "https://api.example.com"}}
    deploy: {{bake: 1m}}
    environments: {{staging: , production: {{deploy: {{bake: 2m}}}}}}
"""
    found = made(text).deploying.recipes
    staging, production = found["api/staging"], found["api/production"]
    assert (staging.mode, staging.wait, staging.bake, staging.promote) == (Mode.AUTO, 0, 60, "")
    assert (production.mode, production.wait, production.bake, production.promote) == (
        Mode.APPROVE,
        3600,
        120,
        "staging",
    )


def test_what_keeps_rollouts_going_is_said_once():
    found = made(
        f"deploy: {{{BY}, width: 9, engine: {{kind: temporal, address: 'temporal:7233'}}}}{SERVICES % '{}'}"
    )
    assert found.deploying.width == 9
    assert found.deploying.engine == EngineSpec("temporal", "temporal:7233")
    assert made(SERVICES % "{}").deploying.engine == EngineSpec("dbos")


@pytest.mark.parametrize(
    ("deploy", "own", "message"),
    [
        ("{by: {deployer: nothing}}", "{}", "unknown deployer `nothing`"),
        ("{by: ./deploy.sh}", "{}", "a mapping with `deployer` is expected"),
        (f"{{{BY}, canary: [1.5]}}", "{}", "the shares lie between 0 and 1"),
        (f"{{{BY}, canary: [0.5, 0.1]}}", "{}", "each is greater than the one before it"),
        (f"{{{BY}, mode: sometimes}}", "{}", "sometimes"),
        (f"{{{BY}, engine: {{kind: local, address: x}}}}", "{}", "`address` goes with `kind: temporal`"),
        (f"{{{BY}}}", "{after: [nobody]}", "unknown service `nobody`"),
        (f"{{{BY}}}", "{after: [worker]}", "the order leads in a circle: worker after worker"),
        (f"{{{BY}, schedule: never}}", "{}", "is no cron expression"),
        (f"{{{BY}, freezes: [{BACKWARDS}]}}", "{}", "`until` is not later than `since`"),
    ],
)
def test_what_cannot_be_meant_is_a_problem(deploy: str, own: str, message: str):
    assert message in refused(f"deploy: {deploy}{SERVICES % own}")


def test_an_order_that_leads_in_a_circle_is_one_problem():
    text = f"""
deploy: {{{BY}}}
services:
  api: {{paths: [api], deployed: abcdef0, deploy: {{after: [worker]}}}}
  site: {{paths: [site], deployed: abcdef0, deploy: {{after: [api]}}}}
  worker: {{paths: [worker], deployed: abcdef0, deploy: {{after: [site]}}}}
"""
    assert refused(text).startswith("the order leads in a circle: api after worker after site after api")


def test_what_everything_goes_after_does_not_wait_for_itself():
    text = f"deploy: {{{BY}, after: [api]}}\nservices:\n"
    text += "".join(f"  {name}: {{paths: [a], deployed: abcdef0}}\n" for name in ("api", "worker"))
    recipes = made(text).deploying.recipes
    assert (recipes["api/production"].after, recipes["worker/production"].after) == ((), ("api",))


def test_an_order_that_leads_in_a_circle_by_what_holds_for_all_is_a_problem():
    text = f"deploy: {{{BY}, after: [api, worker]}}\nservices:\n"
    text += "".join(f"  {name}: {{paths: [a], deployed: abcdef0}}\n" for name in ("api", "worker", "site"))
    assert refused(text) == "the order leads in a circle: api after worker after api"


def test_an_order_of_another_environment_closes_no_circle():
    text = f"""
deploy: {{{BY}}}
environments: {{staging: {{deployed: abcdef0}}, production: {{deployed: abcdef0}}}}
services:
  api: {{paths: [api], environments: {{staging: {{deploy: {{after: [web]}}}}, production: }}}}
  web: {{paths: [web], environments: {{production: {{deploy: {{after: [api]}}}}, staging: }}}}
"""
    recipes = made(text).deploying.recipes
    assert {name: one.after for name, one in recipes.items() if one.after} == {
        "api/staging": ("web",),
        "web/production": ("api",),
    }


def test_an_environment_that_is_promoted_from_has_to_be_there():
    text = f"deploy: {{{BY}, promote: stagin}}\nenvironments: {{staging: , production: }}{SERVICES % '{}'}"
    assert "unknown environment `stagin`" in refused(text)


def test_what_is_retired_is_not_deployed():
    text = f"deploy: {{{BY}}}\nservices: {{api: {{paths: [api], deployed: abcdef0, retired: true}}}}"
    assert made(text).deploying.recipes == {}


def test_a_kept_configuration_comes_back_as_it_was():
    window = f"windows: [{{zone: UTC}}], freezes: [{FREEZE}]"
    checks = "before: {green: {check: probe, url: a}}, checks: {health: {check: probe, url: b}}"
    rest = "canary: [0.1], schedule: 0 9 * * *, mode: auto, identity: {times: 5}"
    deploy = f"{{{BY}, {window}, {checks}, {rest}}}"
    found = made(f"deploy: {deploy}{SERVICES % '{after: [api]}'}")
    assert from_plain(to_plain(found)).deploying == found.deploying


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hoook", "unknown receiver `hoook`, did you mean `hook`?"),
        ("chat", "`chat` is told in sentences; data is for bus"),
    ],
)
def test_whom_rollouts_are_announced_to_has_to_be_there_and_take_data(name: str, said: str):
    with pytest.raises(ConfigError) as caught:
        announcing(name)
    assert said in caught.value.problems[0].message


def test_rollouts_are_announced_to_programs():
    found = announcing("hook")
    assert found.deploying.announce == ("hook",)
    assert [route.receivers for route in found.telling.routes] == [("chat",)]
    assert (found.unreached, from_plain(to_plain(found)).deploying) == ((), found.deploying)


@pytest.mark.parametrize("leading", ["routes: [{to: [chat, hook]}]", "reports: {day: {to: [chat, hook]}}"])
def test_nothing_else_leads_to_a_program_that_is_told_of_rollouts_alone(leading: str):
    with pytest.raises(ConfigError) as caught:
        announcing("hook", leading)
    [problem] = caught.value.problems
    assert problem.message == "`hook` is told of rollouts alone; name it in `deploy.announce`"


def announcing(name: str, more: str = "") -> Config:
    receivers = "receivers: {chat: {notifier: chat, url: a}, hook: {notifier: bus, url: b}}"
    text = f"deploy: {{{BY}, announce: [{name}]}}{SERVICES % '{}'}{receivers}\n{more}\n"
    notifiers = {"chat": Probe, "bus": Program}
    return load(text, "unshipped.yaml", KINDS, notifiers, {"script": Script}, {"probe": Probe})
