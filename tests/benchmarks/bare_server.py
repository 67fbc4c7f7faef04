"""A FastAPI application that takes the same body, checks it, and does nothing: ``python -m ...bare_server PORT``."""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI

from services.publication.api.bodies import ReviseBody

app = FastAPI()


@app.get("/readyz")
async def readyz() -> dict[str, str]:
    return {"status": "ready"}


@app.post("/disclosures/{disclosure}/revise")
async def revise(disclosure: str, body: ReviseBody) -> dict[str, Any]:
    """On the event loop, without a thread: the fastest a FastAPI route can be."""
    return {"id": disclosure, "stream": body.title[:0], "version": 1, "position": "", "repeated": False, "result": {}}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
