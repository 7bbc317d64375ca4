"""May this work run with what is deployed? For other people's programs: the standard library and no more.

    from unshipped.gate import DeploymentDriftError, check_deployment_drift

    check_deployment_drift("worker", max_behind=3)     # raises DeploymentDriftError where it must not

Asked is a server (`UNSHIPPED_SERVER`), else a file of verdicts (`UNSHIPPED_VERDICTS`), else the program
`unshipped` where it is installed. Whatever goes wrong on the way is answered by the gate's own rule for what
is unknown, within the deadline.
"""

from __future__ import annotations

from unshipped.gate.check import (
    DeploymentDriftError,
    check_deployment_drift,
    check_deployment_drift_async,
    check_own_drift,
    deployment_gate,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from unshipped.gate.values import Decision, Where

__all__ = [
    "Decision",
    "DeploymentDriftError",
    "Where",
    "check_deployment_drift",
    "check_deployment_drift_async",
    "check_own_drift",
    "deployment_gate",
]


def __getattr__(name: str) -> object:
    """What few programs name is loaded with its name: it is most of what an import would cost."""
    if name in ("Decision", "Where"):
        from unshipped.gate import values

        return getattr(values, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
