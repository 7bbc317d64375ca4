"""Cloud Run, by a double that speaks its interface and is held against Google's own description of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.sources.doubles import google
from tests.sources.doubles.described import conforms
from tests.sources.doubles.json_api import answering
from tests.sources.served import Served, serving
from tests.support.reading import API, reading
from unshipped.app.read import Ask, read_all
from unshipped.core.model import Closure, Code, Origin, Problem, Reading, Rule, Sign
from unshipped.core.settings import Settings
from unshipped.errors import SourceError
from unshipped.sources.google.cloud_run import CloudRunSource

A, B = "a1" * 20, "b2" * 20


class Cloud:
    """Makes sources that ask a double."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.served: Served | None = None

    def source(
        self, *services: dict[str, Any], revisions: list[dict[str, Any]], **more: Any
    ) -> CloudRunSource:
        self.served = self._stack.enter_context(serving(google.cloud_run(list(services), revisions)))
        return CloudRunSource(project="shop", region="europe-west1", endpoint=self.served.url(""), **more)

    def read(self, *services: Any, revisions: list[Any], **more: Any) -> Reading:
        return reading(self.source(*services, revisions=revisions, **more))


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    with ExitStack() as stack:
        tokens = stack.enter_context(serving(answering({"/token": google.TOKEN})))
        key = google.key_file(tmp_path, tokens.url("/token"))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
        yield Cloud(stack)


def words(found: Reading) -> list[tuple[str, str, float, str, bool]]:
    return [(one.text, one.part, one.share, one.said_by, one.weak) for one in found.revisions]


def test_every_word_of_what_gets_traffic_is_heard(cloud: Cloud):
    found = cloud.read(
        google.service("api", {"api-2": 90, "api-1": 10}, labels={"commit-sha": B}),
        revisions=[
            google.revision("api-2", labels={"commit-sha": A}, variables={"BUILD_COMMIT": A[:7]}),
            google.revision("api-1", image="europe-docker.pkg.dev/shop/main/api:b2b2b2b"),
        ],
    )
    assert words(found) == [
        (A, "api-2", 0.9, "label commit-sha", False),
        (B, "api-2", 0.9, "label commit-sha of the service", True),
        (A[:7], "api-2", 0.9, "variable BUILD_COMMIT", False),
        (B, "api-1", 0.1, "label commit-sha of the service", True),
        ("b2b2b2b", "api-1", 0.1, "tag of image europe-docker.pkg.dev/shop/main/api:b2b2b2b", False),
    ]
    assert (
        found.revisions[0].since
        and found.revisions[0].since.isoformat() == "2026-02-05T12:00:00.123456+00:00"
    )
    assert found.remarks == ()


def beside(revision: dict[str, Any]) -> dict[str, Any]:
    """A revision with a proxy before it, which is of another repository."""
    proxy = {"name": "proxy", "image": f"x/proxy:{B}", "env": [{"name": "GIT_COMMIT", "value": B}]}
    own = revision["containers"][0] | {"name": "app", "ports": [{"containerPort": 8080}]}
    return revision | {"containers": [proxy, own]}


def test_what_runs_beside_the_container_that_is_called_says_nothing_of_it(cloud: Cloud):
    made = google.revision("api-1", variables={"BUILD_COMMIT": A})
    found = cloud.read(google.service("api", {"api-1": 100}), revisions=[beside(made)])
    assert words(found) == [(A, "api-1", 1.0, "variable BUILD_COMMIT", False)]


def test_the_container_that_has_the_name_of_the_service_counts_before_the_proxy_that_is_called(cloud: Cloud):
    proxy = {"name": "nginx", "image": f"x/nginx:{B}", "ports": [{"containerPort": 80}]}
    own = {"name": "api", "image": f"x/api:{A}", "env": [{"name": "LEVEL", "value": "info"}]}
    service = google.service("api", {"api-1": 100}) | {"template": {"containers": [proxy, own]}}
    by_digest = [one | {"image": google.BY_DIGEST} for one in (proxy, own)]
    found = cloud.read(service, revisions=[google.revision("api-1") | {"containers": by_digest}])
    assert words(found) == [(A, "api-1", 1.0, f"tag of image x/api:{A}", False)]
    assert [one.variables for one in found.settings] == [{"LEVEL": "info"}]


