"""Whether every record of every table is whole, plausible and fresh: ``verify``, and the list of its ``CHECKS``.

A check is a function of the catalog and of the day on which it is judged that yields problems. The files of this
package hold one concern each.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from catalog.load import Catalog
from catalog.staleness import STALE_AFTER_DAYS, stale_days
from catalog.verify.agreement import price_agreement
from catalog.verify.endings import lifecycles, one_end
from catalog.verify.freshness import staleness
from catalog.verify.hardware import gpu_figures
from catalog.verify.identity import exclusions, headlines, references, replacements, unique_ids
from catalog.verify.limits import CACHED_PRICE_USD, GPU_HOUR_USD, OUTPUT_TO_INPUT, TOKEN_PRICE_USD
from catalog.verify.money import offer_prices, token_prices, training_prices
from catalog.verify.problem import Check, Problem, Severity
from catalog.verify.provenance import dates, marks, sources
from catalog.verify.sizes import contexts, dimensions, parameter_counts, scores

__all__ = [
    "CACHED_PRICE_USD",
    "CHECKS",
    "GPU_HOUR_USD",
    "OUTPUT_TO_INPUT",
    "STALE_AFTER_DAYS",
    "TOKEN_PRICE_USD",
    "Check",
    "Problem",
    "Severity",
    "price_agreement",
    "stale_days",
    "verify",
]

CHECKS: tuple[Check, ...] = (
    unique_ids,
    references,
    replacements,
    headlines,
    exclusions,
    dates,
    sources,
    marks,
    token_prices,
    training_prices,
    offer_prices,
    parameter_counts,
    dimensions,
    contexts,
    scores,
    gpu_figures,
    lifecycles,
    one_end,
    price_agreement,
    staleness,
)
"""Every check, in the order in which its problems are shown."""


def verify(catalog: Catalog, today: date, checks: Iterable[Check] = CHECKS) -> list[Problem]:
    """All problems, errors first; ranges and types were enforced when the records were read."""
    found = [problem for check in checks for problem in check(catalog, today)]
    return sorted(found, key=lambda problem: problem.severity != "error")
