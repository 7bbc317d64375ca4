"""BigQuery, as far as the log needs it: one table, and load jobs.

A load job takes all of its rows or none, costs nothing, and has a name that can be used once: to ask for the
same job again is how a row gets there once, whoever was interrupted when.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from unshipped.core.texts.foreign import shown
from unshipped.errors import StoreError
from unshipped.http.exchange import Answer, HttpError, Request, ask
from unshipped.stores.drift_log import DAY, TABLE, schema

ADDRESS = "https://bigquery.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/bigquery"
_SECONDS = 60.0
_LONGEST_JOB = 600.0
_LIMIT = 1_000_000
_HINTS = {
    401: "log in again: `gcloud auth application-default login`",
    403: "it takes the roles BigQuery Data Editor on the data set and BigQuery Job User on the project",
}
_MAKE = "make the data set first: `bq mk --dataset PROJECT:DATASET`"


class JobFailedError(StoreError):
    """A job ended without having loaded anything. Its name is used up."""


class BigQuery:
    """One data set. `headers` says who asks."""

    def __init__(
        self,
        project: str,
        dataset: str,
        headers: Callable[[], dict[str, str]],
        address: str = ADDRESS,
    ) -> None:
        self.project, self.dataset, self._headers = project, dataset, headers
        self._address = address.rstrip("/")
        self._location = ""

    @property
    def place(self) -> str:
        """Names the table."""
        return f"{self.project}.{self.dataset}.{TABLE}"

    def prepare(self) -> None:
        """See that the table is there. Raises `StoreError`."""
        known = self._ask(self._dataset(), missing=_MAKE)
        self._location = str(known.get("location", ""))
        table = {
            "tableReference": self._table(),
            "description": "What is merged and not live: one row for each change of how a target stands.",
            "schema": {"fields": schema()},
            "timePartitioning": {"type": "DAY", "field": DAY},
            "clustering": {"fields": ["service", "environment"]},
        }
        self._ask(f"{self._dataset()}/tables", _json(table), kind="application/json", known=409)

    def load(self, lines: str, job: str) -> None:
        """Load rows, once under that name. Raises `JobFailedError` where none of them were, and `StoreError`
        where nobody knows.
        """
        configuration = {
            "jobReference": {"projectId": self.project, "jobId": job, "location": self._location},
            "configuration": {
                "load": {
                    "destinationTable": self._table(),
                    "sourceFormat": "NEWLINE_DELIMITED_JSON",
                    "writeDisposition": "WRITE_APPEND",
                    "createDisposition": "CREATE_NEVER",
                }
            },
        }
        # No line of the rows begins like this: each begins with a brace.
        cut = f"unshipped-{job}"
        body = (
            f"--{cut}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{json.dumps(configuration)}\r\n"
            f"--{cut}\r\nContent-Type: application/octet-stream\r\n\r\n{lines}\r\n--{cut}--\r\n"
        )
        path = f"/upload/bigquery/v2/projects/{quote(self.project, safe='')}/jobs?uploadType=multipart"
        kind = f"multipart/related; boundary={cut}"
        begun = self._ask(path, body.encode(), kind=kind, known=409)
        self._wait(str(begun.get("jobReference", {}).get("jobId", job)))

    def _wait(self, job: str) -> None:
        path = f"/bigquery/v2/projects/{quote(self.project, safe='')}/jobs/{quote(job, safe='')}"
        if self._location:
            path += f"?location={quote(self._location, safe='')}"
        began = time.monotonic()
        while True:
            status = self._ask(path).get("status", {})
            if status.get("state") == "DONE":
                break
            if time.monotonic() - began > _LONGEST_JOB:
                raise StoreError(
                    f"{self.place} still loads after {_LONGEST_JOB:g} s", "try again: it goes on"
                )
            time.sleep(min(5.0, 0.1 + (time.monotonic() - began) / 4))
        if failure := status.get("errorResult"):
            raise JobFailedError(f"{self.place} took no row: {shown(str(failure.get('message', '')))}")

    def _table(self) -> dict[str, str]:
        return {"projectId": self.project, "datasetId": self.dataset, "tableId": TABLE}

    def _dataset(self) -> str:
        return f"/bigquery/v2/projects/{quote(self.project, safe='')}/datasets/{quote(self.dataset, safe='')}"

    def _ask(
        self, path: str, post: bytes | None = None, *, kind: str = "", known: int = 0, missing: str = ""
    ) -> dict[str, Any]:
        """The answer; `known` is a refusal that says what is so already, `missing` what to do where it is
        not there. Raises `StoreError`.
        """
        request = Request(
            url=self._address + path,
            headers=self._headers() | ({"Content-Type": kind} if kind else {}),
            whose=f"BigQuery ({self.project})",
            timeout=_SECONDS,
            ca_file="",
            body=True,
            limit=_LIMIT,
            post=post,
            refusals=True,
        )
        try:
            answer = ask(request)
        except HttpError as error:
            raise StoreError(error.message, error.hint) from None
        said = _read(answer)
        if answer.status >= 300 and answer.status != known:
            message = shown(str(said.get("error", {}).get("message", "")))
            hint = missing if answer.status == 404 else _HINTS.get(answer.status, "")
            raise StoreError(f"{self.place}: {answer.status} {message}".rstrip(), hint)
        return said


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _read(answer: Answer) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = None
    if isinstance(said, dict) and isinstance(said.get("error", {}), dict):
        return said
    if answer.status < 300:
        raise StoreError("BigQuery answered something that is no JSON of its own")
    return {}
