"""A task definition of Amazon ECS: its containers, and which of them counts."""

from __future__ import annotations

from unshipped.core.model import Code
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.sources.shared.configured import main
from unshipped.sources.shared.parse import shown


def containers(found: object) -> list[steps.Table]:
    return steps.rows(found, "taskDefinition", "containerDefinitions")


def counts(found: object, wanted: str, names: tuple[str, ...]) -> steps.Table:
    """The container that counts: the wanted one, else one of these names or of that of the family, before the
    rule for all platforms. Raises `SourceError` where there is none of the wanted name.
    """
    every, family = containers(found), steps.text(found, "taskDefinition", "family")
    if wanted and wanted not in [steps.text(one, "name") for one in every]:
        message = f"task definition {shown(family)} has no container {shown(wanted)} among {len(every)}"
        raise SourceError(Code.NOT_FOUND, message, "`container` names it where it is called otherwise")
    return main(every, "portMappings", (wanted, *names, family))
