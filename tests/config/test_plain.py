"""A configuration survives being kept, and comes back fast, without the libraries that read it first."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from datetime import UTC
from time import process_time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.config.doubles import config
from tests.config.test_load import FULL, POLICY
from unshipped.config import Config, RepositorySpec
from unshipped.config.plain import from_plain, to_plain
from unshipped.core.hours import WorkingHours
from unshipped.core.model import (
    Build,
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


def whole(kind: type[Any], *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Every field is drawn: one that `config/plain.py` does not keep would be lost on the second run."""
    assert len(parts) == len(kind._fields), f"{kind.__name__} has fields that are not drawn here"
    return st.builds(kind, *parts)


texts = st.text(max_size=8)
several = st.lists(texts, max_size=3).map(tuple)
numbers = st.integers(0, 10**6)
lengths = st.floats(0, 10**8) | numbers
severities = st.sampled_from(Severity)
levels = whole(Level, numbers, lengths)
hours = whole(WorkingHours, st.lists(st.integers(0, 6)).map(tuple), numbers, numbers, texts)
moments = st.datetimes(timezones=st.just(UTC))
holds = whole(Hold, texts, texts, st.none() | moments)
options = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
sources = whole(SourceSpec, texts, st.dictionaries(texts, options, max_size=3))
builds = whole(
    Build, texts, texts, texts, st.lists(st.tuples(texts, texts), max_size=2).map(tuple), texts, several
)
origins = whole(
    Origin,
    texts,
    whole(Closure, several, several, several, st.none() | builds, texts, st.just(False)),
    whole(Rule, texts, texts, texts),
    st.lists(sources, max_size=2).map(tuple),
    st.none() | sources,
)
policies = whole(
    Policy, levels, levels, texts, lengths, severities, severities, severities, st.none() | hours, severities
)
expectations = whole(
    Expectation, texts, texts, st.none() | texts, st.booleans(), texts, texts, st.dictionaries(texts, texts)
)
targets = whole(
    Target,
    texts,
    texts,
    st.lists(origins, max_size=2).map(tuple),
    policies,
    st.none() | holds,
    st.booleans(),
    texts,
    texts,
    numbers,
    st.lists(expectations, max_size=2).map(tuple),
)


def kept(value: Config) -> Config:
    return from_plain(json.loads(json.dumps(to_plain(value))))


@given(st.lists(targets, max_size=4).map(tuple), st.dictionaries(texts, st.tuples(texts, texts), max_size=2))
def test_a_kept_configuration_comes_back_as_it_was(
    found: tuple[Target, ...], repositories: dict[str, tuple[str, str]]
) -> None:
    specs = {name: RepositorySpec(name, *rest) for name, rest in repositories.items()}
    value = Config(specs, found, "main")
    assert kept(value) == value


def test_a_read_configuration_comes_back_as_it_was() -> None:
    for text in (FULL, POLICY, "services: {}"):
        assert kept(config(text)) == config(text)


def fleet(size: int) -> Config:
    def target(number: int) -> Target:
        closure = Closure((f"services/s{number}", "shared"), ("**/*.md",))
        source = SourceSpec("static", {"commit": f"{number:040x}"})
        return Target(f"s{number}", "production", (Origin("main", closure, Rule(), (source,)),), line=number)

    return Config({"main": RepositorySpec("main", ".")}, tuple(map(target, range(size))), "main")


def seconds(data: dict[str, object]) -> float:
    started = process_time()
    from_plain(data)
    return process_time() - started


def test_ten_thousand_targets_come_back_at_once() -> None:
    data = to_plain(fleet(10_000))
    assert min(seconds(data) for _ in range(5)) < 0.2  # a third of it on a quiet machine


def test_the_garbage_collector_is_left_as_it_was() -> None:
    kept(fleet(1))
    assert gc.isenabled()
    gc.disable()
    try:
        kept(fleet(1))
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_kept_configuration_needs_neither_yaml_nor_pydantic() -> None:
    program = (
        "import sys, unshipped.config, unshipped.config.plain, unshipped.config.values;"
        "print([name for name in ('yaml', 'pydantic', 'pydantic_core') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
