"""What a right file means."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.config.doubles import KINDS, config, problems, targets
from unshipped.config import Config, RepositorySpec, load
from unshipped.core.hours import WorkingHours
from unshipped.core.model import (
    Closure,
    Hold,
    Level,
    Origin,
    Policy,
    Rule,
    Severity,
    SourceSpec,
    Target,
)
from unshipped.core.settings import Expectation

FULL = Path(__file__).with_name("full.yaml").read_text(encoding="utf-8")


def only(text: str) -> Target:
    (target,) = targets(text).values()
    return target


def api(settings: str) -> Target:
    """The one target of a service that says nothing else of interest."""
    return only(f"services:\n  api: {{paths: [api], deployed: abcdef0, {settings}}}\n")


def test_the_smallest_file_is_enough() -> None:
    found = config("""
        services:
          worker:
            paths: [predictions/worker, shared]
            ignore: ["**/*.md"]
            deployed: eb7ce85b            # a bare commit id is the static source
        """)
    closure = Closure(("predictions/worker", "shared"), ("**/*.md",))
    origin = Origin("main", closure, Rule(), (SourceSpec("static", {"commit": "eb7ce85b"}),))
    target = Target("worker", "production", (origin,), Policy(), line=3)
    assert found == Config({"main": RepositorySpec("main", ".")}, (target,), "main")


def test_a_full_file_gives_every_target_in_its_order() -> None:
    names = [target.name for target in config(FULL).targets]
    expected = ["worker/production", "worker/staging", "api/production", "pair/production"]
    assert names == [*expected, "function/production"]


def test_bytes_are_read_like_text() -> None:
    assert load(FULL.encode(), "unshipped.yaml", KINDS) == config(FULL)


def test_windows_line_ends_change_nothing() -> None:
    assert config(FULL.replace("\n", "\r\n")) == config(FULL)


def test_json_is_yaml() -> None:
    text = '{"services": {"api": {"paths": ["api"], "deployed": "abcdef0"}}}'
    assert config(text).targets[0].name == "api/production"


def test_no_services_are_no_targets() -> None:
    assert config("services: {}").targets == ()


# ---------------------------------------------------------------- words


WORDS = ["0123456", "12e4567", "1e5", "no", "on", "0x12", "true", "1_000", "0o17", ".5", "2026-02-05", "1:30"]


@pytest.mark.parametrize("word", WORDS)
def test_an_unquoted_word_stays_what_it_is_wherever_text_is_expected(word: str) -> None:
    target = only(f"""
        services:
          api:
            paths: [{word}, {{path: x/{word}}}]
            ignore: [{word}.md]
            deployed: [{word}, {{source: http, url: {word}}}, {{source: command, command: [{word}]}}]
            expected: {{pin: 1.0}}
            owner: {word}
        """)
    (origin,) = target.origins
    assert origin.closure == Closure((word, f"x/{word}"), (f"{word}.md",))
    assert [spec.options for spec in origin.sources] == [{"commit": word}, {"url": word}, {"command": [word]}]
    assert (target.owner, origin.rule) == (word, Rule("pin", "1.0"))


@pytest.mark.parametrize("name", ["on", "no", "123", "1e5", "true", "null", "0x12"])
def test_a_name_may_be_any_word(name: str) -> None:
    assert f"{name}/{name}" in targets(f"""
        environments: {{{name}: }}
        services: {{{name}: {{paths: [a], deployed: abcdef0, environments: [{name!r}]}}}}
        """)


@pytest.mark.parametrize("word", ["no", "on", "1e5", "0123456", "true"])
def test_a_bare_expectation_is_a_branch(word: str) -> None:
    assert api(f"expected: {word}").origins[0].rule == Rule("branch", word)


def test_a_source_may_tell_what_should_serve() -> None:
    [origin] = api("expected: {source: http, url: https://staging.example.com}").origins
    told = SourceSpec("http", {"url": "https://staging.example.com"})
    assert (origin.told_by, origin.rule) == (told, Rule())
    assert api("expected: main").origins[0].told_by is None


def test_the_nearest_says_what_should_serve_whether_by_rule_or_told() -> None:
    found = targets("""
        environments:
          staging: {expected: {source: http, url: https://build.example.com}, deployed: abcdef0}
          production: {expected: main, deployed: abcdef0}
        services:
          api: {paths: [a], environments: [staging, production]}
          web:
            paths: [b]
            expected: {tag: v*}
            environments:
              staging: {}
              production: {expected: {source: http, url: https://build.example.com}}
        """)
    told = {name: (bool(one.origins[0].told_by), one.origins[0].rule.kind) for name, one in found.items()}
    assert told == {
        "api/staging": (True, "default"),
        "api/production": (False, "branch"),
        "web/staging": (False, "tag"),
        "web/production": (True, "default"),
    }


def test_quotes_and_tags_make_text() -> None:
    (source,) = only("services: {api: {paths: [a], deployed: !!str 0123456, owner: ! 12}}").origins[0].sources
    assert source.options == {"commit": "0123456"}


# ---------------------------------------------------------------- patterns


PATTERNS = {
    "./a": "a",
    "a/": "a",
    "a//b": "a/b",
    "a/./b": "a/b",
    "././a/b/": "a/b",
    ".": "**",
    "./": "**",
    "**/*.py": "**/*.py",
    "..a": "..a",
    "a..": "a..",
    r"a\*b": r"a\*b",
    "a b": "a b",
    "[!a]b": "[!a]b",
    "é": "é",
}


@pytest.mark.parametrize(("written", "meant"), PATTERNS.items())
def test_a_pattern_is_put_into_its_normal_form(written: str, meant: str) -> None:
    found = only(f"services: {{api: {{paths: ['{written}'], ignore: ['{written}'], deployed: abcdef0}}}}")
    assert found.origins[0].closure == Closure((meant,), (meant,))


def test_a_pattern_that_is_given_twice_counts_once() -> None:
    found = only("""
        ignore: [docs, "*.md"]
        services: {api: {paths: [a, a/, b, ./a], ignore: ["*.md", c], deployed: abcdef0}}
        """)
    assert found.origins[0].closure == Closure(("a", "b"), ("docs", "*.md", "c"))


def test_a_pattern_is_optional_only_where_it_is_so_everywhere() -> None:
    found = only("""
        services:
          api:
            paths: [a, {path: a, optional: true}, {path: b, optional: true}, {path: c}]
            deployed: abcdef0
        """)
    assert found.origins[0].closure == Closure(("a", "b", "c"), (), ("b",))


# ---------------------------------------------------------------- environments


ENVIRONMENTS = """
    environments:
      production: {deployed: {source: http, url: "https://{service}.example.com"}, expected: main}
      staging: {deployed: {source: http, url: "https://{service}.staging.example.com"}}
      dev:
    services:
      api: %s
    """


def where(service: str) -> list[str]:
    return [name.removeprefix("api/") for name in targets(ENVIRONMENTS % service)]


def test_a_service_runs_where_it_can_be_read() -> None:
    assert where("{paths: [a]}") == ["production", "staging"]


def test_a_source_of_its_own_is_read_in_every_environment() -> None:
    assert where("{paths: [a], deployed: {source: http, url: x}}") == ["production", "staging", "dev"]


@pytest.mark.parametrize(
    "deployed", ["abcdef0", "{source: static, commit: abcdef0}", "[{source: http, url: x}, abcdef0]"]
)
def test_a_written_commit_is_that_of_the_first_environment(deployed: str) -> None:
    assert where(f"{{paths: [a], deployed: {deployed}}}") == ["production"]


def test_an_origin_without_a_source_leaves_the_choice_to_the_environments() -> None:
    assert where("{origins: [{paths: [a]}, {paths: [b], deployed: {source: http, url: x}}]}") == [
        "production",
        "staging",
    ]


def test_declared_environments_are_taken_in_their_order() -> None:
    assert where("{paths: [a], deployed: abcdef0, environments: [dev, production]}") == ["dev", "production"]


def test_an_environment_of_a_service_overrides_the_service_and_that_the_environment() -> None:
    found = targets(
        ENVIRONMENTS
        % """
        paths: [a]
        expected: {tag: "v*", order: date}
        hold: {reason: wait, by: Ana}
        policy: {grace: 1h, critical: {changes: 9}}
        environments:
          production:
          staging: {deployed: abcdef0, expected: {pin: v1}, policy: {grace: 2h}, hold: {reason: no, by: Ben}}
        """.replace("\n", "\n    ")
    )
    production, staging = found["api/production"], found["api/staging"]
    assert [origin.rule for origin in production.origins] == [Rule("tag", "v*", "date")]
    assert [origin.rule for origin in staging.origins] == [Rule("pin", "v1")]
    assert [origin.sources[0].kind for origin in production.origins] == ["http"]
    assert [origin.sources[0].kind for origin in staging.origins] == ["static"]
    assert (production.hold, staging.hold) == (Hold("wait", "Ana"), Hold("no", "Ben"))
    assert (production.policy.grace, staging.policy.grace) == (3600, 7200)
    assert production.policy.critical == staging.policy.critical == Level(9, 12 * 3600)


def test_what_an_environment_expects_holds_for_its_services() -> None:
    found = targets(ENVIRONMENTS % "{paths: [a]}")
    assert found["api/production"].origins[0].rule == Rule("branch", "main")
    assert found["api/staging"].origins[0].rule == Rule()


# ---------------------------------------------------------------- repositories and origins


def test_the_default_repository_is_main_or_else_the_first() -> None:
    assert config("repositories: {a: {path: x}, main: {path: .}}\nservices: {}").default_repository == "main"
    assert config("repositories: {a: {path: x}, b: {url: y}}\nservices: {}").default_repository == "a"


def test_a_repository_may_be_named_by_its_address_alone() -> None:
    found = config("repositories: {a: {url: 'https://example.com/a.git'}}\nservices: {}").repositories
    assert found == {"a": RepositorySpec("a", "", "https://example.com/a.git")}


def test_several_origins_feed_one_service() -> None:
    target = only("""
        repositories: {main: {path: .}, infra: {path: ../infra}}
        ignore: ["*.md"]
        services:
          api:
            origins:
              - {paths: [a], deployed: abcdef0, ignore: [a/docs]}
              - {repository: infra, paths: [b], deployed: abcdef1, expected: {pin: v1}}
        """)
    assert target.origins == (
        Origin(
            "main",
            Closure(("a",), ("*.md", "a/docs")),
            Rule(),
            (SourceSpec("static", {"commit": "abcdef0"}),),
        ),
        Origin(
            "infra",
            Closure(("b",), ("*.md",)),
            Rule("pin", "v1"),
            (SourceSpec("static", {"commit": "abcdef1"}),),
        ),
    )


# ---------------------------------------------------------------- sources


def test_options_are_kept_as_plain_data_and_only_those_that_were_given() -> None:
    text = """
        services:
          api:
            paths: [a]
            deployed:
              - source: http
                url: x
                timeout: 3
                retries: 0x10
                headers: {Accept: text/plain, Authorization: {env: TOKEN, prefix: "Bearer "}}
              - {source: command, command: [git, 5], context: {a: 1, b: [no, 0x10, 1.5, true], c: {d: "1"}}}
        """
    first, second = only(text).origins[0].sources
    headers = {"Accept": "text/plain", "Authorization": {"env": "TOKEN", "prefix": "Bearer "}}
    assert first == SourceSpec("http", {"url": "x", "timeout": 3.0, "retries": 16, "headers": headers})
    context = {"a": 1, "b": ["no", 16, 1.5, True], "c": {"d": "1"}}
    assert second == SourceSpec("command", {"command": ["git", "5"], "context": context})


@pytest.mark.parametrize("text", ["abc", "v1.2", "--upload-pack=x", "main"])
def test_a_bare_text_is_for_the_static_source_to_judge(text: str) -> None:
    target = only(f"services: {{api: {{paths: [a], deployed: {text}}}}}")
    assert target.origins[0].sources == (SourceSpec("static", {"commit": text}),)


# ---------------------------------------------------------------- policy


POLICY = """
    policy:
      grace: 5m
      by: age
      warning: {changes: 2, age: 1h}
      critical: {changes: 4, age: 2h}
      ahead: critical
      unknown: info
      unproven: none
      working_hours: {days: [fri, mon, mon], from: 08:30, to: 24:00, zone: Europe/Berlin}
    criticality:
      high: {warning: {changes: 1}, by: both, working_hours: false}
    services:
      plain: {paths: [a], deployed: abcdef0}
      high: {paths: [a], deployed: abcdef0, criticality: high}
      own: {paths: [a], deployed: abcdef0, criticality: high, policy: {grace: 0, critical: {age: 90m}}}
    """


def test_policies_are_laid_over_each_other() -> None:
    found = {name.partition("/")[0]: target.policy for name, target in targets(POLICY).items()}
    hours = WorkingHours((0, 4), 510, 1440, "Europe/Berlin")
    assert found["plain"] == Policy(
        Level(2, 3600), Level(4, 7200), "age", 300, Severity.CRITICAL, Severity.INFO, Severity.NONE, hours
    )
    assert found["high"] == Policy(
        Level(1, 3600), Level(4, 7200), "both", 300, Severity.CRITICAL, Severity.INFO, Severity.NONE, None
    )
    assert found["own"] == Policy(
        Level(1, 3600), Level(4, 5400), "both", 0, Severity.CRITICAL, Severity.INFO, Severity.NONE, None
    )
    assert targets(POLICY)["high/production"].criticality == "high"


def test_equal_thresholds_are_in_order() -> None:
    assert api("policy: {warning: {changes: 6, age: 12h}}").policy.warning == Level(6, 43200)


def test_working_hours_have_a_usual_week() -> None:
    hours = api("policy: {working_hours: {zone: UTC}}").policy.working_hours
    assert hours == WorkingHours((0, 1, 2, 3, 4), 540, 1020, "UTC")


# ---------------------------------------------------------------- holds, flags, places


@pytest.mark.parametrize(
    "until", ["2026-02-07T00:00:00Z", "2026-02-07 01:00+01:00", "2026-02-06t19:00:00.000-05:00"]
)
def test_a_hold_ends_at_a_moment_in_utc(until: str) -> None:
    hold = api(f'hold: {{reason: r, by: Ana, until: "{until}"}}').hold
    assert hold == Hold("r", "Ana", datetime(2026, 2, 7, tzinfo=UTC))


def test_a_service_may_be_retired() -> None:
    assert api("retired: true").retired and not api("retired: FALSE").retired


def test_a_target_knows_its_line() -> None:
    lines = {name: target.line for name, target in targets(FULL).items()}
    written = FULL.splitlines()
    assert written[lines["api/production"] - 1] == "  api:"
    assert written[lines["worker/staging"] - 1].lstrip().startswith("staging:")


# ---------------------------------------------------------------- anchors, aliases, merge keys


def test_merge_keys_take_over_what_is_not_written_out() -> None:
    found = targets("""
        x-defaults:
          first: &first {owner: ana, retired: true}
          second: &second {owner: ben, ignore: [b]}
        services:
          one: {<<: *first, paths: [a], deployed: abcdef0}
          two: {paths: [a], deployed: abcdef0, retired: false, <<: [*first, *second]}
        """)
    one, two = found["one/production"], found["two/production"]
    assert (one.owner, one.retired, two.owner, two.retired) == ("ana", True, "ana", False)
    assert two.origins[0].closure.ignore == ("b",)
    assert (one.line, two.line) == (6, 7)


def test_an_alias_may_stand_for_a_word() -> None:
    found = targets("""
        services:
          one: {paths: &paths [a, b], deployed: &live 0123456}
          two: {paths: *paths, deployed: *live}
        """)
    assert found["one/production"].origins == found["two/production"].origins


def test_a_merged_environment_has_the_line_of_its_service() -> None:
    found = targets("""
        services:
          one: &one
            paths: [a]
            environments: {production: {deployed: abcdef0}}
          two:
            <<: *one
        """)
    assert (found["one/production"].line, found["two/production"].line) == (5, 6)


def test_a_quoted_merge_key_is_a_name() -> None:
    assert "unknown setting `<<`" in problems("services: {api: {'<<': {}, paths: [a], deployed: abcdef0}}")


def test_settings_are_laid_over_each_other_key_by_key() -> None:
    found = targets(
        """
        environments: {production: , staging: }
        services:
          api:
            paths: [api]
            deployed: abcdef0
            settings:
              variables: {LEVEL: info, DEBUG: {present: false}, KEY: {present: true}, ODD: 1e5}
              labels: {team: no}
              min_instances: 1
              image: "registry.example/*"
              objects: {model: {url: "gs://a/{environment}/b", generation: 17387}}
            environments:
              production:
              staging: {settings: {variables: {LEVEL: debug, KEY: {present: false}}, min_instances: 0}}
          web: {paths: [web], deployed: abcdef0}
        """
    )
    declared = (
        Expectation("variable", "LEVEL", "info"),
        Expectation("variable", "DEBUG", present=False),
        Expectation("variable", "KEY"),
        Expectation("variable", "ODD", "1e5"),
        Expectation("label", "team", "no"),
        Expectation("min_instances", value="1"),
        Expectation("image", value="registry.example/*"),
        Expectation("object", "model", "17387", place="gs://a/{environment}/b", measure="generation"),
    )
    assert found["api/production"].settings == declared
    assert found["api/staging"].settings == (
        Expectation("variable", "LEVEL", "debug"),
        declared[1],
        Expectation("variable", "KEY", present=False),
        *declared[3:5],
        Expectation("min_instances", value="0"),
        *declared[6:],
    )
    assert found["web/production"].settings == ()


def test_an_object_at_a_web_address_is_asked_for_with_headers() -> None:
    place = "https://a.io/{environment}/b"
    text = "services: {{api: {{paths: [a], deployed: abcdef0, settings: {{objects: {{model: {}}}}}}}}}"
    reference = "{Authorization: {env: TOKEN, prefix: 'Bearer '}, X-Shop: a}"
    one = f"{{url: '{place}', etag: x, headers: {reference}}}"
    headers = {"Authorization": {"env": "TOKEN", "prefix": "Bearer "}, "X-Shop": "a"}
    declared = Expectation("object", "model", "x", place=place, measure="etag", headers=headers)
    assert targets(text.format(one))["api/production"].settings == (declared,)
    for spoiled, why in (
        (one.replace(place, "s3://a/b"), "headers are sent to a web address"),
        (one.replace("X-Shop", "X-Api-Key"), "header X-Api-Key holds a credential"),
        (one.replace(place, "ftp://a/b"), "is no address of an object"),
    ):
        assert why in problems(text.format(spoiled))
