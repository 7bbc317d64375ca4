"""The watch as a function of Google Cloud: one round for each request or event.

It answers 200 when it looked, whatever it found, and 500 only when it could not look or somebody could not
be told: drift is no failure of the function. `unshipped.yaml` lies beside this file, and its log is a
database, since a function keeps no file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import functions_framework
from cloudevents.http import CloudEvent
from flask import Request

ROUND = ("watch", "--once", "--slot", "schedule", "--format", "json")
SECONDS = float(os.environ.get("ROUND_SECONDS", "540"))
"""Less than the function itself is given, so that it can still say that it was late."""


class Answer(NamedTuple):
    looked: bool
    text: str


def look() -> Answer:
    """One round. What it says of itself goes to the function's log."""
    config = Path(__file__).with_name("unshipped.yaml")
    command = [sys.executable, "-m", "unshipped", *ROUND, "--config", str(config)]
    environment = os.environ | {"HOME": tempfile.gettempdir()}  # the only place that can be written to
    try:
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return Answer(False, json.dumps({"error": f"the round was not done within {SECONDS:g} s"}))
    if done.returncode == 0:
        return Answer(True, done.stdout)
    return Answer(
        False, done.stdout or json.dumps({"error": f"unshipped left with {done.returncode}: see the log"})
    )


@functions_framework.http
def watch(_request: Request):
    """Asked by Cloud Scheduler, or by anybody who may call the function."""
    answer = look()
    return answer.text, 200 if answer.looked else 500, {"Content-Type": "application/json"}


@functions_framework.cloud_event
def watch_event(_event: CloudEvent):
    """Called with an event, as of a topic that Cloud Scheduler publishes to. Only the log has the result."""
    answer = look()
    print(answer.text)
    if not answer.looked:
        raise RuntimeError("it could not be looked, or somebody could not be told")
