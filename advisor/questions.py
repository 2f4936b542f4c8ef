"""The wizard's questions as data: what is asked, why it matters, when a follow-up is worth asking."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ValidationError

from advisor.errors import BadInput
from advisor.profile import Profile, allowed
from advisor.records import Frozen

Kind = Literal["choice", "yes_no", "number", "whole", "fraction", "money", "list", "text"]
Op = Literal["in", "not_in", "at_least", "below"]
Section = Literal["Goal", "Quality today", "Examples", "Knowledge", "Form", "Limits", "Traffic", "Planning"]


class Condition(Frozen):
    """An earlier answer that makes a follow-up worth asking. An unknown answer satisfies ``not_in`` alone."""

    field: str
    op: Op
    values: tuple[Any, ...]

    def holds(self, profile: Profile) -> bool:
        """Does the profile satisfy it?"""
        answer = getattr(profile, self.field)
        if answer is None or self.op == "not_in":
            return self.op == "not_in" and answer not in self.values
        if self.op == "in":
            return answer in self.values
        return bool(answer >= self.values[0] if self.op == "at_least" else answer < self.values[0])


class Choice(Frozen):
    """One answer of a closed set."""

    value: str
    label: str


class Question(Frozen):
    """One question; its id is the profile field that it fills."""

    id: str
    section: Section
    title: str
    why: str
    typical: str
    kind: Kind
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    example: str = ""
    ask_when: tuple[Condition, ...] = ()
    """All must hold."""

    def applies(self, profile: Profile) -> bool:
        """Is it worth asking, after the answers so far?"""
        return all(condition.holds(profile) for condition in self.ask_when)


def _when(field: str, op: Op, *values: Any) -> Condition:
    return Condition(field=field, op=op, values=values)


def _choices(**labels: str) -> tuple[Choice, ...]:
    return tuple(Choice(value=value, label=label) for value, label in labels.items())


GAP = _choices(none="None", some="Some", strong="Strong")
HAS_EXAMPLES = _when("n_examples", "at_least", 1)
NEEDS_FACTS = _when("knowledge_need", "in", "static", "dynamic")
QUESTIONS: tuple[Question, ...] = (
    Question(
        id="name", section="Goal", kind="text", title="What shall the project be called?",
        why="The name stands on every plan and report.", typical="A few words.", example="Bank intents",
    ),
    Question(
        id="task_type", section="Goal", kind="choice", title="What shall the model do?",
        why="Narrow tasks gain most from tuning; open reasoning gains more from a stronger model.",
        typical="Classification or extraction.",
        choices=_choices(
            classification="Put texts into classes", routing="Route to a queue or a tool", extraction="Extract fields",
            qa="Answer questions", summarization="Summarise", generation="Write texts", chat="Hold a conversation",
            translation="Translate", reasoning="Reason in several steps", code_dsl="Write a query or domain language",
            code_general="Write program code", agent="Act through tools",
        ),
    ),
    Question(
        id="metric_defined", section="Goal", kind="yes_no", title="Is there a metric that says whether an answer is good?",
        why="Without a metric nobody can tell whether tuning helped, so everything else waits for it.",
        typical="Accuracy, F1, or a checklist that two people apply alike.",
    ),
    Question(
        id="eval_items", section="Goal", kind="whole", title="How many held-out items can be scored with it?", unit="items",
        why="At least 30 are needed to compare anything, several hundred to see a difference of 3 points.",
        typical="100 to 300.", example="200", ask_when=(_when("metric_defined", "not_in", False),),
    ),
    Question(
        id="failure_mode", section="Quality today", kind="choice", title="What goes wrong most often today?",
        why="The cause of failure decides the remedy more than anything but the number of examples.",
        typical="Wrong behaviour or missing facts; look at 30 failures to be sure.",
        choices=_choices(
            none="Nothing much", behaviour="It does not do it our way", format="The format is wrong",
            knowledge="It lacks facts", reasoning="It reasons wrongly", cost="It is too expensive", latency="It is too slow"
        ),
    ),
    Question(
        id="n_examples", section="Examples", kind="whole", title="How many labelled examples may be trained on?", unit="examples",
        why="Below 100 they serve better as demonstrations; from 500 tuning is normal.",
        typical="500 to 5,000.", example="1.2k",
    ),
    Question(
        id="prompt_effort", section="Quality today", kind="choice", title="How much work has gone into the prompt?",
        why="A prompt optimiser adds 6 to 10 points on average, at a fraction of the price of tuning.",
        typical="Basic.",
        choices=_choices(none="None yet", basic="Written and revised by hand", optimized="Optimised against the metric"),
    ),
    Question(
        id="prompt_score", section="Quality today", kind="fraction", title="What does the best prompt score so far?",
        why="If it reaches the target there is nothing to tune.", typical="60 to 85 %.", example="71 %",
        ask_when=(_when("metric_defined", "not_in", False),),
    ),
    Question(
        id="target_score", section="Quality today", kind="fraction", title="Which score is good enough?",
        why="The distance to it decides whether a better prompt can still close the gap.",
        typical="85 to 95 %, set from the cost of a failure.", example="88 %",
        ask_when=(_when("metric_defined", "not_in", False),),
    ),
    Question(
        id="label_quality", section="Examples", kind="choice", title="How good are the labels?",
        why="A small clean set beats a large dirty one.", typical="Medium.",
        choices=_choices(high="Checked and consistent", medium="Mostly right", low="Often wrong or contradictory"),
        ask_when=(HAS_EXAMPLES,),
    ),
    Question(
        id="label_agreement", section="Examples", kind="number", title="How well do two labellers agree (Krippendorff's alpha)?",
        why="Below 0.4 the labels cannot tell good from bad, whichever model is used.",
        typical="0.6 to 0.9, where it was measured.", example="0.75", ask_when=(HAS_EXAMPLES,),
    ),
    Question(
        id="tuned_score", section="Examples", kind="fraction", title="What did a small LoRA probe score on the same items?",
        why="With 100 to 500 examples only a probe can tell whether tuning pays.",
        typical="Not run yet.", example="84 %",
        ask_when=(_when("n_examples", "at_least", 50), _when("prompt_effort", "in", "optimized")),
    ),
    Question(
        id="knowledge_need", section="Knowledge", kind="choice", title="Does it need facts that the model cannot know?",
        why="Facts belong into retrieval or the prompt; tuning them in raises hallucination.", typical="None.",
        choices=_choices(none="No", static="Yes, and they seldom change", dynamic="Yes, and they change often"),
    ),
    Question(
        id="kb_tokens", section="Knowledge", kind="whole", title="How large is the body of facts?", unit="tokens",
        why="Up to about 200,000 tokens it fits whole into a cached prompt.", typical="1M; a page has about 400 tokens.",
        example="3M", ask_when=(NEEDS_FACTS,),
    ),
    Question(
        id="freshness_days", section="Knowledge", kind="number", title="How soon must a changed fact be known?", unit="days",
        why="Below a day a cached prompt cannot keep up and retrieval must.", typical="1 to 30.", example="1",
        ask_when=(NEEDS_FACTS,),
    ),
    Question(
        id="needs_citations", section="Knowledge", kind="yes_no", title="Must answers cite their source?",
        why="Retrieval can cite, weights cannot.", typical="Yes in regulated settings.", ask_when=(NEEDS_FACTS,),
    ),
    Question(
        id="output_format", section="Form", kind="choice", title="Which form must the output have?",
        why="A schema can be enforced while decoding; only formats beyond a schema are a reason to tune.", typical="Free text.",
        choices=_choices(free="Free text or a label", json_schema="JSON that a schema describes", custom="A format of our own"),
    ),
    Question(
        id="style_gap", section="Form", kind="choice", title="How far is the model's style from yours?",
        why="Style is what tuning teaches best.", typical="None.", choices=GAP,
    ),
    Question(
        id="domain_gap", section="Form", kind="choice", title="How much of the vocabulary do base models not know?",
        why="Language unlike pre-training is a good reason to tune.", typical="None.", choices=GAP,
    ),
    Question(
        id="general_task", section="Form", kind="yes_no", title="Is it a general task, such as an office assistant?",
        why="General models are already trained for general tasks.", typical="No.",
        ask_when=(_when("task_type", "in", "chat", "qa", "generation", "agent", "summarization", "code_general"),),
    ),
    Question(
        id="low_resource_language", section="Form", kind="yes_no", title="Is a language involved that models handle poorly?",
        why="No wording teaches a language; tuning raised Icelandic correction from 70 to 87 BLEU (OpenAI).", typical="No.", example="yes, for Icelandic",
    ),
    Question(
        id="lead_time_days", section="Limits", kind="number", title="In how many days is it needed?", unit="days",
        why="A tuning cycle with its data and evaluation takes about two weeks.", typical="30 to 90.", example="60",
    ),
    Question(
        id="requirement_change_days", section="Limits", kind="number", title="For how long do the requirements hold?", unit="days",
        why="What changes faster than the monthly retraining belongs into the prompt.", typical="180 to 365.", example="365",
    ),
    Question(
        id="stage", section="Limits", kind="choice", title="Is it a prototype or for production?",
        why="A prototype should find out what is wanted before anything is trained.", typical="Production.",
        choices=_choices(prototype="Prototype", production="Production"),
    ),
    Question(
        id="weights_allowed", section="Limits", kind="yes_no", title="May a model be tuned at all?",
        why="Contract, licence or vendor can forbid it.", typical="Yes.",
    ),
    Question(
        id="privacy", section="Limits", kind="choice", title="May the data be sent to an API?",
        why="If not, only models that you host come into question.", typical="Yes.",
        choices=_choices(api_ok="Yes", no_egress="No, it may not leave"),
    ),
    Question(
        id="data_residency", section="Limits", kind="list", title="Where may the data be worked on?",
        why="A platform that cannot stay there is left out.", typical="Anywhere; eu where European rules bind.",
        example="eu, uk", ask_when=(_when("stage", "in", "production"),),
    ),
    Question(
        id="compliance", section="Limits", kind="list", title="What must whoever works on the data prove or sign?",
        why="Who is known not to is left out; where nothing is known you are told.", typical="Nothing, or gdpr.",
        example="soc2, gdpr", ask_when=(_when("stage", "in", "production"),),
    ),
    Question(
        id="teacher_reaches_target", section="Quality today", kind="yes_no", title="Does a stronger model reach the target?",
        why="Then it can be used, or teach a small model what it does.", typical="Unknown until it was tried.",
        ask_when=(_when("metric_defined", "not_in", False),),
    ),
    Question(
        id="budget_usd", section="Limits", kind="money", title="How much may be spent to get there?", unit="USD",
        why="A small LoRA run costs a few dollars; labels and people cost more.", typical="$2,000.", example="2000",
    ),
    Question(
        id="volume_per_day", section="Traffic", kind="number", title="How many requests a day?", unit="requests",
        why="The volume decides whether a model of your own pays for its GPU.", typical="1,000 to 50,000.", example="8k",
    ),
    Question(
        id="tokens_in", section="Traffic", kind="whole", title="How many tokens go in per request, prompt included?", unit="tokens",
        why="An API bills every one of them.", typical="800.", example="800",
    ),
    Question(
        id="tokens_out", section="Traffic", kind="whole", title="How many tokens come out per request?", unit="tokens",
        why="An output token costs several times as much as an input token.", typical="100.", example="100",
    ),
    Question(
        id="cacheable_prefix_tokens", section="Traffic", kind="whole", title="How many of the input tokens are the same each time?",
        unit="tokens", why="A cached prefix costs up to 90 % less, which can make tuning for cost needless.",
        typical="The instructions: 200 to 2,000.", example="500", ask_when=(_when("tokens_in", "at_least", 1),),
    ),
    Question(
        id="latency_p95_ms", section="Traffic", kind="number", title="Within how many milliseconds must 95 % of the answers come?",
        unit="ms", why="Limits below a second mostly need a small model.", typical="3,000.", example="500",
    ),
    Question(
        id="n_tasks", section="Traffic", kind="whole", title="How many tasks of this kind are there?", unit="tasks",
        why="Adapters for many tasks can share one base model and its hosting.", typical="1.", example="1",
    ),
    Question(
        id="languages", section="Planning", kind="list", title="In which languages?",
        why="Models without these languages are left out.", typical="en", example="en, de",
    ),
    Question(
        id="context_tokens", section="Planning", kind="whole", title="What is the longest input that must fit?", unit="tokens",
        why="Models with a shorter context are left out.", typical="8,000.", example="8k",
    ),
    Question(
        id="commercial_use", section="Planning", kind="yes_no", title="Is it for commercial use?",
        why="Some licences forbid it.", typical="Yes.",
    ),
    Question(
        id="team_skill", section="Planning", kind="choice", title="How much machine-learning experience has the team?",
        why="It decides between hosted tuning and a run of your own.", typical="Some.",
        choices=_choices(none="None", some="Some", ml="ML engineers"),
    ),
    Question(
        id="train_tokens_per_example", section="Planning", kind="whole", title="How many tokens has one training example?", unit="tokens",
        why="Training time and price grow with it.", typical="Input and output together: 500.", example="512", ask_when=(HAS_EXAMPLES,),
    ),
    Question(
        id="epochs", section="Planning", kind="number", title="How many passes over the examples?", unit="epochs",
        why="Training cost grows with it.", typical="3.", example="3", ask_when=(HAS_EXAMPLES,),
    ),
    Question(
        id="horizon_months", section="Planning", kind="number", title="Over how many months shall it pay back?", unit="months",
        why="One-off costs are spread over this time.", typical="12.", example="12",
    ),
    Question(
        id="value_per_correct_usd", section="Planning", kind="money", title="What is one more right answer worth?", unit="USD",
        why="It turns points of quality into money.", typical="The cost of handling a failure by hand: $0.50 to $5.", example="0.50",
    ),
    Question(
        id="label_usd_per_example", section="Planning", kind="money", title="What does one label cost?", unit="USD",
        why="Labels can be dearer than the training.", typical="$0.10 to $5.", example="0.50",
    ),
    Question(
        id="engineer_usd_per_hour", section="Planning", kind="money", title="What does an hour of an engineer cost?", unit="USD",
        why="People's time is part of every plan.", typical="$75.", example="75",
    ),
)  # fmt: skip
"""In order of importance: what settles most comes first."""
BY_ID: Mapping[str, Question] = {question.id: question for question in QUESTIONS}


def next_question(profile: Profile, after: str | None = None) -> Question | None:
    """The next unanswered question that is worth asking, behind ``after`` or from the start; None at the end."""
    behind = QUESTIONS[_place(after) + 1 :] if after else QUESTIONS
    return next((one for one in behind if getattr(profile, one.id) is None and one.applies(profile)), None)


def previous_question(profile: Profile, before: str | None = None) -> Question | None:
    """The question before this one that applies, answered or not; None at the start."""
    ahead = QUESTIONS[: _place(before)] if before else QUESTIONS
    return next((one for one in reversed(ahead) if one.applies(profile)), None)


def open_questions(profile: Profile) -> tuple[Question, ...]:
    """All that are still unanswered and worth asking."""
    return tuple(one for one in QUESTIONS if getattr(profile, one.id) is None and one.applies(profile))


def _place(question_id: str) -> int:
    if question_id not in BY_ID:
        raise BadInput(f"there is no question {question_id!r}", "questions: " + ", ".join(BY_ID))
    return QUESTIONS.index(BY_ID[question_id])


UNSURE = frozenset(
    {"", "?", "skip", "unknown", "don't know", "dont know", "i don't know", "i dont know", "no idea", "null"}
)
YES, NO = frozenset({"yes", "y", "true"}), frozenset({"no", "n", "false"})
SUFFIX = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
NUMBER = re.compile(
    r"([$€]?)\s*([-+]?(?:\d{1,3}(?:[,_]\d{3})+|\d+)?(?:\.\d+)?(?:e[-+]?\d+)?)\s*([kmb]?)\s*(%?)", re.IGNORECASE
)


def parse_answer(question: Question, text: str) -> Any:
    """The value of an answer as it was typed; None for "I don't know". Raises BadInput in one line."""
    cleaned = " ".join(text.split())
    if cleaned.lower() in UNSURE:
        return None
    value = _read(question, cleaned)
    if value is None:
        raise _refused(question, cleaned)
    return _checked(question, value, cleaned)


def _read(question: Question, text: str) -> Any:
    """The value, or None where the text does not have the form."""
    match question.kind:
        case "text":
            return text
        case "list":
            return tuple(part for part in re.split(r"[,;\s]+", text) if part)
        case "yes_no":
            return {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)}.get(text.lower())
        case "choice":
            return _chosen(question, text)
        case _:
            return _number(question, text)


def _chosen(question: Question, text: str) -> str | None:
    """By value, by label, or by its number in the list."""
    wanted = text.lower()
    names = {choice.value: choice.value for choice in question.choices}
    labels = {choice.label.lower(): choice.value for choice in question.choices}
    places = {str(place): choice.value for place, choice in enumerate(question.choices, start=1)}
    return {**places, **labels, **names}.get(wanted.replace(" ", "_"), labels.get(wanted))


def _number(question: Question, text: str) -> float | None:
    found = NUMBER.fullmatch(_without_unit(question, text))
    if found is None or not any(letter.isdigit() for letter in found[2]):
        return None
    currency, digits, suffix, percent = found.groups()
    if (currency and question.kind != "money") or (percent and question.kind != "fraction"):
        return None
    value = float(digits.replace(",", "").replace("_", "")) * SUFFIX[suffix.lower()]
    value = round(value / 100, 12) if percent else round(value, 9)
    return int(value) if value.is_integer() and question.kind in ("whole", "money") else value


def _without_unit(question: Question, text: str) -> str:
    """``60 days`` is 60 where days are asked for."""
    unit = question.unit.lower()
    lowered = text.lower()
    return text[: -len(unit)].strip() if unit and lowered.endswith(unit) else text


def _checked(question: Question, value: Any, text: str) -> Any:
    """The value as the profile keeps it."""
    try:
        return getattr(Profile.model_validate({question.id: value}), question.id)
    except ValidationError:
        raise _refused(question, text) from None


def _refused(question: Question, text: str) -> BadInput:
    shown = repr(text if len(text) <= 40 else text[:37] + "...")
    form = "yes or no" if question.kind == "yes_no" else allowed(question.id)
    return BadInput(f"{question.id}: {shown} is not allowed; it must be {form}", _hint(question))


def _hint(question: Question) -> str:
    example = f"for example {question.example}; " if question.example else ""
    percent = "a percentage such as 85 % is accepted too; " if question.kind == "fraction" else ""
    return f"{example}{percent}leave it empty if you don't know"
