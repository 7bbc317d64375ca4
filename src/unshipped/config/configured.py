"""What a service is declared to be set to, laid over each other: the service's, the environment's."""

from __future__ import annotations

from collections.abc import Iterator

from unshipped.config.schema import MEASURES, ConfiguredSetting, PresenceSetting
from unshipped.core.settings import IMAGE, LABEL, MAX_INSTANCES, MIN_INSTANCES, OBJECT, VARIABLE, Expectation


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
        yield Expectation(OBJECT, name, value, place=one.url, measure=measure)
