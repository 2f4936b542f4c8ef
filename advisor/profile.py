"""The profile: what is known about the task, where each answer comes from, and what is unknown.

Every field may be absent or ``None``: unknown is a value. A bare value counts as ``stated``; ``{"value": ...,
"provenance": "measured" | "stated" | "assumed", "as_of": ..., "source": ...}`` says more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_serializer, model_validator
from pydantic_core import ErrorDetails

from advisor.errors import BadInput

TaskType = Literal[
    "classification", "routing", "extraction", "qa", "summarization", "generation",
    "chat", "translation", "reasoning", "code_dsl", "code_general", "agent",
]  # fmt: skip
LabelQuality = Literal["high", "medium", "low", "unknown"]
Privacy = Literal["api_ok", "no_egress"]
KnowledgeNeed = Literal["none", "static", "dynamic"]
OutputFormat = Literal["free", "json_schema", "custom"]
Gap = Literal["none", "some", "strong"]
TeamSkill = Literal["none", "some", "ml"]
PromptEffort = Literal["none", "basic", "optimized"]
FailureMode = Literal["none", "behaviour", "format", "knowledge", "reasoning", "cost", "latency", "unknown"]
Stage = Literal["prototype", "production"]
Region = Literal["us", "eu", "uk", "ca", "ap", "in", "me", "af", "sa"]
"""Where data may be worked on: a country or a part of the world."""
Rule = Literal["soc2", "hipaa", "gdpr"]
Source = Literal["measured", "stated", "assumed"]


def _money(given: Any) -> Any:
    """Whole and decimal numbers as Decimal, by their shortest decimal form; text and booleans are refused."""
    if isinstance(given, bool | str):
        raise ValueError("not a number")  # noqa: TRY004  # pydantic collects ValueError only
    return Decimal(str(given)) if isinstance(given, int | float) else given


Whole = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True)]
YesNo = Annotated[bool, Field(strict=True)]
Money = Annotated[Decimal, BeforeValidator(_money)]
Language = Annotated[str, Field(min_length=2, max_length=35, pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]


class Provenance(BaseModel):
    """Where one answer comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Source = "stated"
    as_of: date | None = None
    source: str | None = None


STATED = Provenance()


