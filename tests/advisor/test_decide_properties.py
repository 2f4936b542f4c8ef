"""What must hold for every profile: monotone, faithful, exact flips, the same answer for the same seed."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.decide import decide, quick
from advisor.decide.facts import facts_of
from advisor.decide.flips import LATTICES, flips
from advisor.decide.gates.data import UNCOUNTED
from advisor.decide.gates.readiness import METRIC_UNKNOWN
from advisor.decide.gates.registry import ALL
from advisor.decide.rules import TUNING, choose, settle
from advisor.profile import Profile
from tests.advisor.arbitrary import any_profile, ready

ABOUT_THE_UNKNOWN = (METRIC_UNKNOWN, UNCOUNTED)
"""They fire because nobody has answered; only an answer takes their reason away."""


@given(profile=any_profile, more=st.sampled_from([1, 30, 100, 250, 450, 5000]))
def test_more_clean_examples_never_move_away_from_tuning(profile: Profile, more: int) -> None:
    before = facts_of(profile).but(n_examples=profile.n_examples or 0)
    after = before.but(n_examples=(before.n_examples or 0) + more)

    assert choose(before) not in TUNING or choose(after) in TUNING


@given(profile=any_profile, days=st.tuples(st.floats(0, 400), st.floats(0, 400)))
def test_a_shorter_lead_time_never_moves_towards_tuning(profile: Profile, days: tuple[float, float]) -> None:
    short, long = (facts_of(profile).but(lead_time_days=day) for day in sorted(days))

    assert choose(short) not in TUNING or choose(long) in TUNING


@given(profile=any_profile, days=st.tuples(st.floats(0.1, 400), st.floats(0.1, 400)))
def test_faster_change_of_requirements_never_moves_towards_tuning(profile: Profile, days: tuple[float, float]) -> None:
    fast, slow = (facts_of(profile).but(requirement_change_days=day) for day in sorted(days))

    assert choose(fast) not in TUNING or choose(slow) in TUNING


@given(profile=any_profile)
def test_tuning_is_never_advised_where_it_is_forbidden(profile: Profile) -> None:
    assert choose(facts_of(profile).but(weights_allowed=False)) not in TUNING


@given(profile=any_profile)
def test_taking_away_the_inputs_of_a_fired_gate_silences_it(profile: Profile) -> None:
    facts = facts_of(profile)
    for gate in ALL:
        if gate.test(facts) is True and gate not in ABOUT_THE_UNKNOWN:
            assert gate.test(facts.but_with(dict.fromkeys(gate.inputs))) is not True, gate.id


@given(profile=any_profile, data=st.data())
def test_a_gate_looks_at_its_named_inputs_alone(profile: Profile, data: Any) -> None:
    facts, other = facts_of(profile), facts_of(data.draw(any_profile))
    for gate in ALL:
        kept = {name: getattr(facts, name) for name in gate.inputs}
        assert gate.test(other.but_with(kept)) == gate.test(facts), gate.id
        assert gate.test(facts) is None or gate.because(other.but_with(kept)) == gate.because(facts), gate.id


@given(profile=any_profile)
def test_the_decisive_gates_have_fired_and_settle_the_answer(profile: Profile) -> None:
    facts = facts_of(profile)
    approach, decisive = settle(facts)

    assert approach == choose(facts)
    assert all(gate.test(facts) is True for gate in ALL if gate.id in decisive)


@settings(max_examples=60, deadline=None)
@given(profile=any_profile)
def test_just_past_a_flip_the_answer_changes_and_one_step_short_it_does_not(profile: Profile) -> None:
    facts = facts_of(profile)
    chosen = choose(facts)
    for flip in flips(profile, facts, chosen):
        assert flip.approach == choose(facts.but_with({flip.input: flip.to})) != chosen
        before = getattr(facts, flip.input)
        if flip.input in LATTICES and before is not None:
            assert choose(facts.but_with({flip.input: _one_step_short(flip.input, before, flip.to)})) == chosen


def _one_step_short(name: str, before: float, to: float) -> float:
    lattice = LATTICES[name]
    back = lattice.value(round(to * lattice.per_unit) + (1 if to < before else -1))
    return min(back, before) if to > before else max(back, before)


@given(profile=any_profile)
@settings(max_examples=40, deadline=None)
def test_no_other_answer_of_a_closed_set_flips_unseen(profile: Profile) -> None:
    facts = facts_of(profile)
    chosen = choose(facts)
    listed = {(flip.input, flip.to) for flip in flips(profile, facts, chosen)}
    for name in ("failure_mode", "stage", "prompt_effort", "weights_allowed", "knowledge_need"):
        for option in _options(name):
            differs = getattr(facts, name) is not None and choose(facts.but_with({name: option})) != chosen
            assert not differs or (name, option) in listed


def _options(name: str) -> tuple[Any, ...]:
    from advisor.decide.flips import options

    return tuple(option for option in options(name) if option != "unknown")


@settings(max_examples=25, deadline=None)
@given(profile=ready, seed=st.integers(0, 10**6))
def test_the_same_seed_gives_the_same_decision(profile: Profile, seed: int) -> None:
    assert decide(profile, seed=seed, draws=60) == decide(profile, seed=seed, draws=60)


@settings(max_examples=25, deadline=None)
@given(profile=any_profile)
def test_shares_sum_to_one_and_the_confidence_is_the_share_of_the_answer(profile: Profile) -> None:
    decision = quick(profile)

    assert abs(sum(decision.probability_best.values()) - 1) < 1e-9
    assert decision.confidence == decision.probability_best[decision.approach]
    assert decision.approach == choose(facts_of(profile))
    assert "None" not in decision.headline
