"""A FastAPI application that takes the same body, checks it, and does nothing: ``python -m ...bare_server PORT``."""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI

from services.catalogue.api.bodies import PersonsBody

app = FastAPI()


@app.get("/readyz")
def readyz() -> dict[str, str]:
    return {"status": "ready"}


@app.post("/persons", status_code=201)
def persons(body: PersonsBody) -> dict[str, Any]:
    return {"id": body.persons[0].person, "stream": "", "version": 1, "position": "", "repeated": False, "result": {}}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