def test_where_the_container_that_is_called_says_nothing_what_runs_beside_it_is_weak(cloud: Cloud):
    service = google.service("api", {"api-1": 100}, image="shop/api:latest")
    found = cloud.read(service, revisions=[beside(google.revision("api-1"))])
    assert words(found) == [
        (B, "api-1", 1.0, "variable GIT_COMMIT", True),
        (B, "api-1", 1.0, f"tag of image x/proxy:{B}", True),
    ]


TAGGED = "europe-docker.pkg.dev/shop/main/api:a1a1a1a"


def test_the_newest_revision_was_made_of_what_its_service_names(cloud: Cloud):
    """A revision has the digest of its image in place of the tag that it was deployed by."""
    service = google.service("api", {"api-2": 100}, image=TAGGED)
    found = cloud.read(service, revisions=[google.revision("api-2")])
    assert words(found) == [("a1a1a1a", "api-2", 1.0, f"tag of image {TAGGED}", False)]


@pytest.mark.parametrize(
    "service",
    [
        google.service("api", {"api-1": 100}, created="api-2", image=TAGGED),
        google.service("api", {"api-1": 100}, image=TAGGED, reconciling=True),
        google.service("api", {"api-1": 100}, image=TAGGED) | {"generation": "8"},
    ],
)
def test_the_image_of_the_next_revision_says_nothing_of_one_before_it(cloud: Cloud, service: dict[str, Any]):
    with pytest.raises(SourceError, match="api-1 says nowhere which commit it is"):
        cloud.read(service, revisions=[google.revision("api-1")])


def test_a_tag_that_moves_is_told_while_a_deployment_is_under_way_too(cloud: Cloud):
    service = google.service("api", {"api-1": 100}, image="shop/api:latest", reconciling=True)
    found = cloud.read(service, revisions=[google.revision("api-1", labels={"commit-sha": A})])
    assert [one.sign for one in found.remarks] == [Sign.CONVERGING, Sign.MOVING_TAG]


def test_of_an_older_revision_its_own_image_is_all_that_is_known(cloud: Cloud):
    service = google.service("api", {"api-1": 100}, created="api-2", image="shop/api:1.2.3")
    older = google.revision("api-1", labels={"commit-sha": A}, image="shop/api:latest")
    found = cloud.read(service, revisions=[older])
    assert [one.sign for one in found.remarks] == [Sign.LATEST_WITHOUT_TRAFFIC, Sign.MOVING_TAG]


def test_traffic_that_follows_the_latest_goes_to_the_latest_that_is_ready(cloud: Cloud):
    found = cloud.read(
        google.service(
            "api",
            {},
            latest=True,
            created="api-3",
            ready="api-2",
            message="container failed to start",
        ),
        revisions=[google.revision("api-2", labels={"commit-sha": A})],
    )
    assert words(found) == [(A, "api-2", 1.0, "label commit-sha", False)]
    assert [(one.sign, one.message) for one in found.remarks] == [
        (Sign.LATEST_NOT_READY, "api-3 did not become ready: container failed to start")
    ]


def test_pinned_traffic_behind_a_newer_revision_is_told(cloud: Cloud):
    found = cloud.read(
        google.service("api", {"api-1": 100}, created="api-9", reconciling=True),
        revisions=[google.revision("api-1", labels={"commit-sha": A})],
    )
    assert [one.sign for one in found.remarks] == [Sign.LATEST_WITHOUT_TRAFFIC, Sign.CONVERGING]


def test_pinned_traffic_is_told_also_where_the_newest_revision_did_not_become_ready(cloud: Cloud):
    service = google.service("api", {"api-1": 100}, created="api-3", ready="api-2", message="it crashed")
    found = cloud.read(service, revisions=[google.revision("api-1", labels={"commit-sha": A})])
    assert [(one.sign, one.message) for one in found.remarks] == [
        (Sign.LATEST_WITHOUT_TRAFFIC, "api-2 is ready and gets no traffic"),
        (Sign.LATEST_NOT_READY, "api-3 did not become ready: it crashed"),
    ]


