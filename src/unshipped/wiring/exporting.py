"""Where the log is sent: a data set of BigQuery, asked with the credentials of this machine."""

from __future__ import annotations

import os
import re
from functools import cache

from unshipped import google
from unshipped.errors import StoreError, UsageError
from unshipped.stores.bigquery import SCOPE, BigQuery

_DATASET = re.compile(r"([a-z][a-z0-9.:-]*[a-z0-9])\.([A-Za-z0-9_]+)")
_SECONDS = 30.0


def open_bigquery(place: str) -> BigQuery:
    """The data set that is named as `PROJECT.DATASET`. Raises `UsageError`; credentials are looked for when
    they are needed.
    """
    found = _DATASET.fullmatch(place)
    if not found:
        raise UsageError(f"{place!r} names no data set", "write PROJECT.DATASET")
    emulator = os.environ.get("BIGQUERY_EMULATOR_HOST")
    if emulator:
        return BigQuery(found[1], found[2], dict, emulator)
    return BigQuery(found[1], found[2], cache(_headers))


def _headers() -> dict[str, str]:
    try:
        return google.headers(SCOPE, _SECONDS)
    except google.GoogleError as error:
        raise StoreError(error.message, error.hint) from None
