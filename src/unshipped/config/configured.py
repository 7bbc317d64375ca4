"""What a service is declared to be set to, laid over each other: the service's, the environment's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from unshipped.config.fields import Literally, Name, Natural, ObjectAddress, Switch, Text, refusal
from unshipped.config.options import WrittenOrReferenced, written
from unshipped.config.strict import Strict
from unshipped.core.settings import IMAGE, LABEL, MAX_INSTANCES, MIN_INSTANCES, OBJECT, VARIABLE, Expectation
from unshipped.http.checks import check_headers


class PresenceSetting(Strict):
    """Whether there is such a thing, whatever its value."""

    present: Switch
    """Whether it must be there, or must not."""


Named = dict[Text, Literally | PresenceSetting]


MEASURES = ("etag", "generation", "sha256", "commit")


class ObjectSetting(Strict):
    """What lies beside the code, such as a model. Exactly one of its measures says which one it must be."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [one]} for one in MEASURES]})

    url: ObjectAddress
    """Where it lies: `https://…`, `gs://BUCKET/OBJECT` or `s3://BUCKET/KEY`. `{service}` and `{environment}`
    are replaced."""
    headers: dict[Text, WrittenOrReferenced] = Field(default_factory=dict, min_length=1)
    """Headers to send to a web address. One that carries a credential is written `{env: NAME}` or
    `{file: PATH}`."""
    etag: Text = ""
    """Its ETag, without quotes."""
    generation: Text = ""
    """Its generation in Cloud Storage, or its version in S3."""
    sha256: Text = ""
    """The SHA-256 of its content, of at most 32 MiB."""
    commit: Text = ""
    """The commit id that its content is, or JSON that carries one."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(bool(getattr(self, one)) for one in MEASURES) != 1:
            raise refusal("an object is known by exactly one of `etag`, `generation`, `sha256` and `commit`")
        if self.headers and not self.url.startswith("http"):
            raise refusal("headers are sent to a web address; a bucket is asked by its platform's own way")
        try:
            check_headers({name: value for name, value in self.headers.items() if isinstance(value, str)})
        except ValueError as error:
            raise refusal(str(error)) from None
        return self


class ConfiguredSetting(Strict):
    """What a service is set to where it runs, beside its code."""

    variables: Named = Field(default_factory=dict, min_length=1)
    """Environment variables by name, each with its value, or with `present` alone."""
    labels: Named = Field(default_factory=dict, min_length=1)
    """Labels of what runs, likewise."""
    min_instances: Natural | None = None
    """How many instances are kept at least."""
    max_instances: Natural | None = None
    """How many instances there may be at most."""
    image: Text | None = None
    """The image, or a pattern for it: `*` stands for any text, `/` included."""

    objects: dict[Name, ObjectSetting] = Field(default_factory=dict, min_length=1)
    """What lies beside the code, each under a name of its own."""

    @model_validator(mode="after")
    def _room(self) -> Self:
        least, most = self.min_instances, self.max_instances
        if least is not None and most is not None and least > most:
            raise refusal("`min_instances` is greater than `max_instances`")
        return self


def expectations(*layers: ConfiguredSetting | None) -> tuple[Expectation, ...]:
    """Every declared setting once: of two that are about the same thing, the upper one."""
    declared = (one for layer in layers if layer for one in _declared(layer))
    return tuple({(one.kind, one.name): one for one in declared}.values())


def _declared(setting: ConfiguredSetting) -> Iterator[Expectation]:
    for kind, named in ((VARIABLE, setting.variables), (LABEL, setting.labels)):
        for name, value in named.items():
            if isinstance(value, PresenceSetting):
                yield Expectation(kind, name, present=value.present)
            else:
                yield Expectation(kind, name, value)
    for kind in (MIN_INSTANCES, MAX_INSTANCES, IMAGE):
        if (value := getattr(setting, kind)) is not None:
            yield Expectation(kind, value=str(value))
    for name, one in setting.objects.items():
        measure = next(measure for measure in MEASURES if getattr(one, measure))
        value = getattr(one, measure).removeprefix("W/").strip('"')
        headers = {name: written(value) for name, value in one.headers.items()}
        yield Expectation(OBJECT, name, value, place=one.url, measure=measure, headers=headers)