def test_a_revision_that_is_being_deployed_is_not_called_failed(cloud: Cloud):
    service = google.service("api", {"api-1": 100}, created="api-2", ready="api-1", reconciling=True)
    found = cloud.read(
        service | {"updateTime": "2026-02-05T12:00:00Z"},
        revisions=[google.revision("api-1", labels={"commit-sha": A})],
    )
    assert [(one.sign, str(one.since)) for one in found.remarks] == [
        (Sign.CONVERGING, "2026-02-05 12:00:00+00:00")
    ]


def test_a_revision_with_a_tag_and_no_traffic_does_not_count(cloud: Cloud):
    service = google.service("api", {"api-1": 100}, created="api-1")
    service["trafficStatuses"].append({"revision": "api-2", "tag": "staging"})
    found = cloud.read(service, revisions=[google.revision("api-1", labels={"commit-sha": A})])
    assert [one.part for one in found.revisions] == ["api-1"]


NEVER_READY = google.service("api", {}, created="api-1", latest=True, message="it crashed")
del NEVER_READY["latestReadyRevision"]


@pytest.mark.parametrize(
    ("services", "code", "words"),
    [
        ([], Code.NOT_FOUND, "no service api among 0"),
        ([google.service("web", {"web-1": 100})], Code.NOT_FOUND, "no service api among 1"),
        ([google.service("api", {"api-1": 0})], Code.NO_REVISION, "sends its traffic nowhere"),
        ([NEVER_READY], Code.NO_REVISION, "sends its traffic nowhere"),
        ([google.service("api", {"api-1": 100})], Code.NO_REVISION, "api-1 says nowhere which commit it is"),
        ([google.service("api", {"api-7": 100})], Code.NOT_FOUND, "404"),
        ([{"name": 7}, {}, "x", {"name": f"{google.PLACE}/services/api"}], Code.NO_REVISION, "nowhere"),
    ],
)
def test_what_cannot_be_told_has_a_reason(cloud: Cloud, services: list[Any], code: Code, words: str):
    with pytest.raises(SourceError) as caught:
        cloud.read(*services, revisions=[google.revision("api-1")])
    assert caught.value.problem.code is code
    assert words in caught.value.message


def test_labels_and_variables_can_be_named(cloud: Cloud):
    found = cloud.read(
        google.service("shop-api", {"shop-api-1": 100}, labels={"release": "v1.2.3"}),
        revisions=[google.revision("shop-api-1", labels={"commit-sha": A}, variables={"RELEASE": "v1.2.3"})],
        service="shop-{service}",
        labels=("release",),
        variables=("RELEASE",),
    )
    assert [(one.text, one.said_by) for one in found.revisions] == [
        ("v1.2.3", "label release of the service"),
        ("v1.2.3", "variable RELEASE"),
    ]


def test_a_service_that_does_not_say_its_commit_is_in_the_roster_all_the_same(cloud: Cloud):
    with pytest.raises(SourceError) as caught:
        cloud.read(google.service("api", {"api-1": 100}), revisions=[google.revision("api-1")])
    assert caught.value.roster
    assert (caught.value.roster.name, caught.value.roster.names) == ("api", frozenset({"api"}))


def test_what_another_product_runs_there_is_not_in_the_roster(cloud: Cloud):
    managed = google.service("hello", {"hello-1": 100}, labels={"goog-managed-by": "cloudfunctions"})
    found = cloud.read(
        google.service("api", {"api-1": 100}),
        google.service("web", {"web-1": 100}, labels={"commit-sha": B}),
        managed,
        revisions=[google.revision("api-1", labels={"commit-sha": A})],
    )
    assert found.roster
    assert found.roster.names == {"api", "web"}


