"""AWS Lambda, by a double that is held against the vendor's description, and by an emulator."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import botocore.session
import pytest
from botocore.loaders import JSONFileLoader
from moto import mock_aws

from tests.sources.doubles import aws
from tests.sources.served import Answer, serving
from tests.support.reading import reading
from unshipped.core.model import Code, Reading, Sign
from unshipped.core.settings import Settings
from unshipped.errors import SourceError
from unshipped.platforms import by_botocore
from unshipped.sources.aws.aws_lambda import LambdaSource

A, B = "a1" * 20, "b2" * 20

Read = Callable[..., Reading]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    for name, value in aws.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with ExitStack() as stack:

        def asked(answer: Answer, **more: Any) -> Reading:
            address = stack.enter_context(serving(answer)).url("")
            return reading(LambdaSource(region=aws.REGION, endpoint=address, **more))

        yield asked


def words(found: Reading) -> list[tuple[str, str, float, str, bool]]:
    return [(one.text, one.part, one.share, one.said_by, one.weak) for one in found.revisions]


def signs(found: Reading) -> list[tuple[Sign, str]]:
    return [(one.sign, one.message) for one in found.remarks]


def test_without_an_alias_it_is_the_latest_and_says_so(read: Read):
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api:main-a1a1a1a"
    function = aws.function(tags={"commit": B}, variables={"COMMIT_SHA": A}, image=image, Description=A)
    found = read(aws.functions({"api": [function]}))
    assert words(found) == [
        (B, "$LATEST", 1.0, "tag commit of the function", True),
        (A, "$LATEST", 1.0, "variable COMMIT_SHA", False),
        (A, "$LATEST", 1.0, "description", False),
        ("a1a1a1a", "$LATEST", 1.0, f"tag of image {image}", False),
    ]
    assert found.revisions[0].since
    assert found.revisions[0].since.isoformat() == "2026-02-05T12:00:00+00:00"
    assert found.remarks == ()


def test_what_describes_the_interface_is_read_once_and_not_in_each_look(read: Read, monkeypatch):
    answer = aws.functions({"api": [aws.function(Description=A)]})
    first = read(answer)
    monkeypatch.setattr(JSONFileLoader, "load_file", lambda *_: pytest.fail("it is read again"))
    assert words(read(answer)) == words(first) != []


SHOP = {"function": "shop-{service}", "alias": "live"}


def test_an_alias_shares_the_calls_among_its_versions(read: Read):
    versions = [aws.function("6", variables={"COMMIT_SHA": A}), aws.function("7", Description=B)]
    found = read(aws.functions({"shop-api": versions}, {"shop-api": aws.alias("6", {"7": 0.25})}), **SHOP)
    assert words(found) == [
        (A, "version 6", 0.75, "variable COMMIT_SHA", False),
        (B, "version 7", 0.25, "description", False),
    ]


def test_a_version_without_weight_does_not_count(read: Read):
    versions = [aws.function("6", Description=A), aws.function("7", Description=B)]
    found = read(aws.functions({"api": versions}, {"api": aws.alias("6", {"7": 0.0})}), alias="live")
    assert [one.part for one in found.revisions] == ["version 6"]


def test_a_description_that_is_a_sentence_is_no_word(read: Read):
    found = read(aws.functions({"api": [aws.function(Description="the shop", variables={"COMMIT": A})]}))
    assert [one.said_by for one in found.revisions] == ["variable COMMIT"]


@pytest.mark.parametrize(
    ("state", "sign", "message", "weak"),
    [
        ({"LastUpdateStatus": "InProgress"}, Sign.CONVERGING, "$LATEST is being deployed", True),
        ({"State": "Pending"}, Sign.CONVERGING, "$LATEST is being deployed", False),
        (
            {"LastUpdateStatus": "Failed", "LastUpdateStatusReason": "no such image"},
            Sign.LATEST_NOT_READY,
            "$LATEST failed to deploy: no such image",
            True,
        ),
        ({"State": "Failed"}, Sign.LATEST_NOT_READY, "$LATEST failed to deploy", False),
        (
            {"State": "Failed", "StateReason": "no such role"},
            Sign.LATEST_NOT_READY,
            "$LATEST failed to deploy: no such role",
            False,
        ),
    ],
)
def test_the_state_of_a_version_is_told(
    read: Read, state: dict[str, Any], sign: Sign, message: str, weak: bool
):
    found = read(aws.functions({"api": [aws.function(variables={"COMMIT": A}, **state)]}))
    assert signs(found) == [(sign, message)]
    assert bool(found.remarks[0].since) is (sign is Sign.CONVERGING)
    assert [one.weak for one in found.revisions] == [weak]


@pytest.mark.parametrize(
    ("answer", "alias", "code", "words"),
    [
        (aws.functions({}), "", Code.NOT_FOUND, "ResourceNotFoundException to GetFunction"),
        (aws.functions({}), "live", Code.NOT_FOUND, "ResourceNotFoundException to GetAlias"),
        (aws.functions({"api": [aws.function()]}), "", Code.NO_REVISION, "$LATEST says nowhere which commit"),
        (aws.functions({}, {"api": {"Name": "live"}}), "live", Code.NO_REVISION, "runs nothing"),
        (aws.refused("AccessDeniedException", 403), "", Code.SOURCE_DENIED, "AccessDeniedException"),
    ],
)
def test_what_cannot_be_told_has_a_reason(read: Read, answer: Answer, alias: str, code: Code, words: str):
    with pytest.raises(SourceError) as caught:
        read(answer, alias=alias)
    assert caught.value.problem.code is code
    assert words in caught.value.message


# ---------------------------------------------------------------- against somebody else's idea of Lambda


def test_an_emulator_understands_what_is_asked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        by_botocore, "_send", lambda request, **_more: None
    )  # the emulator answers in its place
    with mock_aws(config={"lambda": {"use_docker": False}}):
        session = botocore.session.Session()
        role = session.create_client("iam").create_role(RoleName="api", AssumeRolePolicyDocument="{}")
        client = session.create_client("lambda", region_name=aws.REGION)
        client.create_function(
            FunctionName="api",
            Runtime="python3.13",
            Role=role["Role"]["Arn"],
            Handler="api.main",
            Code={"ZipFile": zipped()},
            Environment={"Variables": {"COMMIT": A}},
            Tags={"commit": A},
            Publish=True,
        )
        client.create_alias(FunctionName="api", Name="live", FunctionVersion="1")
        latest = reading(LambdaSource(region=aws.REGION))
        live = reading(LambdaSource(region=aws.REGION, alias="live"))
        with pytest.raises(SourceError) as caught:
            reading(LambdaSource(region=aws.REGION, alias="canary"))
    assert words(latest) == [
        (A, "$LATEST", 1.0, "tag commit of the function", True),
        (A, "$LATEST", 1.0, "variable COMMIT", False),
    ]
    assert {one.part for one in live.revisions} == {"version 1"}
    assert caught.value.problem.code is Code.NOT_FOUND


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("api.py", "def main(event, context): pass")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("shape", "shown"),
    [
        ("GetFunctionResponse", aws.function("7", tags={"a": "b"}, variables={"A": "b"}, Description="x")),
        ("GetFunctionResponse", aws.function(image="x:y", LastUpdateStatusReason="no", State="Failed")),
        ("AliasConfiguration", aws.alias("6", {"7": 0.25})),
    ],
)
def test_the_double_has_the_fields_that_aws_describes(shape: str, shown: dict[str, Any]):
    aws.conforms("lambda", shape, shown)


def test_each_version_says_what_it_is_set_to(read: Read):
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/api:main"
    function = aws.function(tags={"commit": A}, variables={"LEVEL": "info"}, image=image)
    expected = Settings("$LATEST", {"LEVEL": "info"}, {"commit": A}, image)
    assert read(aws.functions({"api": [function]})).settings == (expected,)


def test_variables_that_may_not_be_opened_are_not_taken_for_missing_ones(read: Read):
    function = aws.function(Description=A)
    function["Configuration"]["Environment"] = {"Error": {"ErrorCode": "AccessDeniedException"}}
    function.pop("Tags", None)
    assert read(aws.functions({"api": [function]})).settings == (Settings("$LATEST"),)
