"""Functions of AWS Lambda: the versions that an alias calls, and what each of them says that it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from unshipped.core.model import Reading, Remark, Revision, Sign, Target
from unshipped.platforms import steps
from unshipped.platforms.settings import fill
from unshipped.ports import Look
from unshipped.sources.aws import _configured
from unshipped.sources.aws._settings import AwsSettings
from unshipped.sources.registry.digests import Registries
from unshipped.sources.shared import hearing
from unshipped.sources.shared.parse import shown

_LATEST = "$LATEST"
_NOT_ARRIVED = frozenset({"InProgress", "Failed"})
_HINT = "let the deploy step set a variable such as COMMIT_SHA, or describe each version by its commit"


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaSource(AwsSettings):
    """Asks AWS Lambda: the alias, then each version that it calls. Needs `lambda:GetAlias` and
    `lambda:GetFunction`, and `lambda:ListTags` for tags; who asks is found as the AWS command line finds it.
    """

    function: str = "{service}"
    """Name of the function. Placeholders are replaced."""

    alias: str = ""
    """The alias that callers use. Without one, `$LATEST` is read: what runs where callers name no version.
    Placeholders are replaced."""

    def read(self, target: Target, look: Look) -> Reading:
        function, alias = fill(self.function, target), fill(self.alias, target)
        aws = self.asking("lambda", target, look)
        shares = {_LATEST: 1.0}
        if alias:
            shares = _shares(aws.ask("get_alias", FunctionName=function, Name=alias))
        found = {
            version: aws.ask("get_function", FunctionName=function, Qualifier=version)
            for version, share in shares.items()
            if version and share > 0
        }
        registries = Registries(look, aws.end, wanted=self.registry)
        said = [self._said(version, shares[version], one, registries) for version, one in found.items()]
        remarks = [remark for version, one in found.items() for remark in _remarks(version, one)]
        heard = hearing.heard(said, f"Lambda function {shown(function)}", _HINT)
        settings = tuple(_configured.of_lambda(_called(version), one) for version, one in found.items())
        return Reading(heard, (*remarks, *registries.remarks), settings=settings)

    def _said(
        self, version: str, share: float, found: object, registries: Registries
    ) -> tuple[hearing.Part, Iterable[Revision]]:
        part = hearing.Part(_called(version), share, steps.moment(found, "Configuration", "LastModified"))
        image, digest = (steps.text(found, "Code", key) for key in ("ImageUri", "ResolvedImageUri"))
        words: Iterable[Revision] = registries.beside(part, self._words(part, found), [digest], image)
        if steps.text(found, "Configuration", "LastUpdateStatus") in _NOT_ARRIVED:
            # What is told then is what should come, or should have; what came before it runs.
            words = (word._replace(weak=True) for word in words)
        return part, words

    def _words(self, part: hearing.Part, found: object) -> Iterator[Revision]:
        yield from hearing.of_whole(part, steps.texts(found, "Tags"), self.labels, "function", kind="tag")
        variables = steps.texts(found, "Configuration", "Environment", "Variables")
        yield from hearing.of_variables(part, variables, self.variables)
        yield from hearing.of_text(part, steps.text(found, "Configuration", "Description"), "description")
        yield from hearing.of_image(part, steps.text(found, "Code", "ImageUri"))


def _shares(alias: object) -> dict[str, float]:
    """The share of the calls that each version gets."""
    weights = steps.at(alias, "RoutingConfig", "AdditionalVersionWeights")
    others = {
        version: steps.number(weights, version) for version in (weights if isinstance(weights, dict) else ())
    }
    return {steps.text(alias, "FunctionVersion"): 1 - sum(others.values()), **others}


def _remarks(version: str, found: object) -> Iterator[Remark]:
    state, update = (steps.text(found, "Configuration", key) for key in ("State", "LastUpdateStatus"))
    if state == "Pending" or update == "InProgress":
        since = steps.moment(found, "Configuration", "LastModified")
        yield Remark(Sign.CONVERGING, f"{_called(version)} is being deployed", since)
    if "Failed" in (state, update):
        keys = ("StateReason", "LastUpdateStatusReason")
        why = next(filter(None, (steps.text(found, "Configuration", key) for key in keys)), "")
        yield Remark(Sign.LATEST_NOT_READY, f"{_called(version)} failed to deploy{why and ': ' + shown(why)}")


def _called(version: str) -> str:
    return version if version == _LATEST else f"version {shown(version)}"