class Profile(BaseModel):
    """A task, as far as it is known. Scores and rates are fractions of 1."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str | None = Field(default=None, max_length=200)
    task_type: TaskType | None = None
    general_task: YesNo | None = None
    """Is it something that any general model already does, such as an office assistant?"""
    domain_gap: Gap | None = None
    """Vocabulary that base models do not know."""
    n_examples: Whole | None = Field(default=None, ge=0, le=10**9)
    """Labelled examples that may be trained on; evaluation items are separate and may be more."""
    label_quality: LabelQuality | None = None
    label_agreement: Number | None = Field(default=None, ge=-1, le=1)
    """Krippendorff's alpha between labellers."""
    eval_items: Whole | None = Field(default=None, ge=0, le=10**9)
    metric_defined: YesNo | None = None
    volume_per_day: Number | None = Field(default=None, ge=0, le=1e12)
    """Requests per day."""
    tokens_in: Whole | None = Field(default=None, ge=0, le=10**8)
    """Tokens per request that go in, prompt included."""
    tokens_out: Whole | None = Field(default=None, ge=0, le=10**8)
    cacheable_prefix_tokens: Whole | None = Field(default=None, ge=0, le=10**8)
    context_tokens: Whole | None = Field(default=None, ge=0, le=10**9)
    """Longest context that the task needs."""
    latency_p95_ms: Number | None = Field(default=None, gt=0, le=1e9)
    privacy: Privacy | None = None
    data_residency: tuple[Region, ...] | None = Field(default=None, max_length=9)
    """Where data may be worked on; none named is anywhere."""
    compliance: tuple[Rule, ...] | None = Field(default=None, max_length=3)
    """What whoever works on the data has to prove or sign; none named is nothing."""
    requirement_change_days: Number | None = Field(default=None, gt=0, le=1e6)
    """How many days the requirements hold."""
    knowledge_need: KnowledgeNeed | None = None
    kb_tokens: Whole | None = Field(default=None, ge=0, le=10**12)
    freshness_days: Number | None = Field(default=None, ge=0, le=1e6)
    needs_citations: YesNo | None = None
    output_format: OutputFormat | None = None
    style_gap: Gap | None = None
    languages: tuple[Language, ...] | None = Field(default=None, min_length=1, max_length=100)
    """Codes such as ``en`` or ``pt-BR``."""
    low_resource_language: YesNo | None = None
    lead_time_days: Number | None = Field(default=None, ge=0, le=1e6)
    budget_usd: Money | None = Field(default=None, ge=0, le=10**12)
    team_skill: TeamSkill | None = None
    prompt_effort: PromptEffort | None = None
    prompt_score: Number | None = Field(default=None, ge=0, le=1)
    """Score of the best prompt so far on the task's metric."""
    target_score: Number | None = Field(default=None, ge=0, le=1)
    tuned_score: Number | None = Field(default=None, ge=0, le=1)
    """Score of a small LoRA probe on the same items, with the examples at hand."""
    failure_mode: FailureMode | None = None
    teacher_reaches_target: YesNo | None = None
    weights_allowed: YesNo | None = None
    """May a model be tuned at all: contract, licence, vendor."""
    n_tasks: Whole | None = Field(default=None, ge=1, le=10**6)
    stage: Stage | None = None
    commercial_use: YesNo | None = None
    train_tokens_per_example: Whole | None = Field(default=None, ge=1, le=10**8)
    epochs: Number | None = Field(default=None, gt=0, le=1000)
    horizon_months: Number | None = Field(default=None, gt=0, le=600)
    value_per_correct_usd: Money | None = Field(default=None, ge=0, le=10**9)
    """What one more right answer is worth."""
    label_usd_per_example: Money | None = Field(default=None, ge=0, le=10**6)
    engineer_usd_per_hour: Money | None = Field(default=None, ge=0, le=10**6)

    provenance: Mapping[str, Provenance] = Field(default_factory=dict)
    """Where the answers come from; fields that are not named here are ``stated``."""

    @model_validator(mode="before")
    @classmethod
    def _unwrap(cls, data: Any) -> Any:
        """Accept ``{"value": ..., "provenance": ...}`` in place of a bare value."""
        if not isinstance(data, Mapping):
            return data
        plain: dict[str, Any] = {}
        if not isinstance(data.get("provenance") or {}, Mapping):
            raise ValueError(f"provenance: {data['provenance']!r} is not a mapping of fields to where they come from")  # noqa: TRY004  # as above
        origins: dict[str, Any] = dict(data.get("provenance") or {})
        for key, given in data.items():
            if key == "provenance":
                continue
            wrapped = isinstance(given, Mapping) and "value" in given
            plain[key] = given["value"] if wrapped else given
            if wrapped:
                rest = {name: part for name, part in given.items() if name != "value"}
                origins[key] = {"kind": rest.pop("provenance", "stated"), **rest}
        stray = next((name for name in origins if name not in cls.model_fields and name not in plain), None)
        if stray is not None:
            raise ValueError(f"provenance: {stray!r} is not a profile field")
        return {**plain, "provenance": origins}

    @model_serializer(mode="plain")
    def _wrap(self) -> dict[str, Any]:
        """Known answers only; those that are not plainly stated carry their provenance."""
        known = {name: getattr(self, name) for name in self.known()}
        return {name: self._with_origin(name, given) for name, given in known.items()}

    def _with_origin(self, name: str, given: Any) -> Any:
        value = list(given) if isinstance(given, tuple) else _plain(given) if isinstance(given, Decimal) else given
        origin = self.origin(name)
        if origin == STATED:
            return value
        extra = origin.model_dump(mode="json", exclude_none=True, exclude={"kind"})
        return {"value": value, "provenance": origin.kind, **extra}

    def known(self) -> tuple[str, ...]:
        """Names of the answered fields, in the order of the profile."""
        return tuple(name for name in INPUTS if getattr(self, name) is not None)

    def unknown(self) -> tuple[str, ...]:
        """Names of the fields that nobody has answered."""
        return tuple(name for name in INPUTS if getattr(self, name) is None)

    def origin(self, name: str) -> Provenance:
        """Where an answer comes from."""
        return self.provenance.get(name, STATED)

    def with_answer(self, name: str, value: Any, origin: Provenance = STATED) -> Profile:
        """A copy with one answer set, or cleared with ``None``. Raises pydantic.ValidationError."""
        raw = {key: getattr(self, key) for key in INPUTS} | {name: value}
        kept = {key: note for key, note in self.provenance.items() if key != name}
        if value is not None and origin != STATED:
            kept[name] = origin
        return Profile.model_validate({**raw, "provenance": kept})


INPUTS: tuple[str, ...] = tuple(name for name in Profile.model_fields if name != "provenance")


