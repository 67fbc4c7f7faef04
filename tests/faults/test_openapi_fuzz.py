"""Each service's own OpenAPI document, taken at its word: it answers as it says, and nothing fails."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.split.plan import SERVICES
from tests.faults.sending import CLERK, Sender, fresh_key

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = settings(
    max_examples=6,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
DEVELOPMENT = ("/dev/", "/livez", "/readyz", "/metrics")


@pytest.fixture(scope="module")
def known(sender: Sender) -> dict[str, Any]:
    """Things that are there, so that more than NOT_FOUND is asked for."""
    return {
        "disclosure": sender.draft()["id"],
        "obligation": "FY-R1/3.9/replacement/2026-Q1",
        "organisation": "FY-R1",
        "town": "fengyang",
        "year": 2026,
        "version": 1,
        "sub_item": "3.9",
        "type": "rural",
        "person": "chen-xiuying",
    }


@pytest.mark.parametrize("service", SERVICES)
def test_what_the_document_describes_is_answered_as_it_says(
    service: str, sender: Sender, known: dict[str, Any]
) -> None:
    document = sender.client.get(f"/api/{service}/v1/openapi.json").json()
    described = schemathesis.openapi.from_dict(document)
    for found in described.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if not operation.path.startswith(DEVELOPMENT):
            _answered_as_described(operation, sender, {})
            _answered_as_described(operation, sender, known)


def _answered_as_described(operation: Any, sender: Sender, known: dict[str, Any]) -> None:
    """``known`` fills what the address and the query name; the rest is made up."""

    @EXAMPLES
    @given(case=operation.as_strategy())
    def asked(case: Any) -> None:
        for given_values in (case.path_parameters, case.query):
            given_values.update({name: value for name, value in known.items() if name in given_values})
        case.headers = dict(case.headers) if not known else {"If-Match": '"1"'}
        case.headers |= sender.bearer(CLERK) | fresh_key()
        answer = case.call(base_url=sender.standing.url, timeout=10)
        case.validate_response(answer, checks=CHECKS)

    asked()
