"""``tunewise advise``: prompt or fine-tune?"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from advisor.cli.options import as_of_option, json_option, print_json, workspace_option
from advisor.decide.records import Decision
from advisor.marks import LEGEND, recalled, sign
from advisor.paths import Workspace
from advisor.shortlist import Shortlist
from advisor.workflow.advice import advise as get_advice
from advisor.workflow.facts import load_catalog
from advisor.workflow.profiles import read_profile
from advisor.workflow.records import Advice
from catalog.load import Catalog

SHOWN = 8
"""Models listed for people; --json has all."""


@click.command()
@click.argument("profile", type=click.Path(path_type=Path))
@as_of_option
@json_option
@workspace_option
def advise(profile: Path, *, as_of: date | None, as_json: bool, workspace: Workspace) -> None:
    """Prompt or fine-tune? PROFILE is a YAML or JSON file; every field may be absent.

    Gives the approach with its reasons and sources, how sure it is, what would change it, the cheapest next thing to
    learn, and the models that come into question.
    """
    day = as_of or date.today()  # noqa: DTZ011 - the user's own day
    facts = load_catalog(workspace, as_of=as_of)
    advice = get_advice(read_profile(profile), today=day, catalog=facts)
    _say_what_is_missing(facts)
    if as_json:
        print_json(document(advice))
    else:
        click.echo("\n".join([*_decision(advice.decision), "", *_models(advice.shortlist)]))


def _say_what_is_missing(facts: Catalog) -> None:
    """On stderr, where the day is before the first price."""
    from catalog.asof import note  # noqa: PLC0415 - for past days only

    missing = note(facts) if facts.as_of else ""
    if missing:
        click.echo(f"as of {facts.as_of}: {missing}", err=True)


def document(advice: Advice) -> dict[str, object]:
    """The contract's form: the decision's fields, the shortlist and the excluded beside them."""
    decision = advice.decision.model_dump(mode="json", by_alias=True)
    models = advice.shortlist.model_dump(mode="json")
    return {**decision, "shortlist": models["candidates"], "excluded": models["excluded"]}


def _decision(decision: Decision) -> list[str]:
    lines = [
        f"{decision.approach}  (in {decision.confidence:.0%} of draws over what is unknown)",
        decision.headline,
        "",
        "Because",
    ]
    lines += [
        f"  {gate.id:<4} {gate.because}\n       {gate.effect}; {gate.source}" for gate in decision.gates if gate.fired
    ]
    lines += ["", "What would change it"] if decision.flips else []
    lines += [f"  {flip.input}: {flip.from_} -> {flip.to} gives {flip.approach}" for flip in decision.flips]
    if decision.next_probe:
        probe = decision.next_probe
        lines += [
            "",
            f"Learn next: {probe.why} ({probe.hours:g} h; changes the decision with {probe.chance_to_change:.0%})",
        ]
    return lines


def _models(models: Shortlist) -> list[str]:
    lines = ["Models"]
    shown = models.top(SHOWN)
    lines += [f"  {one.score:.2f}  {sign(one.confidence)}{one.model}\n        {one.because}" for one in shown]
    lines += [LEGEND] if any(recalled(one.confidence) for one in shown) else []
    lines += [f"  and {len(models.candidates) - SHOWN} more (--json has all)"] if len(models.candidates) > SHOWN else []
    lines += ["", f"Excluded: {len(models.excluded)} (--json has each with its cause)"] if models.excluded else []
    return lines
