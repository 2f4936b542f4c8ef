"""Does a prompt suffice, or can it still be made better? Target met, reasoning gap, schema, prompt effort."""

from __future__ import annotations

from advisor.decide.facts import Facts
from advisor.decide.gate import Gate
from advisor.decide.words import percent, shown

OPTIMISER_REACH = 0.20
"""Points that a prompt optimiser is known to add at best: GEPA, arXiv:2507.19457 (July 2025)."""
FEW_WITHOUT_OPTIMISER = 500
"""Examples below which the optimiser comes first: guide, recommended 500 to 5,000."""
RUNNING_COST = ("cost", "latency")
STRONG_MODEL_TASKS = ("reasoning", "code_general")


def shortfall(facts: Facts) -> float | None:
    """Points between the best prompt and the target; None when either is unknown."""
    if facts.prompt_score is None or facts.target_score is None:
        return None
    return round(facts.target_score - facts.prompt_score, 9)


def _target_met(facts: Facts) -> bool | None:
    if facts.failure_mode in RUNNING_COST:
        return False
    gap = shortfall(facts)
    if gap is not None:
        return gap <= 0
    return True if facts.failure_mode == "none" else None


def _reasoning(facts: Facts) -> bool | None:
    return None if facts.failure_mode is None else facts.failure_mode == "reasoning"


def _strong_model_task(facts: Facts) -> bool | None:
    if facts.failure_mode in ("knowledge", *RUNNING_COST):
        return False
    return None if facts.task_type is None else facts.task_type in STRONG_MODEL_TASKS


def _general(facts: Facts) -> bool | None:
    if facts.failure_mode in ("knowledge", *RUNNING_COST):
        return False
    return facts.general_task


def _schema(facts: Facts) -> bool | None:
    if facts.failure_mode is None or facts.output_format is None:
        return None
    return facts.failure_mode == "format" and facts.output_format == "json_schema"


def _nothing_tried(facts: Facts) -> bool | None:
    return None if facts.prompt_effort is None else facts.prompt_effort == "none"


def _not_optimised(facts: Facts) -> bool | None:
    return None if facts.prompt_effort is None else facts.prompt_effort != "optimized"


def _few_and_not_optimised(facts: Facts) -> bool | None:
    if facts.n_examples is None or facts.prompt_effort is None:
        return None
    return facts.n_examples < FEW_WITHOUT_OPTIMISER and facts.prompt_effort != "optimized"


def new_to_the_model(facts: Facts) -> bool:
    """Is the task of a kind that no wording teaches: a language, vocabulary, style or notation unlike pre-training?"""
    strong = facts.style_gap == "strong" or facts.domain_gap == "strong"
    return strong or facts.low_resource_language is True or facts.task_type == "code_dsl"


def _beyond_an_optimiser(facts: Facts) -> bool | None:
    if facts.n_examples is None:
        return None
    if facts.n_examples < FEW_WITHOUT_OPTIMISER or facts.prompt_effort == "none":
        return False
    gap = shortfall(facts)
    wide = gap is not None and gap >= OPTIMISER_REACH
    return wide or new_to_the_model(facts) or facts.failure_mode in RUNNING_COST


def _scores(facts: Facts) -> str:
    return f"the best prompt scores {percent(facts.prompt_score)}, the target is {percent(facts.target_score)}"