def _plain(amount: Decimal) -> int | float:
    """Money as the number a person would write; a profile is input, not an account."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def parse(raw: Any) -> Profile:
    """A profile from what YAML or JSON gave. Raises BadInput: field, what was given, what is allowed."""
    if not isinstance(raw, Mapping):
        raise BadInput(
            f"a profile must be a mapping of fields to values, not {_kind(raw)}", "write lines such as n_examples: 800"
        )
    try:
        return Profile.model_validate(raw)
    except ValidationError as error:
        raise _refusal(error.errors(include_url=False), raw) from error


def allowed(name: str) -> str:
    """What a field accepts, in words: ``a number from 0 to 1``."""
    shape = _shape(name)
    if isinstance(shape, tuple):
        return f"{'a list of' if _is_list(name) else 'one of'} " + ", ".join(shape)
    return WORDS[shape] + (_bounds(name) if shape in ("int", "float", "Decimal") else "")


def nearest(name: str) -> str | None:
    """The profile field that a mistyped name most likely means."""
    import difflib  # noqa: PLC0415  # 5 ms, needed only for a message

    return next(iter(difflib.get_close_matches(name.lower().replace("-", "_"), INPUTS, n=1, cutoff=0.6)), None)


WORDS = {
    "str": "text of at most 200 characters",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "Decimal": "an amount in US dollars",
    "list": "a list of language codes such as en or pt-BR",
}


def _shape(name: str) -> str | tuple[str, ...]:
    """The kind of a field: a key of WORDS, or its closed set."""
    part = get_args(Profile.model_fields[name].annotation)[0]
    part = next(iter(get_args(part))) if _is_list(name) and get_origin(get_args(part)[0]) is Literal else part
    options = tuple(option for option in get_args(part) if isinstance(option, str))
    if options:
        return options
    if get_origin(part) is tuple:
        return "list"
    plain = part if isinstance(part, type) else get_args(part)[0]
    return str(plain.__name__)


def _is_list(name: str) -> bool:
    """Whether a field holds several values."""
    return get_origin(get_args(Profile.model_fields[name].annotation)[0]) is tuple


def _bounds(name: str) -> str:
    limits = {key: value for rule in Profile.model_fields[name].metadata for key, value in _limits(rule).items()}
    low, above, high = limits.get("ge"), limits.get("gt"), limits.get("le")
    start = f" above {above:,}" if above is not None else f" from {low:,}"
    return f"{start} to {high:,.0f}"


def _limits(rule: object) -> dict[str, Any]:
    """The limits that one annotated constraint sets, by name."""
    return {key: getattr(rule, key) for key in ("ge", "gt", "le") if hasattr(rule, key)}


def _kind(given: Any) -> str:
    names = {str: "text", bool: "true or false", list: "a list", tuple: "a list", type(None): "nothing"}
    return names.get(type(given), "a mapping" if isinstance(given, Mapping) else f"a {type(given).__name__}")


def _shown(given: Any) -> str:
    """A given value in one short line, control characters escaped."""
    text = repr(given)
    return text if len(text) <= 60 else text[:57] + "..."


def _refusal(errors: Sequence[ErrorDetails], raw: Mapping[Any, Any]) -> BadInput:
    """The first problem in the order of the file, and how many fields more have one."""
    order = {str(key): place for place, key in enumerate(raw)}
    fields = sorted({_field(error) for error in errors}, key=lambda name: order.get(name, len(order)))
    first = next(error for error in errors if _field(error) == fields[0])
    more = f" (and {len(fields) - 1} more)" * (len(fields) > 1)
    return BadInput(_problem(first, fields[0], raw) + more, _hint(fields[0], raw))


def _field(error: ErrorDetails) -> str:
    """The top-level field that an error is about; an origin's error belongs to the field it describes."""
    place = [str(part) for part in error["loc"]]
    return place[1] if place[:1] == ["provenance"] and len(place) > 1 else next(iter(place), "profile")


def _problem(error: ErrorDetails, name: str, raw: Mapping[Any, Any]) -> str:
    if name == "profile":
        return str(error["msg"]).removeprefix("Value error, ")
    if name not in INPUTS:
        guess = nearest(name)
        return f"{_shown(name)} is not a profile field" + (f"; did you mean {guess}?" if guess else "")
    if error["loc"][0] == "provenance":
        part = str(error["loc"][-1])
        return f"{name}: {_shown(error['input'])} is not allowed for {_ORIGIN_WORDS.get(part, part)}"
    given = raw[name]
    value = given["value"] if isinstance(given, Mapping) and "value" in given else given
    return f"{name}: {_shown(value)} is not allowed; it must be {allowed(name)}"


_ORIGIN_WORDS = {
    "kind": "provenance; it must be one of measured, stated, assumed",
    "as_of": "as_of; it must be a date such as 2026-11-05",
}


def _hint(name: str, raw: Mapping[Any, Any]) -> str:
    if name not in INPUTS:
        return "fields: " + ", ".join(INPUTS)
    given = raw.get(name)
    if name.endswith("_score") and isinstance(given, int | float) and 2 <= given <= 100:
        return f"a score is a fraction of 1: write {given / 100:g} for {given:g} %"
    return "leave a field out, or write null, where you do not know"
