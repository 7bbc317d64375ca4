"""A task of Celery that creates no batch while the worker is stale: it is tried again a while later.

celery -A tasks worker
"""

from __future__ import annotations

import os

from celery import Celery

from unshipped.gate import DeploymentDriftError, deployment_gate

app = Celery("shop")

LATER = float(os.environ.get("BATCHES_RETRY_AFTER", "900"))


@app.task(autoretry_for=(DeploymentDriftError,), retry_kwargs={"countdown": LATER, "max_retries": 8})
@deployment_gate("worker", max_behind=3, by="batches")
def create_batches(number: int) -> str:
    return f"{number} batches"
