"""What a package that brings a deployer of its own may use: the least that such a deployer needs.

These names stay as they are. Every other module of this folder may change with any release.
"""

from __future__ import annotations

from unshipped.deployers._step import Waiting, changing, check_share, check_timeout, untouched
from unshipped.errors import DeployError
from unshipped.platforms.orders import fill, masked
from unshipped.ports.deploying import Order, Progress
from unshipped.secrets import Reference, check_reference, text_of

__all__ = [
    "DeployError",
    "Order",
    "Progress",
    "Reference",
    "Waiting",
    "changing",
    "check_reference",
    "check_share",
    "check_timeout",
    "fill",
    "masked",
    "text_of",
    "untouched",
]
