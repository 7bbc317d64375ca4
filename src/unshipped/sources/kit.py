"""What a package that brings a source of its own may use: the least that such a source needs.

These names stay as they are. Every other module of this folder may change with any release.
"""

from __future__ import annotations

from unshipped.core.model import Code, Reading, Remark, Revision, Sign, Target
from unshipped.core.roster import Roster
from unshipped.errors import SourceError
from unshipped.http.checks import check_url
from unshipped.platforms.api import Api, segment
from unshipped.platforms.settings import check_timeout, fill, token
from unshipped.platforms.steps import at, moment, rows, text
from unshipped.ports import Look
from unshipped.secrets import Reference, check_reference
from unshipped.sources.shared.parse import revision, shown

__all__ = [
    "Api",
    "Code",
    "Look",
    "Reading",
    "Reference",
    "Remark",
    "Revision",
    "Roster",
    "Sign",
    "SourceError",
    "Target",
    "at",
    "check_reference",
    "check_timeout",
    "check_url",
    "fill",
    "moment",
    "revision",
    "rows",
    "segment",
    "shown",
    "text",
    "token",
]
