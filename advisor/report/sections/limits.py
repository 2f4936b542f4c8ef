"""What this report does not show."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.report.facts import ReportFacts
from advisor.report.records import Bullets, Line, Quote, Section

CPU = (
    "It ran on a CPU. Dollars are this machine's hours at the price of the chosen GPU, not a bill; on that GPU the same "
    "work takes less time, which the plan estimates."
)


def limits_section(facts: ReportFacts) -> Section:
    """The limits that hold for this report."""
    return Section(id="limits", title="Limits", blocks=(Bullets(lines=tuple(_limits(facts))),))


def _limits(facts: ReportFacts) -> Iterator[Line]:
    if facts.train is not None:
        yield ("One run with one seed: how much another seed would change was not measured.",)
    if facts.evaluation is not None:
        yield (
            "The interval tells how sure the difference is on items like these, from ",
            Quote(text=facts.prepared.dataset.name), "; messages of tomorrow may differ.",
        )  # fmt: skip
        yield (
            "Greedy decoding in batches is not bit-exact: near-ties can fall either way in another engine or on another machine.",
        )
        yield ("General ability was not measured: whether tuning made the model forget something else is open.",)
    if facts.train is not None and facts.prepared.machine.gpu is None:
        yield (CPU,)
    for note in facts.prepared.model_notes:
        yield ("About the model: ", Quote(text=note), ".")
