"""All gates, in the order in which a person reads them."""

from __future__ import annotations

from advisor.decide.gates import benefits, data, economics, feasibility, knowledge, prompting, readiness

ALL = (
    *readiness.GATES,
    *prompting.GATES,
    *feasibility.GATES,
    *economics.GATES,
    *knowledge.GATES,
    *data.GATES,
    *benefits.GATES,
)
