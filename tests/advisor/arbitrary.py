"""Arbitrary profiles for property tests."""

from typing import Any

from hypothesis import strategies as st

from advisor.decide.facts import Facts, facts_of
from advisor.decide.flips import LATTICES, options
from advisor.profile import Profile

COUNTS = ("n_examples", "eval_items", "tokens_in", "tokens_out", "cacheable_prefix_tokens", "kb_tokens")
NUMBERS: dict[str, st.SearchStrategy[Any]] = {
    "n_examples": st.sampled_from([0, 5, 60, 99, 100, 150, 200, 350, 499, 500, 3000, 10**5]),
    "label_agreement": st.sampled_from([0.2, 0.4, 0.8]),
    "eval_items": st.sampled_from([0, 29, 30, 400]),
    "volume_per_day": st.sampled_from([0.0, 50.0, 700.0, 5000.0, 1e6]),
    "tokens_in": st.sampled_from([0, 200, 6000]),
    "tokens_out": st.sampled_from([0, 10, 400]),
    "cacheable_prefix_tokens": st.sampled_from([0, 5000]),
    "latency_p95_ms": st.sampled_from([150.0, 1000.0, 5000.0]),
    "requirement_change_days": st.sampled_from([3.0, 30.0, 365.0]),
    "kb_tokens": st.sampled_from([0, 50_000, 200_000, 3_000_000]),
    "freshness_days": st.sampled_from([0.1, 1.0, 30.0]),
    "lead_time_days": st.sampled_from([2.0, 14.0, 90.0]),
    "budget_usd": st.sampled_from([0, 10, 4000]),
    "prompt_score": st.sampled_from([0.3, 0.65, 0.8, 0.95]),
    "target_score": st.sampled_from([0.7, 0.85, 0.95]),
    "tuned_score": st.sampled_from([0.5, 0.85, 0.97]),
    "n_tasks": st.sampled_from([1, 60]),
}
CLOSED = {name: st.sampled_from(options(name)) for name in vars(Facts()) if name not in NUMBERS}
FIELDS = {name: st.none() | values for name, values in {**NUMBERS, **CLOSED}.items()}

profiles: st.SearchStrategy[Profile] = st.fixed_dictionaries({}, optional=FIELDS).map(Profile.model_validate)
ready: st.SearchStrategy[Profile] = profiles.map(
    lambda profile: (
        profile.with_answer("metric_defined", True)
        .with_answer("eval_items", 300)
        .with_answer("label_agreement", 0.8)
        .with_answer("prompt_effort", "optimized")
    )
)
"""Profiles that get past the first gates, so that the later ones are tested too."""
any_profile = profiles | ready


def facts(profile: Profile) -> Facts:
    """Its facts."""
    return facts_of(profile)


__all__ = ["LATTICES", "any_profile", "facts", "profiles", "ready"]
