"""Keeps rollouts going with DBOS, embedded: its state is a file beside the log, or a schema of its database.

What it knows is that a rollout has to be kept going; how far it came stands in the log. So a process that
died is followed by any other: each keeps a workflow of its own for a rollout, and they take turns.
"""

from __future__ import annotations

import logging
import threading
import time

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID
from sqlalchemy.exc import DBAPIError

from unshipped.engine import older_sqlite
from unshipped.errors import StoreError
from unshipped.ports.rolling import Advance

log = logging.getLogger("unshipped")

VERSION = "rollout-1"
"""Of the workflow below. Another text, and what is under way is not taken up: it is raised only together with
a way from one to the other."""
SCHEMA = "unshipped_engine"
_AFTER_TROUBLE = 2.0
_POLL = 0.1
_ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
"""States of a workflow that DBOS does not go on with."""

_advance: Advance | None = None
"""Of the engine of this process: there is one, since DBOS is one for a process."""
_closing: threading.Thread | None = None
"""What ends the one before it."""


@DBOS.step(name="advance")
def _step(rollout: str) -> float | None:
    """What is next of it. Trouble is no end: it is tried again."""
    advance = _advance
    if advance is None:  # the engine was closed while this went on
        return _AFTER_TROUBLE
    try:
        return advance(rollout)
    except Exception:
        log.exception("rollout %s: a step was interrupted; it is tried again", rollout)
        return _AFTER_TROUBLE


@DBOS.workflow(name="rollout", max_recovery_attempts=None)
def _roll(rollout: str) -> None:
    while (pause := _step(rollout)) is not None:
        if pause:
            DBOS.sleep(pause)


class EmbeddedEngine:
    """The engine of this process. Raises `RuntimeError` where there is one already, and `StoreError` where
    its state cannot be reached.

    The executor's name has lower case letters, digits and dashes; nobody else who is alive has the same one.
    """

    def __init__(self, advance: Advance, database: str, executor: str) -> None:
        global _advance  # DBOS finds its workflows by their module
        if _advance is not None:
            raise RuntimeError("this process has an engine already")
        if _closing:
            _closing.join()
        _advance, self._executor = advance, executor
        self._started: dict[str, str] = {}
        """Of a rollout, the workflow that keeps it going."""
        self._open = True
        config: DBOSConfig = {
            # What an executor left behind is queued for whoever is of the same application: a living one with
            # another configuration would take it, and could do nothing with it.
            "name": f"unshipped-{executor}",
            "application_version": f"{VERSION}-{executor}",  # of two applications none has the same one
            "system_database_url": database,
            "dbos_system_schema": SCHEMA,
            "executor_id": executor,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "CRITICAL",
            "enable_otlp": False,
            "db_engine_kwargs": older_sqlite.settings(database),
        }
        try:
            DBOS(config=config)
            DBOS.launch()
        except DBAPIError as error:
            self.close()
            said = str(error.orig).partition("\n")[0]
            raise StoreError(f"the state of DBOS cannot be reached: {said}", "see `store`") from None

    def start(self, rollout: str) -> None:
        """See to it that this rollout is kept going by this process."""
        # One for each id. Another process has one of its own, which stays where it is if that process died:
        # what is under way at its executor is nobody else's.
        workflow = self._name(rollout)
        if self._started.get(rollout) != workflow:
            with SetWorkflowID(workflow):
                DBOS.start_workflow(_roll, rollout)
            self._started[rollout] = workflow

    def wait(self, rollout: str, seconds: float) -> bool:
        """Whether it has ended."""
        until = time.monotonic() + seconds
        while True:
            if _status(self._started.get(rollout, self._first(rollout))) == "SUCCESS":
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(_POLL)

    def close(self) -> None:
        """Let go. What is not finished is taken up again by the next one."""
        global _advance, _closing  # noqa: PLW0603 - as above
        if not self._open:
            return  # the one that came after it would be ended
        self._open, _advance = False, None
        # Its threads look up once a second; a process that leaves need not wait for them.
        _closing = threading.Thread(
            target=DBOS.destroy, kwargs={"workflow_completion_timeout_sec": 0}, daemon=True
        )
        _closing.start()

    def _name(self, rollout: str) -> str:
        """The workflow that keeps it going, or that is to. Whoever wants that after one has ended needs a
        further one: the log may have been put back to what it was before.
        """
        first = self._first(rollout)
        name, number = self._started.get(rollout, first), 1
        while _status(name) in _ENDED:
            number += 1
            name = f"{first}#{number}"
        return name

    def _first(self, rollout: str) -> str:
        return f"{rollout}@{self._executor}"


def _status(workflow: str) -> str:
    """Empty where there is none."""
    found = DBOS.get_workflow_status(workflow)
    return found.status if found else ""
