"""How well a model suits the task beyond what is required: the mean of what applies, each 0 to 1.

The values between 0 and 1 are judgement; they order, they do not measure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from advisor.shortlist.constraints import counted
from advisor.shortlist.need import Need
from catalog.records import Model

PURPOSES: Mapping[str, tuple[re.Pattern[str], frozenset[str]]] = {
    "code": (re.compile(r"cod(er|ex|estral)|devstral|-code\b"), frozenset({"code_dsl", "code_general", "agent"})),
    "reasoning": (
        re.compile(r"\br1\b|reasoner|(?<!non-)reasoning|thinking|magistral"),
        frozenset({"reasoning", "code_general", "agent"}),
    ),
    "moderation": (re.compile(r"guard"), frozenset({"classification"})),
    "translation": (re.compile(r"translat"), frozenset({"translation"})),
}
"""What a name says that a model is made for, and the tasks that are that. One made to think aloud answers the others
late and at length."""


class Aspect(NamedTuple):
    """One side of the fit; a weakness is said in words."""

    value: float
    weakness: str | None = None


Judge = Callable[[Model, Need], Aspect | None]


def language(model: Model, need: Need) -> Aspect | None:
    """Listed by name is more than one of a number, and that more than nothing."""
    if not need.languages:
        return None
    if all(
        code in model.languages or code == "en" for code in need.languages
    ):  # every model of the catalog knows English
        return Aspect(1.0)
    if (number := counted(model)) is None:
        return Aspect(0.5, None if model.kind == "api" else "languages not published")
    rare = bool(need.profile.low_resource_language) and number < 100
    return Aspect(0.4 if rare else 0.7, f"{number} languages, not all named")


def context(model: Model, need: Need) -> Aspect | None:
    """Native context is safer than an extension."""
    if need.context_tokens is None:
        return None
    if model.native_context_tokens is None:
        return Aspect(0.5, "context length unknown")
    if need.context_tokens <= model.native_context_tokens:
        return Aspect(1.0)
    return Aspect(0.6, f"{need.context_tokens:,} tokens only by {model.extended_context_note or 'an extension'}")


def licence(model: Model, need: Need) -> Aspect | None:
    """Fewer strings are better."""
    if need.profile.commercial_use is False:
        return None
    values: Mapping[str, Aspect] = {
        "yes": Aspect(1.0),
        "conditions": Aspect(
            0.8, None if model.kind == "api" else f"licence conditions ({model.license_conditions or model.license})"
        ),
        "unknown": Aspect(0.4, "licence terms unknown"),
        "no": Aspect(0.2, "not for commercial use"),
    }
    return values[model.commercial_use]


def tools(model: Model, need: Need) -> Aspect | None:
    """Agents call tools."""
    if need.profile.task_type != "agent":
        return None
    if model.tool_use is None:
        return Aspect(0.5, "tool use unknown")
    return Aspect(1.0) if model.tool_use else Aspect(0.1, "not trained for tools")


def tuning(model: Model, need: Need) -> Aspect | None:
    """An adapter of one's own is portable, one at a vendor's is not."""
    if not need.tuned:
        return None
    values = {
        "self_host": Aspect(1.0),
        "hosted": Aspect(0.8, f"tuned at the vendor only: {model.fine_tune_note or 'hosted'}"),
    }
    return values.get(model.fine_tunable, Aspect(0.4, f"tuning uncertain: {model.fine_tune_note or 'unknown'}"))


def purpose(model: Model, need: Need) -> Aspect | None:
    """A model for everything suits a task better than one that is made for another."""
    made = next((name for name, (word, _) in PURPOSES.items() if word.search(model.name.lower())), None)
    if need.profile.task_type is None:
        return None if made is None else Aspect(0.5, f"made for {made}")
    if made is None or need.profile.task_type in PURPOSES[made][1]:
        return Aspect(1.0)
    return Aspect(0.2, f"made for {made}")


def operation(model: Model, need: Need) -> Aspect | None:
    """Someone has to run what one hosts."""
    skill = need.profile.team_skill
    if skill is None or model.kind == "api":
        return None if skill is None else Aspect(1.0)
    values = {"none": Aspect(0.2, "nobody in the team to run it"), "some": Aspect(0.7), "ml": Aspect(1.0)}
    return values[skill]


def lifecycle(model: Model, _: Need) -> Aspect:
    """Weights stay; a vendor's silence is not a promise."""
    return Aspect(0.5, "lifecycle unknown") if model.lifecycle == "unknown" else Aspect(1.0)


JUDGES: tuple[Judge, ...] = (language, context, licence, tools, purpose, tuning, operation, lifecycle)


def fit(model: Model, need: Need) -> tuple[float, tuple[str, ...]]:
    """The mean of what applies, and the weaknesses in words."""
    aspects = list(_applying(model, need))
    return sum(one.value for one in aspects) / len(aspects), tuple(one.weakness for one in aspects if one.weakness)


def _applying(model: Model, need: Need) -> Iterator[Aspect]:
    for judge in JUDGES:
        if aspect := judge(model, need):
            yield aspect
