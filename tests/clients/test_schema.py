"""The OpenAPI document: whether it is what the routes are, and what happens at its edges."""

import json
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chat.api.routes import api_routes

from .conftest import TOKEN

ROOT = Path(__file__).parents[2]
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
CURLS = (ROOT / "docs" / "api.md").read_text("utf-8")
SHORT_ANSWER = "sim/burst-len-3-ttft-0"
EXAMPLES = 20
PATIENCE_S = 20.0

schema = schemathesis.openapi.from_dict(DOCUMENT)


def described() -> set[tuple[str, str]]:
    """Method and address of every operation in the document."""
    return {
        (method.upper(), re.sub(r"{\w+}", "{}", path))
        for path, operations in DOCUMENT["paths"].items()
        for method in operations
    }


def test_the_document_has_every_route_and_no_other() -> None:
    served = {
        (method, re.sub(r"{\w+}", "{}", route.path))
        for route in api_routes(lambda: pytest.fail("nothing is asked"))
        for method in (route.methods or set()) - {"HEAD"}
        if "rest" not in route.path and route.path not in {"/api", "/v1"}
    }

    assert served == described()


def test_every_operation_has_a_line_of_curl() -> None:
    lines = re.findall(r"^curl .*", CURLS, re.MULTILINE)
    shown = {
        ("POST" if "-d " in line or "-X POST" in line else "GET", _address(line)) for line in lines
    }

    assert shown == described()


def test_the_document_is_served(server: str) -> None:
    answer = httpx2.get(f"{server}/api/openapi.json", timeout=PATIENCE_S)

    assert answer.json() == DOCUMENT


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_no_answer_is_a_fault_and_each_is_as_described(
    case: schemathesis.Case[Any], server: str
) -> None:
    if isinstance(case.body, dict) and isinstance(case.body.get("model", ""), str):
        case.body["model"] = SHORT_ANSWER

    case.call_and_validate(
        base_url=server,
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=PATIENCE_S,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )


def _address(line: str) -> str:
    """The path of a line's URL, with the document's variables."""
    (path,) = re.findall(r"localhost:8501(/[^\s?\"']*)", line)
    return re.sub(r"/api/chat(s?)/[\w-]+", r"/api/chat\1/{}", path)
