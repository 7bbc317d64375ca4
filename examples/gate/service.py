"""A FastAPI service that does not start when it is stale itself, and takes no order while the worker is.

UNSHIPPED_SERVICE=api GIT_COMMIT=9a1a841 uvicorn service:app
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, HTTPException

from unshipped.gate import (
    Decision,
    DeploymentDriftError,
    check_deployment_drift_async,
    check_own_drift,
)


@asynccontextmanager
async def started(_: FastAPI) -> AsyncIterator[None]:
    check_own_drift(max_behind=20)
    yield


app = FastAPI(lifespan=started)


async def fresh_worker() -> Decision:
    try:
        return await check_deployment_drift_async("worker", max_behind=3, by="api")
    except DeploymentDriftError as error:
        raise HTTPException(503, str(error)) from None


Fresh = Depends(fresh_worker)


@app.post("/orders")
async def order(decision: Decision = Fresh) -> dict[str, str]:
    return {"gate": decision.answer}
