"""BigQuery as far as the log asks it: every body is held against Google's own description of it."""

from __future__ import annotations

import json
import re
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.sources.doubles.described import conforms
from tests.sources.served import body

PLACE = "/bigquery/v2/projects/shop/datasets/ops"
UPLOAD = "/upload/bigquery/v2/projects/shop/jobs"


class Double:
    """A data set with one table at most."""

    def __init__(self) -> None:
        self.table: dict[str, Any] | None = None
        self.rows: list[dict[str, Any]] = []
        self.jobs: dict[str, dict[str, Any]] = {}
        self.fails: list[str] = []
        """Messages with which the next jobs fail."""
        self.loses = 0
        """So many answers to uploads get lost, once the job is there."""
        self.who: str | None = "Bearer token-of-the-test"
        self.prefix = ""
        """Put before the names of jobs, by a server that names them itself."""
        self.busy = 1
        """So often a job is asked for before it is done."""

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        assert handler.headers["Authorization"] == self.who
        asked = urlsplit(handler.path)
        sent: bytes = handler.sent  # type: ignore[attr-defined]
        if asked.path == PLACE:
            self._answer(handler, {"location": "EU"})
        elif asked.path == f"{PLACE}/tables":
            self._make(handler, json.loads(sent))
        elif asked.path == UPLOAD and parse_qs(asked.query) == {"uploadType": ["multipart"]}:
            self._load(handler, sent)
        elif found := re.fullmatch(r"/bigquery/v2/projects/shop/jobs/([\w-]+)", asked.path):
            assert parse_qs(asked.query) == {"location": ["EU"]}
            self._tell(handler, found[1])
        else:
            self._refuse(handler, 404, f"Not found: {asked.path}")

    def _make(self, handler: BaseHTTPRequestHandler, table: dict[str, Any]) -> None:
        conforms("bigquery", "v2", "Table", table)
        assert table["timePartitioning"]["type"] == "DAY"
        if self.table:
            self._refuse(handler, 409, "Already Exists: Table")
        else:
            self.table = table
            self._answer(handler, table)

    def _load(self, handler: BaseHTTPRequestHandler, sent: bytes) -> None:
        head = f"Content-Type: {handler.headers['Content-Type']}\r\n\r\n".encode()
        job, lines = (part.get_payload(decode=True) for part in message_from_bytes(head + sent).get_payload())  # type: ignore[union-attr]
        asked = json.loads(job)  # type: ignore[arg-type]
        conforms("bigquery", "v2", "Job", asked)
        assert asked["jobReference"]["location"] == "EU"
        name = self.prefix + asked["jobReference"]["jobId"]
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,1024}", name)
        if name in self.jobs:
            self._refuse(handler, 409, "Already Exists: Job")
            return
        rows = [json.loads(line) for line in lines.decode().splitlines()]  # type: ignore[union-attr]
        status: dict[str, Any] = {"state": "DONE"}
        if self.fails:
            status["errorResult"] = {"reason": "invalid", "message": self.fails.pop(0)}
        else:
            for row in rows:
                self._fits(row)
            self.rows += rows
        self.jobs[name] = {"status": status, "asked": 0}
        if self.loses:
            self.loses -= 1
            handler.connection.close()
            return
        self._answer(handler, {"jobReference": {"jobId": name}, "status": {"state": "RUNNING"}})

    def _tell(self, handler: BaseHTTPRequestHandler, name: str) -> None:
        job = self.jobs[name]
        job["asked"] += 1
        done = job["asked"] > self.busy
        self._answer(handler, {"status": job["status"] if done else {"state": "RUNNING"}})

    def _fits(self, row: dict[str, Any]) -> None:
        """As BigQuery reads a row: nothing that the table does not have, nothing of another type."""
        assert self.table
        fields = {field["name"]: field for field in self.table["schema"]["fields"]}
        assert set(row) <= set(fields)
        for name, field in fields.items():
            value = row.get(name)
            if field["mode"] == "REPEATED":
                assert isinstance(value, list) and all(isinstance(one, str) for one in value)
            elif value is None:
                assert field["mode"] == "NULLABLE", name
            else:
                kind = {"STRING": str, "TIMESTAMP": str, "INTEGER": int, "BOOLEAN": bool}[field["type"]]
                assert type(value) is kind, name
            if field["type"] == "TIMESTAMP" and value:
                assert isinstance(value, str)
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", value)

    def _answer(self, handler: BaseHTTPRequestHandler, document: object) -> None:
        body(json.dumps(document), kind="application/json")(handler)

    def _refuse(self, handler: BaseHTTPRequestHandler, status: int, message: str) -> None:
        body(json.dumps({"error": {"code": status, "message": message}}), status, "application/json")(handler)
