"""What a package that brings a source of its own may use: the least that such a source needs.

These names stay as they are. Every other module of this folder may change with any release.
"""

from __future__ import annotations

from unshipped.core.model import Code, Reading, Remark, Revision, Sign, Target
from unshipped.core.roster import Roster
from unshipped.errors import SourceError
from unshipped.ports import Look
from unshipped.secrets import Reference, check_reference
from unshipped.sources._api import Api, segment
from unshipped.sources._forge import token
from unshipped.sources._json import at, moment, rows, text
from unshipped.sources._parse import revision, shown
from unshipped.sources._settings import check_timeout, check_url, fill

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