def test_a_fleet_is_listed_once(cloud: Cloud):
    names = [f"api-{number}" for number in range(40)]
    source = cloud.source(
        *(google.service(name, {f"{name}-1": 100}) for name in names),
        revisions=[google.revision(f"{name}-1", labels={"commit-sha": A}) for name in names],
    )
    origin = Origin("main", Closure(("api",)), Rule(), ())
    nowhere = Problem(Code.REPOSITORY_ERROR, "")
    signals = read_all(
        [Ask(API._replace(service=name), origin, "cloud-run", source, nowhere) for name in names]
    )
    assert [signal.revisions[0].text for signal in signals] == [A] * 40
    assert cloud.served
    lists = [
        asked for asked in cloud.served.asked if asked.line.split()[1].partition("?")[0].endswith("/services")
    ]
    assert len(lists) == 20  # pages of two
    assert {asked.headers["Authorization"] for asked in cloud.served.asked} == {"Bearer token-of-the-test"}


@pytest.mark.parametrize("status", ["no file", "no key", "no token"])
def test_without_credentials_it_is_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str):
    path = tmp_path / "key.json"
    if status == "no key":
        path.write_text('{"type": "service_account", "private_key": "hunter2"}')
    if status == "no token":
        path = google.key_file(tmp_path, "http://127.0.0.1:1/token")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    with pytest.raises(SourceError) as caught:
        reading(CloudRunSource(project="shop", region="europe-west1"))
    assert caught.value.problem.code is Code.SOURCE_DENIED
    assert "hunter2" not in caught.value.message


# ---------------------------------------------------------------- the double against the vendor's description


SHOWN = {
    "GoogleCloudRunV2Service": google.service(
        "api", {"api-2": 90, "api-1": 10}, labels={"a": "b"}, reconciling=True, message="no"
    ),
    "GoogleCloudRunV2Revision": {
        **google.revision("api-2", labels={"a": "b"}, variables={"A": "b"}),
        "containerStatuses": [{"name": "api", "imageDigest": google.BY_DIGEST}],
    },
    "GoogleCloudRunV2ListServicesResponse": {
        "services": [google.service("api", {}, created="api-1", latest=True)],
        "nextPageToken": "2",
    },
}


@pytest.mark.parametrize("name", SHOWN)
def test_the_double_has_the_fields_that_google_describes(name: str):
    conforms("run", "v2", name, SHOWN[name])


def test_each_revision_with_traffic_says_what_it_is_set_to(cloud: Cloud):
    scaling = {"minInstanceCount": 1, "maxInstanceCount": 20}
    service = google.service("api", {"api-2": 90, "api-1": 10}) | {"scaling": scaling}
    scaled = {"scaling": {"minInstanceCount": 2, "maxInstanceCount": 10}}
    newer = google.revision("api-2", labels={"commit-sha": A}, variables={"LEVEL": "info"}) | scaled
    older = google.revision("api-1", labels={"commit-sha": B})
    proxy = {"image": "proxy", "env": [{"name": "PROXY", "value": "1"}]}
    newer["containers"] = [proxy, newer["containers"][0] | {"ports": [{"containerPort": 8080}]}]
    assert cloud.read(service, revisions=[newer, older]).settings == (
        Settings("api-2", {"LEVEL": "info", "PASSWORD": None}, {"commit-sha": A}, google.BY_DIGEST, 2, 10),
        Settings("api-1", {"PASSWORD": None}, {"commit-sha": B}, google.BY_DIGEST, 1, 20),
    )


def test_scaled_by_hand_it_has_the_number_that_somebody_chose(cloud: Cloud):
    """Whatever the revision was made with, which does not count then."""
    scaling = {"scalingMode": "MANUAL", "manualInstanceCount": 3}
    service = google.service("api", {"api-1": 100}) | {"scaling": scaling}
    revision = google.revision("api-1", labels={"commit-sha": A}) | {"scaling": {"maxInstanceCount": 10}}
    conforms("run", "v2", "GoogleCloudRunV2Service", service)
    found = cloud.read(service, revisions=[revision])
    assert [(one.min_instances, one.max_instances) for one in found.settings] == [(3, 3)]


def test_without_a_least_number_of_instances_it_is_none(cloud: Cloud):
    revision = google.revision("api-1", labels={"commit-sha": A})
    found = cloud.read(google.service("api", {"api-1": 100}), revisions=[revision])
    assert [(one.min_instances, one.max_instances) for one in found.settings] == [(0, None)]
