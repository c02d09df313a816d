"""What the API takes, and its description in OpenAPI's form."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Ask(BaseModel):
    """A question."""

    model_config = _STRICT

    question: str = Field(min_length=1, max_length=4000, description="In a sentence or in a few words.")
    as_of: date | None = Field(default=None, description="Answer as on that day.")
    id: str | None = Field(default=None, max_length=64, description="Comes back with the answer.")
    conversation: str = Field(
        default="", pattern=r"^[\w-]{0,64}$", description="A name of your own; a follow-up gives it again."
    )
    keep: bool = Field(default=True, description="False, for the owner: leave no record.")
    stream: bool = Field(
        default=False,
        description='Lines of JSON: {"line"} for each line that a language model wrote, then {"answer"}.',
    )


class Check(BaseModel):
    """A sentence to hold against the official figures and the articles."""

    model_config = _STRICT

    claim: str = Field(min_length=1, max_length=4000)


class Add(BaseModel):
    """Addresses of articles, feeds, sitemaps or sites."""

    model_config = _STRICT

    sources: list[str] = Field(min_length=1, max_length=100)


class Repair(BaseModel):
    """Whether to mend what is found."""

    model_config = _STRICT

    repair: bool = False


class Spending(BaseModel):
    """Figures asked for; several countries by repeating the word."""

    model_config = _STRICT

    country: list[str] = Field(default_factory=list, max_length=40)
    view: Literal["country", "compare", "rank", "history", "target"] = "country"
    year: int | None = Field(default=None, ge=1949, le=2100)
    edition: str | None = Field(default=None, pattern=r"^\d{4}$")
    source: Literal["nato", "sipri"] = "nato"
    metric: Literal["share", "usd", "usd-constant", "national", "change", "equipment"] = "share"
    rank: int | None = Field(default=None, ge=1, le=100)
    target: float | None = Field(default=None, gt=0, le=20)


def openapi(server: str) -> dict[str, Any]:
    """The description of the API at ``server``."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Communiqué",
            "version": "1",
            "description": "Questions about a collection of news articles, answered with quotes.",
        },
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": {
            "/api/ask": _posts("Ask a question", Ask, "An Answer; a refusal is one too."),
            "/api/check": _posts("Check a sentence", Check, "A verdict with rows and passages."),
            "/api/spending": _gets("Official defence-spending figures", _parameters(Spending)),
            "/api/articles": _gets(
                "Articles, newest first",
                [_parameter("limit", {"type": "integer"}), _parameter("offset", {"type": "integer"})],
            ),
            "/api/articles/{id}": _gets(
                "One article; its text for those who may read whole articles",
                [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            ),
            "/api/sources": _gets("What was added, with its state", []),
            "/api/add": _posts(
                "Add addresses; or files as multipart/form-data, for the owner",
                Add,
                "Lines of JSON: what became of each article, then the counts.",
            ),
            "/api/doctor": _posts("Hold the stores against each other, for the owner", Repair, "A report."),
        },
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _posts(summary: str, body: type[BaseModel], answer: str) -> dict[str, Any]:
    schema = body.model_json_schema()
    return {
        "post": {
            "summary": summary,
            "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
            "responses": _responses(answer),
        }
    }


def _gets(summary: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {"get": {"summary": summary, "parameters": parameters, "responses": _responses("JSON.")}}


def _responses(answer: str) -> dict[str, Any]:
    return {
        "200": {"description": answer, "content": {"application/json": {}}},
        "400": {"description": "The request is not understood."},
        "401": {"description": "A token is needed."},
        "403": {"description": "This token may not do that."},
        "503": {"description": "Not now; Retry-After says when."},
    }


def _parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema()
    return [_parameter(name, field) for name, field in schema["properties"].items()]


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}
