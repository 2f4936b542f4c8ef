"""Worlds that fit what is known: the unknown drawn from its prior, the known with the doubt that its origin leaves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import sqrt
from random import Random
from typing import Any

from advisor.decide.facts import Facts
from advisor.decide.gates.readiness import IMPLIES_A_METRIC
from advisor.decide.priors import DOUBT, KEPT, KEPT_WHEN_ASSUMED, PRIORS, SCORE_SD, Choice
from advisor.profile import Profile, Source

Draw = Callable[[Random], Any]
UNMEASURED_ITEMS = 100
"""Items behind a measured score that does not say how many: a common size of a validation set."""


def sample(profile: Profile, facts: Facts, *, seed: int, draws: int) -> list[Facts]:
    """Facts for ``draws`` possible worlds; the same seed gives the same worlds."""
    rng = Random(seed)  # noqa: S311  # a simulation, no secret
    doubtful = samplers(profile, facts)
    return [facts.but_with({name: draw(rng) for name, draw in doubtful.items()}) for _ in range(draws)]


def samplers(profile: Profile, facts: Facts) -> dict[str, Draw]:
    """How to draw each input that is not certain."""
    found = {name: _sampler(name, profile, facts) for name in PRIORS}
    return {name: draw for name, draw in found.items() if draw is not None}


def _sampler(name: str, profile: Profile, facts: Facts) -> Draw | None:
    value, kind = getattr(facts, name), profile.origin(name).kind
    if value is None:
        return None if name == "metric_defined" and _has_metric(facts) else PRIORS[name].belief.draw
    if name == "prompt_score":
        return partial(_score, value, _score_sd(value, facts.eval_items, kind))
    if kind == "measured":
        return None
    if isinstance(PRIORS[name].belief, Choice):
        return _kept(name, value, kind)
    return _spread(name, value, kind)


def _has_metric(facts: Facts) -> bool:
    return any(getattr(facts, name) is not None for name in IMPLIES_A_METRIC)


def _score_sd(score: float, items: int | None, kind: Source) -> float:
    """Binomial standard error of a measured score (Wald, one half-item added so that 0 and 1 keep some doubt)."""
    if kind != "measured":
        return SCORE_SD * (2 if kind == "assumed" else 1)
    n = items or UNMEASURED_ITEMS
    share = (score * n + 0.5) / (n + 1)
    return sqrt(share * (1 - share) / n)


def _score(value: float, sd: float, rng: Random) -> float:
    return min(1.0, max(0.0, rng.gauss(value, sd)))


def _kept(name: str, value: Any, kind: Source) -> Draw | None:
    share = min(KEPT.get(name, 1.0), KEPT_WHEN_ASSUMED) if kind == "assumed" else KEPT.get(name, 1.0)
    return None if share == 1.0 else partial(_keep_or_redraw, name, value, share)


def _keep_or_redraw(name: str, value: Any, share: float, rng: Random) -> Any:
    return value if rng.random() < share else PRIORS[name].belief.draw(rng)


def _spread(name: str, value: float, kind: Source) -> Draw | None:
    sigma = DOUBT.get(name, 0.0) * (2 if kind == "assumed" else 1)
    return partial(_stretch, value, sigma, isinstance(value, int)) if sigma else None


def _stretch(value: float, sigma: float, whole: bool, rng: Random) -> float:  # positional through partial
    stretched = value * rng.lognormvariate(0.0, sigma)
    return round(stretched) if whole else stretched
