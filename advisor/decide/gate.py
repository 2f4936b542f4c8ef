"""What a gate is: one rule with an id, a source, an effect, and the inputs that it looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from advisor.decide.facts import Facts
from advisor.decide.records import GateResult

Test = Callable[[Facts], bool | None]
"""True fires, False does not, None cannot be told because something is unknown."""


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One rule of the decision; pure."""

    id: str
    test: Test
    inputs: tuple[str, ...]
    effect: str
    because: Callable[[Facts], str]
    """The inputs in words with their values; holds whether or not the gate fires."""
    source: str
    other_view: str = ""


def result(gate: Gate, facts: Facts, *, decisive: bool) -> GateResult:
    """What a gate says about a profile; unknown inputs never make it fire."""
    verdict = gate.test(facts)
    return GateResult(
        id=gate.id,
        fired=verdict is True,
        effect=gate.effect,
        because=gate.because(facts) if verdict is not None else _not_known(gate, facts),
        source=gate.source,
        decisive=decisive,
        unknown=verdict is None,
        inputs=gate.inputs,
        other_view=gate.other_view,
    )


def _not_known(gate: Gate, facts: Facts) -> str:
    missing = [name for name in gate.inputs if getattr(facts, name) is None]
    return "not known: " + ", ".join(missing)