TARGET_MET = Gate(
    id="G1.target_met",
    test=_target_met,
    inputs=("prompt_score", "target_score", "failure_mode"),
    effect="-> prompt",
    because=lambda f: f"{_scores(f)}; main failure: {shown(f.failure_mode)}",
    source="guide, key takeaway (tune only where prompting does not suffice); Azure readiness list; Grow2 case",
)
REASONING = Gate(
    id="G6.reasoning",
    test=_reasoning,
    inputs=("failure_mode",),
    effect="-> prompt, with a stronger model",
    because=lambda f: (
        f"main failure: {shown(f.failure_mode)}; small tuned models gain form and facts of the task, not reasoning"
    ),
    source="Anyscale, tuned 13B on maths: 28 to 47 % and still behind; guide, performance needs",
    other_view="AWS: reinforcement tuning helps where success can be scored by a rule",
)
STRONG_MODEL_TASK = Gate(
    id="G6.task",
    test=_strong_model_task,
    inputs=("task_type", "failure_mode"),
    effect="-> prompt, with a stronger model",
    because=lambda f: f"task type: {shown(f.task_type)}; main failure: {shown(f.failure_mode)}",
    source="Husain (developer tools and general assistants are a poor fit); guide, performance needs",
)
GENERAL = Gate(
    id="G6.general",
    test=_general,
    inputs=("general_task", "failure_mode"),
    effect="-> prompt",
    because=lambda f: (
        "a general task, which base models are already trained for"
        if f.general_task
        else f"general task: {shown(f.general_task)}"
    ),
    source="guide, stick with prompting (general knowledge tasks); Husain",
)
SCHEMA = Gate(
    id="G7.schema",
    test=_schema,
    inputs=("failure_mode", "output_format"),
    effect="-> prompt, with constrained decoding",
    because=lambda f: (
        f"main failure: {shown(f.failure_mode)}; output format: {shown(f.output_format)}; a schema can be enforced while decoding"
    ),
    source="evidence table: constrained decoding gives the syntax for free",
    other_view="guide: structured JSON is a reason to tune. It is for meaning, or for formats that no schema expresses",
)
NOTHING_TRIED = Gate(
    id="G5.nothing_tried",
    test=_nothing_tried,
    inputs=("prompt_effort",),
    effect="blocks tuning: write and measure a prompt first",
    because=lambda f: f"prompt effort so far: {shown(f.prompt_effort)}",
    source="Azure readiness list (nothing else tried); AWS and Meta: in-context first",
)
NOT_OPTIMISED = Gate(
    id="G5.not_optimised",
    test=_not_optimised,
    inputs=("prompt_effort",),
    effect="blocks tuning: run a prompt optimiser first",
    because=lambda f: (
        f"prompt effort so far: {shown(f.prompt_effort)}; an optimiser adds 6 to 10 points on average, 20 at best"
    ),
    source="GEPA, arXiv:2507.19457; applied-llms (prompt first)",
    other_view="Meta, August 2024: the ladder of prompt, retrieval, tuning is too simple; see G5.beyond",
)
FEW_AND_NOT_OPTIMISED = Gate(
    id="G8.few_not_optimised",
    test=_few_and_not_optimised,
    inputs=("n_examples", "prompt_effort"),
    effect="blocks tuning: run a prompt optimiser first",
    because=lambda f: (
        f"{shown(f.n_examples)} examples, prompt effort {shown(f.prompt_effort)}; below {FEW_WITHOUT_OPTIMISER} the optimiser is the better first use of them"
    ),
    source="GEPA, arXiv:2507.19457 (up to 35 times fewer rollouts than reinforcement tuning); guide, recommended 500 to 5,000",
)
BEYOND_AN_OPTIMISER = Gate(
    id="G5.beyond",
    test=_beyond_an_optimiser,
    inputs=(
        "n_examples", "prompt_effort", "prompt_score", "target_score",
        "style_gap", "domain_gap", "low_resource_language", "task_type", "failure_mode",
    ),
    effect="lifts G5: wording alone is not known to close such a gap",
    because=lambda f: f"{_scores(f)}; {shown(f.n_examples)} examples; unlike pre-training: {shown(new_to_the_model(f))}; main failure: {shown(f.failure_mode)}",
    source="GEPA authors (weights are still needed for wholly new tasks); Google Vertex (content unlike pre-training); Airtrain 47 to 94 %; Anyscale 42 to 89 %",
    other_view="OpenAI closes self-serve tuning and points to stronger models",
)  # fmt: skip
GATES = (
    TARGET_MET,
    REASONING,
    STRONG_MODEL_TASK,
    GENERAL,
    SCHEMA,
    NOTHING_TRIED,
    NOT_OPTIMISED,
    FEW_AND_NOT_OPTIMISED,
    BEYOND_AN_OPTIMISER,
)
