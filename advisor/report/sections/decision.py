"""Prompt or fine-tune: the gates that fired, what would flip it, what to learn next."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from advisor.decide.records import Approach, Decision, Flip, GateResult, Probe
from advisor.report.facts import ReportFacts
from advisor.report.ledger import Ledger
from advisor.report.numbers import percent, seconds, usd
from advisor.report.records import Block, Bullets, Line, Paragraph, Quote, Section, Strong, Table
from advisor.report.sections.verdict import APPROACHES


def decision_section(facts: ReportFacts, ledger: Ledger) -> Section:
    """Why this approach."""
    decision = facts.decision
    blocks: list[Block] = [Paragraph(line=_lead(decision, ledger), role="lead"), _gates(decision)]
    blocks += _silent(decision)
    blocks += [_flips(decision.flips)] if decision.flips else []
    blocks += _next(decision.next_probe, ledger)
    if decision.assumptions:
        blocks.append(Paragraph(line=("What was unknown, and how it was treated:",)))
        blocks.append(Bullets(lines=tuple((text,) for text in decision.assumptions)))
    return Section(id="decision", title="Prompt or fine-tune?", blocks=tuple(blocks))


def _lead(decision: Decision, ledger: Ledger) -> Line:
    sure = ledger.recorded(
        "decided",
        "decision.confidence",
        percent(decision.confidence),
        decision.confidence,
        how="share of draws over what is unknown",
    )
    others = sorted(decision.probability_best.items(), key=lambda pair: -pair[1])
    rivals = [(approach, share) for approach, share in others if approach != decision.approach and share > 0][:2]
    line: Line = (
        Strong(text=f"{APPROACHES[decision.approach]}."),
        " The rules give this answer in ",
        sure,
        " of the draws over what is unknown or doubtful",
    )
    for approach, share in rivals:
        shown = ledger.recorded(
            "decided",
            f"decision.probability.{approach}",
            percent(share),
            share,
            how="share of draws over what is unknown",
        )
        line = (*line, f"; “{APPROACHES[approach]}” in ", shown)
    return (*line, ". This says how robust the answer is, not how likely tuning is to work.")


def _gates(decision: Decision) -> Table:
    fired = [gate for gate in decision.gates if gate.fired]
    return Table(
        caption="Rules that fired",
        header=("Rule", "What it does", "Because", "Source"),
        rows=tuple(_gate_row(gate) for gate in fired) or ((("none",), ("",), ("",), ("",)),),
    )


def _gate_row(gate: GateResult) -> tuple[Line, ...]:
    name: Line = (Strong(text=gate.id), " · settled it") if gate.decisive else (gate.id,)
    source: Line = (gate.source, ". Against it: ", gate.other_view) if gate.other_view else (gate.source,)
    return name, (gate.effect.replace("->", "→"),), (gate.because,), source


def _silent(decision: Decision) -> Iterator[Block]:
    """Rules that did not fire, and those that could not be told."""
    quiet = [gate for gate in decision.gates if not gate.fired and not gate.unknown]
    blind = [gate for gate in decision.gates if gate.unknown]
    parts = [f"Rules that were asked and did not fire: {len(quiet)}"]
    if blind:
        parts.append(
            f"Rules that could not be told, since nobody answered what they look at: {', '.join(g.id for g in blind)}"
        )
    yield Paragraph(line=(". ".join(parts) + ".",), role="note")


def _flips(flips: tuple[Flip, ...]) -> Table:
    """One row per approach, since dozens of answers can lead to the same one."""
    approaches = list(dict.fromkeys(flip.approach for flip in flips))
    return Table(
        caption="What would flip it: the smallest change of one answer",
        header=("Then", "If one of these answers were another"),
        rows=tuple(((APPROACHES[approach],), (_changes(flips, approach),)) for approach in approaches),
    )


def _changes(flips: tuple[Flip, ...], approach: Approach) -> str:
    led = [flip for flip in flips if flip.approach == approach]
    return "; ".join(f"{words(flip.input)} {_shown(flip.from_)} → {_shown(flip.to)}" for flip in led)


def _shown(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else words(str(value))


def _next(probe: Probe | None, ledger: Ledger) -> Iterator[Block]:
    if probe is None:
        return
    chance = ledger.recorded(
        "decided",
        "decision.probe.chance",
        percent(probe.chance_to_change),
        probe.chance_to_change,
        how="share of draws in which its result changes the decision",
    )
    time = ledger.recorded(
        "decided", "decision.probe.hours", seconds(probe.hours * 3600), probe.hours, unit="hours", how=probe.cost_basis
    )
    cost = None if probe.usd is None else Decimal(str(probe.usd))
    money = ledger.recorded("decided", "decision.probe.usd", usd(cost), cost, unit="USD", how=probe.cost_basis)
    yield Paragraph(
        line=(
            Strong(text="Learn next: "), words(probe.id), ", which tells ", words(probe.learns), ". ", probe.why,
            " It takes ", time, " and ", money, ", and changes the decision with a chance of ", chance, ".",
        )
    )  # fmt: skip
    if probe.command:
        yield Paragraph(line=("Command: ", Quote(text=probe.command)), role="note")


def words(identifier: str) -> str:
    """A field's or rule's name as words."""
    return identifier.replace("_", " ")
