"""What an order tells a text, a program, and whoever reads what that prints."""

from __future__ import annotations

import os

from unshipped.core.texts import masking
from unshipped.http.checks import is_credential
from unshipped.platforms import settings
from unshipped.ports.deploying import Order


def fill(text: str, order: Order) -> str:
    """The text with `{service}`, `{environment}` and `{commit}` replaced by those of the order."""
    return settings.fill(text, order).replace("{commit}", order.commit)


def variables(order: Order) -> dict[str, str]:
    """The order as a program finds it in its environment."""
    told = {
        "SERVICE": order.service,
        "ENVIRONMENT": order.environment,
        "COMMIT": order.commit,
        "SHARE": f"{order.share:g}",
        "BEFORE": order.before,
        "ROLLOUT": order.rollout,
        "STEP": str(order.number),
    }
    return {f"UNSHIPPED_{name}": value for name, value in told.items()}


def masked(text: str) -> str:
    """The text without the value of any environment variable whose name says that it is a secret."""
    secrets = masking.known(value for name, value in os.environ.items() if is_credential(name))
    return masking.masked(text, secrets)
