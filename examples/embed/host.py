"""A dashboard of one's own in FastAPI, with what is merged and not live in it.

make -C ../.. page    # the component, which lies in `frontend/` here
npm ci && npm run build
python host.py REPOSITORY PORT
"""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from unshipped.web import Everybody, Scope, deployment_status

HERE = Path(__file__).parent


def host(repository: str) -> FastAPI:
    app = FastAPI()
    may = Everybody(Scope.READ, Scope.HOLD)  # whoever this application lets in
    app.mount("/drift", deployment_status(Path(repository, "unshipped.yaml"), access=may))
    app.mount("/", StaticFiles(directory=HERE / "dist", html=True))
    return app


if __name__ == "__main__":
    uvicorn.run(host(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
