"""Which services a range of commits touches."""

from __future__ import annotations

from tests.support.fakes import FakeRepository
from unshipped.app.affected import Affected, affected
from unshipped.core.model import Closure, Origin, Rule, Target

OLD, NEW = "a" * 40, "b" * 40
HISTORY = FakeRepository(
    commits={"v1": OLD, "v2": NEW},
    changed={
        (("worker",), OLD, NEW): ["worker/job.py"],
        (("api",), OLD, NEW): ["api/z.py", "api/a.py"],
        (("lib",), OLD, NEW): ["lib/x.py", "api/a.py"],
        (("old",), OLD, NEW): ["old/x.py"],
    },
)


def origin(path: str, repository: str = "main") -> Origin:
    return Origin(repository, Closure((path,)), Rule(), ())


def service(name: str, *origins: Origin, environment: str = "production", retired: bool = False) -> Target:
    return Target(name, environment, origins or (origin(name),), retired=retired)


def between(*targets: Target) -> list[Affected]:
    return affected(targets, HISTORY, "main", OLD, NEW)


def test_services_are_named_once_and_in_order() -> None:
    found = between(service("worker"), service("api"), service("api", environment="staging"), service("web"))
    assert found == [Affected("api", ("api/a.py", "api/z.py")), Affected("worker", ("worker/job.py",))]


def test_all_origins_of_a_service_count() -> None:
    found = between(service("api", origin("api"), origin("lib")))
    assert found == [Affected("api", ("api/a.py", "api/z.py", "lib/x.py"))]


def test_another_repository_and_what_is_retired_do_not() -> None:
    assert between(service("worker", origin("worker", "other")), service("old", retired=True)) == []
