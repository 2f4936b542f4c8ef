"""Single decisions that a reader can follow, and how long one takes."""

from pathlib import Path
from time import perf_counter

import pytest
import yaml

from advisor.decide import decide, quick
from advisor.decide.facts import facts_of
from advisor.decide.gates.registry import ALL
from advisor.decide.priors import KEPT, PRIORS, Choice
from advisor.decide.records import Decision
from advisor.decide.rules import choose
from advisor.profile import Profile, Provenance, parse
from tests.advisor.labelled import cases

EXAMPLES = Path(__file__).parents[2] / "examples"
MEASURED = Provenance(kind="measured")


def example(name: str) -> Profile:
    return parse(yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")))


def fired(decision: Decision) -> set[str]:
    return {gate.id for gate in decision.gates if gate.fired}


def test_an_empty_profile_asks_for_the_metric_first() -> None:
    decision = decide(Profile())

    assert decision.approach == "not_yet"
    assert decision.next_probe is not None
    assert decision.next_probe.learns == "metric_defined"
    assert fired(decision) == {"G0.metric_unknown", "D0.uncounted"}


def test_after_the_metric_comes_another_fact() -> None:
    decision = decide(Profile(metric_defined=True, eval_items=100))

    assert decision.approach == "prompt"
    assert decision.next_probe is not None
    assert decision.next_probe.learns != "metric_defined"


@pytest.mark.parametrize("score", [0.1, 0.3, 0.45, 0.6])
def test_the_embedded_example_tunes_where_the_prompt_is_far_behind(score: float) -> None:
    decision = decide(_measured_bank(score))

    assert decision.approach == "lora"
    assert "G5.beyond" in fired(decision)


@pytest.mark.parametrize("score", [0.8, 0.86, 1.0])
def test_the_embedded_example_prompts_where_the_target_is_met(score: float) -> None:
    assert decide(_measured_bank(score)).approach == "prompt"


def _measured_bank(score: float) -> Profile:
    bank = example("bank-intents")
    assert bank.prompt_score is bank.n_examples is bank.eval_items is None
    counted = bank.with_answer("n_examples", 900, MEASURED).with_answer("eval_items", 100, MEASURED)
    return counted.with_answer("prompt_score", score, MEASURED)


@pytest.mark.parametrize(
    ("name", "approach"),
    [
        ("product-questions", "rag"),
        ("agronomy-advice", "rag_lora"),
        ("call-scoring", "distill"),
        ("weekly-policy", "prompt"),
    ],
)
def test_each_example_profile_ends_where_its_comment_says(name: str, approach: str) -> None:
    assert decide(example(name)).approach == approach


def test_a_measured_score_counts_more_the_more_items_stand_behind_it() -> None:
    few = _measured_bank(0.78).with_answer("eval_items", 30, MEASURED)
    many = _measured_bank(0.78).with_answer("eval_items", 5000, MEASURED)

    met = [decide(profile.with_answer("target_score", 0.75)).confidence for profile in (few, many)]

    assert met[1] > met[0] + 0.03


def test_assumed_answers_lower_the_confidence() -> None:
    stated = cases("public_cases")[0].full
    assumed = stated
    for name in ("failure_mode", "label_quality", "prompt_effort"):
        assumed = assumed.with_answer(name, getattr(stated, name), Provenance(kind="assumed"))

    assert decide(assumed).confidence < decide(stated).confidence - 0.1


def test_a_lora_probe_settles_what_120_examples_cannot() -> None:
    small = next(case for case in cases("public_cases") if case.id == "P09").full

    assert choose(facts_of(small)) == "few_shot"
    assert choose(facts_of(small.with_answer("tuned_score", 0.92, MEASURED))) == "lora"
    assert choose(facts_of(small.with_answer("n_examples", 2000).with_answer("tuned_score", 0.7, MEASURED))) == "prompt"


def test_the_break_even_is_computed_not_a_fixed_volume() -> None:
    dear = facts_of(example("call-scoring")).but(cacheable_prefix_tokens=0)

    volumes = {tokens: _first_volume(dear.but(tokens_in=tokens, tokens_out=0)) for tokens in (500, 5000)}

    assert volumes[500] == pytest.approx(10 * volumes[5000], rel=0.01)


def _first_volume(facts: object) -> float:
    from advisor.decide.facts import Facts

    assert isinstance(facts, Facts)
    return next(volume for volume in range(1, 10**5) if choose(facts.but(volume_per_day=float(volume))) == "distill")


def test_disagreements_are_shown_beside_the_rule() -> None:
    gates = {gate.id: gate for gate in decide(Profile()).gates}

    assert "T-Few" in gates["D2.few"].other_view
    assert "Icelandic" in gates["K3.facts_and_form"].other_view


def test_gate_ids_are_unique_and_each_names_its_source_and_inputs() -> None:
    assert len({gate.id for gate in ALL}) == len(ALL)
    assert all(gate.source and gate.effect and gate.inputs for gate in ALL)


def test_an_unknown_input_never_fires_a_gate_and_is_named() -> None:
    gates = {gate.id: gate for gate in decide(Profile(metric_defined=True)).gates}

    assert gates["G2.lead_time"].unknown
    assert not gates["G2.lead_time"].fired
    assert gates["G2.lead_time"].because == "not known: lead_time_days"


def test_the_priors_are_whole_and_reasoned() -> None:
    for name, prior in PRIORS.items():
        assert prior.reason, name
        if isinstance(prior.belief, Choice):
            assert sum(prior.belief.shares) == pytest.approx(1), name
    assert set(KEPT) <= set(PRIORS)


def test_a_probe_says_what_its_cost_is_made_of() -> None:
    probe = decide(Profile(metric_defined=True, eval_items=100, engineer_usd_per_hour=100)).next_probe

    assert probe is not None
    assert "$100 an hour (stated)" in probe.cost_basis
    assert probe.usd is not None
    assert probe.usd >= probe.hours * 100


def test_a_decision_is_fast_enough_for_a_command_and_its_quick_form_for_a_key_press() -> None:
    profile = cases("public_cases")[8].full

    assert _best_ms(lambda: decide(profile)) < 60
    assert _best_ms(lambda: quick(profile)) < 20


def _best_ms(work: object) -> float:
    assert callable(work)
    times = []
    for _ in range(7):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return 1000 * min(times)


def test_flips_are_written_with_from_and_to() -> None:
    flip = decide(cases("public_cases")[0].full).flips[0].model_dump(by_alias=True)

    assert set(flip) == {"input", "from", "to", "approach"}
