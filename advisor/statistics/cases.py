"""Cases in, results out: the document behind ``tunewise stats``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from advisor.errors import BadInput
from advisor.statistics.methods import METHODS


class Case(BaseModel):
    """One statistic to compute; further fields, such as what is expected, are not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    method: str
    inputs: dict[str, Any]


class Cases(BaseModel):
    """The document that ``stats`` takes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    cases: tuple[Case, ...] = Field(min_length=1)


def read_cases(text: str, *, where: str) -> tuple[Case, ...]:
    """The cases of a JSON document. Raises BadInput that names ``where`` and the field."""
    try:
        return Cases.model_validate_json(text).cases
    except ValidationError as error:
        raise BadInput(f"{where}: {first_fault(error)}", 'it holds {"cases": [{"id", "method", "inputs"}]}') from error


def answer_all(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Each case's id with the fields of its answer. Raises BadInput for unknown methods and inputs out of range."""
    return [{"id": case.id, **answer(case)} for case in cases]


def answer(case: Case) -> dict[str, Any]:
    """The fields of one answer. Raises BadInput that names the case."""
    method = METHODS.get(case.method)
    if method is None:
        raise BadInput(f"case {case.id}: no method {case.method!r}", f"allowed: {', '.join(sorted(METHODS))}")
    try:
        return method.answer(method.takes.model_validate(case.inputs))
    except ValidationError as error:
        allowed = ", ".join(method.takes.model_fields)
        raise BadInput(f"case {case.id}: {case.method}: {first_fault(error)}", f"inputs: {allowed}") from error
    except ValueError as error:
        raise BadInput(f"case {case.id}: {case.method}: {error}") from error


def first_fault(error: ValidationError) -> str:
    """The first thing that is wrong, in one line with its place."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    message = fault["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
