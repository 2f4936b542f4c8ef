"""A workflow whose answers are records of one run of the example, so that what the screens draw is the same each time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from advisor.compare.records import ArmSummary, Comparison, Guard, ItemPair, Primary, RegisteredPlan
from advisor.decide.records import Decision, Flip, GateResult, Probe
from advisor.errors import BadInput
from advisor.paths import Workspace
from advisor.plan.records import BreakEven, CostComponent, Money, OfferChoice, Plan, Span
from advisor.profile import Profile
from advisor.shortlist import Candidate, Exclusion, Shortlist
from advisor.workflow.records import (
    STAGE_TITLES,
    STAGES,
    Advice,
    Draft,
    JourneyInputs,
    JourneyView,
    ReportFiles,
    RunStatus,
    RunView,
    StageId,
    StageStatus,
    StageView,
)
from advisor.workflow.workflow import Workflow
from harness.protocol import (
    ArmFinished,
    ArmProgress,
    ArmScore,
    CheckpointSaved,
    EvaluateResult,
    Event,
    MoneyRange,
    Planned,
    Price,
    Range,
    RunFinished,
    RunInterrupted,
    RunKind,
    RunStarted,
    StageFinished,
    StageStarted,
    StepDone,
    TrainResult,
    ValidationLoss,
    Warned,
)

TODAY = date(2026, 3, 14)
NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
EARLIER = "2026-03-14T11:42:00.000+00:00"
ROOT = Path("bank/.tunewise")
STEPS = 60
JOURNEY = "j-4f1c"
RUN_OF: dict[StageId, str] = {
    "prepare": "prepare-1b7e",
    "probe": "evaluate-2c40",
    "train": "train-9d55",
    "compare": "evaluate-e8a3",
}
KIND_OF: dict[str, RunKind] = {RUN_OF["prepare"]: "prepare", RUN_OF["probe"]: "evaluate", RUN_OF["train"]: "train",
                               RUN_OF["compare"]: "evaluate"}  # fmt: skip
SECONDS: dict[StageId, float] = {
    "prepare": 41.2,
    "probe": 96.0,
    "decide": 0.3,
    "plan": 0.8,
    "train": 214.5,
    "compare": 148.0,
    "report": 2.1,
}
SUMMARIES: dict[StageId, str] = {
    "prepare": "SmolLM2-135M, 1,412 training rows",
    "probe": "best prompt 61.0 %, zero-shot 0.0 %",
    "decide": "LoRA, confidence 0.86",
    "plan": "$4.38 once on 1x L4",
    "train": "loss 2.314 → 0.187 in 60 steps",
    "compare": "SHIP: 62.5 % → 88.0 %",
    "report": "reports/j-4f1c.html",
}


# ---------------------------------------------------------------------------------------------- profile and advice
def profile() -> Profile:
    """The example's profile, as measured."""
    return Profile.model_validate({
        "name": "Bank message routing", "task_type": "classification", "n_examples": 1412, "eval_items": 200,
        "label_quality": "high", "metric_defined": True, "volume_per_day": 20000, "tokens_in": 420, "tokens_out": 6,
        "prompt_effort": "optimized", "failure_mode": "behaviour", "lead_time_days": 30, "target_score": 0.85,
        "requirement_change_days": 180, "privacy": "no_egress", "team_skill": "some", "stage": "production",
        "prompt_score": {"value": 0.61, "provenance": "measured", "as_of": "2026-03-14"},
    })  # fmt: skip


def decision() -> Decision:
    """LoRA, and why."""
    return Decision(
        approach="lora", confidence=0.86,
        probability_best={"prompt": 0.01, "few_shot": 0.07, "rag": 0.0, "lora": 0.86, "rag_lora": 0.02, "distill": 0.03, "not_yet": 0.01},
        headline="The best prompt reaches 61 % where 85 % is wanted, and 1,412 clean labelled examples are enough for a LoRA adapter.",
        gates=(
            GateResult(id="metric_first", fired=False, effect="-> not_yet", because="a metric is defined", source="Guide, chapter 2"),
            GateResult(id="prompt_gap", fired=True, effect="favours tuning", because="prompt score 0.61 (measured) is 0.24 short of the target 0.85", source="Guide, chapter 1: when prompting is not enough"),
            GateResult(id="enough_examples", fired=True, effect="allows tuning", because="1,412 labelled examples, high quality", source="Zhou et al. 2023, LIMA, arXiv:2305.11206"),
            GateResult(id="no_egress", fired=True, effect="excludes APIs", because="privacy is no_egress", source="Guide, chapter 1: privacy"),
            GateResult(id="lead_time", fired=False, effect="blocks tuning", because="30 days are more than the 14 that tuning takes", source="Guide, chapter 1: two weeks"),
            GateResult(id="changing_requirements", fired=False, effect="blocks tuning", because="requirements hold for 180 days", source="Guide, chapter 1"),
            GateResult(id="knowledge_gap", fired=False, effect="-> rag", because="the task needs no outside knowledge", source="Ovadia et al. 2024, arXiv:2312.05934"),
        ),
        flips=(
            Flip.model_validate({"input": "prompt_score", "from": 0.61, "to": 0.83, "approach": "few_shot"}),
            Flip.model_validate({"input": "n_examples", "from": 1412, "to": 96, "approach": "few_shot"}),
            Flip.model_validate({"input": "lead_time_days", "from": 30, "to": 13, "approach": "few_shot"}),
            Flip.model_validate({"input": "metric_defined", "from": True, "to": False, "approach": "not_yet"}),
        ),
        next_probe=Probe(id="agreement", learns="label_agreement", why="Two people label 50 rows: noisy labels cap what tuning can reach.",
                         hours=2, usd=120.0, chance_to_change=0.09, command=None),
        assumptions=("label agreement is unknown: a prior around 0.8 was drawn from", "value per right answer is unknown: costs alone were compared"),
    )  # fmt: skip


def restrained_decision() -> Decision:
    """Don't fine-tune, and why."""
    return decision().model_copy(update={
        "approach": "not_yet", "confidence": 0.71,
        "probability_best": {"prompt": 0.18, "few_shot": 0.08, "rag": 0.0, "lora": 0.02, "rag_lora": 0.0, "distill": 0.01, "not_yet": 0.71},
        "headline": "Nobody can say yet whether an answer is right: define the metric and 100 test items first.",
    })  # fmt: skip


def shortlist() -> Shortlist:
    """Three candidates, three that are out."""
    parts = {"quality": 0.61, "cost": 0.95, "latency": 0.98, "fit": 0.8}
    return Shortlist(
        candidates=(
            Candidate(model="HuggingFaceTB/SmolLM2-135M-Instruct", score=0.82, parts=parts, because="cheapest that can be tuned here; weak without tuning"),
            Candidate(model="Qwen/Qwen3-1.7B", score=0.77, parts={**parts, "quality": 0.74, "cost": 0.8}, because="stronger at 12 times the parameters"),
            Candidate(model="meta-llama/Llama-3.1-8B-Instruct", score=0.66, parts={**parts, "quality": 0.82, "cost": 0.5}, because="most room for quality; licence has conditions"),
        ),
        excluded=(
            Exclusion(model="gpt-4.1-mini", because="hosted only, and the profile says no_egress"),
            Exclusion(model="claude-haiku-4.5", because="hosted only, and the profile says no_egress"),
            Exclusion(model="mistral-large", because="hosted only, and the profile says no_egress"),
        ),
    )  # fmt: skip


def advice() -> Advice:
    """Decision and shortlist."""
    return Advice(decision=decision(), shortlist=shortlist())


# ------------------------------------------------------------------------------------------------------------ plan
def dollars(low: str, expected: str, high: str) -> Money:
    return Money(low=Decimal(low), expected=Decimal(expected), high=Decimal(high))


def offer(provider: str, gpu: str, usd_per_hour: str, hours: float, *, fits: bool | None = True) -> OfferChoice:
    cost = Decimal(usd_per_hour) * Decimal(str(hours))
    return OfferChoice(
        offer_id=f"{provider.lower()}-{gpu.lower()}", provider=provider, gpu=gpu, gpus=1, usd_per_hour=Decimal(usd_per_hour),
        hours=Span(low=hours * 0.6, expected=hours, high=hours * 1.8),
        usd=Money(low=cost * Decimal("0.6"), expected=cost, high=cost * Decimal("1.8")),
        peak_memory_gib=Span(low=1.6, expected=2.0, high=2.6), memory_gib=24.0, fits=fits,
        source=f"{provider} price page", as_of=date(2026, 2, 20),
    )  # fmt: skip


def component(
    name: str, stage: str, usd: Money | None, *, unit: str, price: str | None, recurring: str = "once"
) -> CostComponent:
    return CostComponent.model_validate({
        "id": name.lower().replace(" ", "_"), "stage": stage, "name": name, "recurring": recurring,
        "quantity": {"low": 0.06, "expected": 0.1, "high": 0.18} if unit == "GPU h" else {"low": 1, "expected": 1.5, "high": 3},
        "unit": unit, "unit_price_usd": price, "usd": usd, "source": "Lambda price page" if unit == "GPU h" else "profile",
        "as_of": date(2026, 2, 20), "because": "1,412 examples x 1 epoch x 112 tokens at 5.2 k tokens/s",
    })  # fmt: skip


def plan() -> Plan:
    """What the example would take."""
    offers = (offer("Lambda", "L4", "0.75", 0.1), offer("RunPod", "RTX 4090", "0.69", 0.08), offer("AWS", "A10G", "1.01", 0.12),
              offer("GCP", "T4", "0.35", 0.31, fits=None))  # fmt: skip
    return Plan(
        id="p-77a0", profile_name="Bank message routing", model="HuggingFaceTB/SmolLM2-135M-Instruct", method="lora", gpu="l4",
        chosen=offers[0], offers=offers, gpu_hours=Span(low=0.06, expected=0.1, high=0.18),
        peak_memory_gib=Span(low=1.6, expected=2.0, high=2.6),
        breakdown_gib={"weights": 0.5, "adapter_and_optimizer": 0.06, "activations": 1.1, "overhead": 0.34},
        components=(
            component("Training", "training", dollars("0.05", "0.08", "0.14"), unit="GPU h", price="0.75"),
            component("Hyperparameter trials", "training", dollars("0.10", "0.20", "0.40"), unit="GPU h", price="0.75"),
            component("Evaluation", "evaluation", dollars("0.03", "0.05", "0.09"), unit="GPU h", price="0.75"),
            component("Labelling", "data", dollars("3.00", "4.05", "6.00"), unit="h", price="2.70"),
            component("Engineer", "people", None, unit="h", price=None),
            component("Hosting", "hosting", dollars("210", "268", "540"), unit="month", price="268", recurring="monthly"),
            component("Monitoring", "maintenance", dollars("4", "8", "16"), unit="h", price="8", recurring="monthly"),
        ),
        once_usd=dollars("3.18", "4.38", "6.63"), monthly_usd=dollars("214", "276", "556"), unpriced=("Engineer",),
        break_even=BreakEven(requests_per_day=41200.0, api_model="gpt-4.1-mini", api_usd_per_request=Decimal("0.000217"),
                             self_host_usd_per_month=Decimal(268), because="always-on L4 against 420 tokens in and 6 out a request"),
        assumptions=("one epoch over all examples", "sequence length 512, micro batch 4"), as_of=date(2026, 2, 20),
    )  # fmt: skip


# -------------------------------------------------------------------------------------------------------- comparison
def comparison() -> Comparison:
    """The tuned arm against the best prompt."""
    return Comparison(
        id="c-0d31", verdict="SHIP", because="The tuned model is better than the best prompt; the whole interval is above the smallest gain worth having.",
        primary=Primary(metric="exact_match", baseline=0.625, candidate=0.88, difference=0.255, interval=(0.181, 0.329),
                        p_value=2.1e-9, method="McNemar exact; Tango interval", n=200, discordant=(6, 57)),
        arms=(
            ArmSummary(arm="base_few_shot", label="SmolLM2-135M, best prompt", score=0.625, interval=(0.556, 0.689), correct=125, items=200, format_valid=197, errors=0),
            ArmSummary(arm="base_zero_shot", label="SmolLM2-135M, zero-shot", score=0.0, interval=(0.0, 0.019), correct=0, items=200, format_valid=3, errors=0),
            ArmSummary(arm="tuned", label="SmolLM2-135M + LoRA", score=0.88, interval=(0.828, 0.918), correct=176, items=200, format_valid=200, errors=0),
        ),
        guards=(Guard(id="format_valid", baseline=0.985, candidate=1.0, difference=0.015, interval=(-0.003, 0.043), margin=0.02, passed=True,
                      because="Outputs of the wanted form are not fewer than the margin allows."),),
        slices=(), net_benefit_per_1k_requests_usd=None,
        plan=RegisteredPlan(baseline="base_few_shot", candidate="tuned", metric="exact_match", alpha=0.05, minimum_gain=0.02,
                            noninferiority_margin=0.02, items=200, guards=("format_valid",), sha256="9f2c" * 16),
        deviations=(), items_needed=None, cost_of_items_usd=None,
    )  # fmt: skip


ITEMS = (
    ("My card still hasn't come in the post", "card_arrival", "card_arrival", "card_arrival", "both_right"),
    (
        "I was charged twice for one coffee",
        "transaction_charged_twice",
        "card_payment_fee_charged",
        "transaction_charged_twice",
        "fixed",
    ),
    ("How do I change my PIN abroad?", "change_pin", "Sure! To change your PIN abroad you", "change_pin", "fixed"),
    (
        "The exchange rate looks wrong",
        "wrong_exchange_rate_for_cash_withdrawal",
        "exchange_rate",
        "exchange_rate",
        "both_wrong",
    ),
    ("Top-up did not arrive", "top_up_failed", "top_up_failed", "pending_top_up", "broken"),
    ("Is there a fee for top-ups by card?", "top_up_by_card_charge", "top_up_failed", "top_up_by_card_charge", "fixed"),
)


def item_pairs() -> tuple[ItemPair, ...]:
    """Both answers to a few items."""
    return tuple(
        ItemPair.model_validate({
            "item": f"i{number}", "input": asked, "target": target, "outcome": outcome,
            "outputs": {"base_few_shot": before, "tuned": after},
            "correct": {"base_few_shot": before == target, "tuned": after == target},
        })
        for number, (asked, target, before, after, outcome) in enumerate(ITEMS)
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------------ events
def loss_at(step: int) -> float:
    """A curve that falls like the recorded one, with its ripple."""
    return 0.16 + 2.15 * 0.93**step + 0.05 * ((step * 7) % 5 - 2) * 0.98**step


def started(kind: RunKind, run_id: str, *, elapsed_s: float = 0.0, resumed_from: int | None = None) -> RunStarted:
    return RunStarted(elapsed_s=elapsed_s, run_id=run_id, run_kind=kind, pid=4242, host="ada", boot_id="b00", spec_sha256="0" * 64,
                      resumed=resumed_from is not None, resumed_from_step=resumed_from)  # fmt: skip


def train_events(first: int = 1, last: int = STEPS) -> list[Event]:
    """A training run from its start, or from a checkpoint, with validation and checkpoints."""
    begin = 3.5 * (first - 1)
    events: list[Event] = [
        started("train", RUN_OF["train"], elapsed_s=begin, resumed_from=first - 1 if first > 1 else None),
        StageStarted(elapsed_s=begin + 0.4, stage="load model", detail="134.5 M parameters"),
        StageFinished(elapsed_s=begin + 3.1, stage="load model", seconds=2.7),
        StageStarted(elapsed_s=begin + 3.2, stage="train"),
    ]
    for step in range(first, last + 1):
        elapsed = 4.0 + 3.5 * step
        events.append(StepDone(
            elapsed_s=elapsed, step=step, total_steps=STEPS, loss=loss_at(step), learning_rate=1e-3 * (1 - step / STEPS),
            grad_norm=0.8, tokens=448 * step, examples=4 * step, tokens_per_second=128.0, peak_memory_gib=1.94,
            usd_so_far=Decimal("0.75") * Decimal(str(elapsed)) / 3600, eta_s=3.5 * (STEPS - step),
        ))  # fmt: skip
        if step % 10 == 0:
            events.append(ValidationLoss(elapsed_s=elapsed + 0.6, step=step, loss=loss_at(step) + 0.06))
            events.append(
                CheckpointSaved(elapsed_s=elapsed + 0.9, step=step, path=f"checkpoints/{step}", sha256="a" * 64)
            )
    return events


def train_finished() -> RunFinished:
    return RunFinished(elapsed_s=214.5, result=TrainResult(
        steps=STEPS, examples=240, tokens=26880, trained_tokens=1680, first_loss=loss_at(1), final_loss=loss_at(STEPS), validation_loss=0.247,
        adapter_dir="adapter", adapter_sha256="b" * 64, adapter_params=2442240, peak_memory_gib=1.94, tokens_per_second=128.0,
        examples_per_second=1.1, machine_hours=0.0596, usd=Decimal("0.0447"), learned=True,
    ))  # fmt: skip


def interrupted(step: int) -> RunInterrupted:
    return RunInterrupted(
        elapsed_s=4.0 + 3.5 * step, signal="SIGINT", step=step, resume=f"tunewise resume {RUN_OF['train']}"
    )


def evaluate_events(arms: tuple[str, ...], *, total: int, done_of_last: int | None = None) -> list[Event]:
    """An evaluation, whole or up to somewhere in its last arm."""
    shares = {"base_few_shot": 0.625, "base_zero_shot": 0.0, "tuned": 0.88}
    events: list[Event] = [
        started("evaluate", "evaluate"),
        StageStarted(elapsed_s=0.5, stage="load engine", detail="vllm 0.32.0"),
        StageFinished(elapsed_s=31.0, stage="load engine", seconds=30.5),
    ]
    elapsed = 31.0
    for arm in arms:
        partial = done_of_last if arm == arms[-1] and done_of_last is not None else total
        events.append(StageStarted(elapsed_s=elapsed, stage=f"arm {arm}"))
        for done in [*range(32, partial, 32), partial]:
            elapsed += 6.0
            events.append(ArmProgress(elapsed_s=elapsed, arm=arm, done=done, total=total, correct=round(done * shares[arm]), cached=0,
                                      usd_so_far=Decimal("0.75") * Decimal(str(elapsed)) / 3600))  # fmt: skip
        if partial == total:
            events.append(ArmFinished(elapsed_s=elapsed, score=arm_score(arm, total, round(total * shares[arm]))))
            events.append(StageFinished(elapsed_s=elapsed, stage=f"arm {arm}", seconds=42.0))
    return events


def arm_score(arm: str, total: int, right: int) -> ArmScore:
    return ArmScore(arm=arm, items=total, correct=right, format_valid=3 if arm == "base_zero_shot" else total, errors=0, seconds=42.0,
                    prompt_tokens=84000, output_tokens=1200)  # fmt: skip


def evaluate_finished() -> RunFinished:
    return RunFinished(elapsed_s=148.0, result=EvaluateResult(
        arms=(arm_score("tuned", 200, 176),), items_path="items.jsonl", items_head="c" * 64, engine="vllm 0.32.0",
        peak_memory_gib=3.1, machine_hours=0.041, usd=Decimal("0.031"),
    ))  # fmt: skip


def prepare_events() -> list[Event]:
    """A prepare run but for its result, which is no matter here."""
    events: list[Event] = [started("prepare", RUN_OF["prepare"])]
    for stage, detail, begin, seconds in (
        ("convert", "SmolLM2-135M-Instruct, 4 bits to float32", 0.3, 24.0),
        ("check hashes", "", 24.4, 1.1),
        ("split data", "1,412 training, 100 validation, 200 test", 25.6, 0.9),
        ("remove duplicates", "18 inside, 7 across the splits", 26.6, 0.4),
        ("measure machine", "2 cores, 118 GFLOP/s", 27.1, 3.2),
    ):
        events.append(StageStarted(elapsed_s=begin, stage=stage, detail=detail))
        events.append(StageFinished(elapsed_s=begin + seconds, stage=stage, seconds=seconds, detail=detail))
    return [*events, Warned(elapsed_s=31.0, message="the weights went through 4 bits")]


# ------------------------------------------------------------------------------------------------------------ workflow
class RecordedWorkflow(Workflow):
    """Answers from the records above; keeps journeys in memory, plays runs as fast as they are read.

    ``done`` is how many stages of the one journey are done at the start; None is no journey at all. A run listed in
    ``cut`` stops after its recorded events and waits until nobody watches any more, as a live one does.
    """

    def __init__(self, root: Path = ROOT, *, done: int | None = None, status: StageStatus = "waiting") -> None:
        super().__init__(Workspace(root), today=lambda: TODAY)
        self.done, self.status = done, status
        self.draft: Draft | None = None
        self.chosen = decision()
        self.items_shown = item_pairs()
        self.compared = comparison()
        self.the_profile = profile()
        self.cut: dict[str, list[Event]] = {}
        self.fail: dict[StageId, BadInput] = {}
        self.opened: list[JourneyInputs] = []
        self.stopped: list[str] = []
        self.resumed: list[str] = []
        self.markdown = "# Report\n\nThe tuned model is **better**.\n"

    # -- profile and advice
    def example_profile(self) -> Profile:
        return self.the_profile

    def save_draft(self, draft: Draft) -> None:
        self.draft = draft

    def load_draft(self) -> Draft | None:
        return self.draft

    def save_profile(self, profile: Profile, path: Path) -> None:
        path.write_text(profile.model_dump_json(), "utf-8")

    def decide(self, profile: Profile) -> Decision:
        share = len(profile.known()) / 20
        return self.chosen.model_copy(update={"confidence": round(min(self.chosen.confidence, 0.3 + share), 2)})

    def advise(self, profile: Profile) -> Advice:
        return Advice(decision=self.chosen, shortlist=shortlist())

    def plan(self, profile: Profile, *, model: str | None = None, gpu: str | None = None) -> Plan:
        return plan() if model is None else plan().model_copy(update={"model": model})

    # -- journeys
    def journeys(self) -> list[JourneyView]:
        return [] if self.done is None else [self.journey(JOURNEY)]

    def open_journey(self, inputs: JourneyInputs, *, fresh: bool = False) -> JourneyView:
        self.opened.append(inputs)
        self.done = self.done or 0
        return self.journey(JOURNEY)

    def journey(self, journey_id: str) -> JourneyView:
        done = self.done or 0
        return JourneyView(
            id=JOURNEY, inputs=JourneyInputs(profile=self.the_profile), stages=tuple(self._stage(at, done) for at in range(len(STAGES))),
            profile=self.the_profile, advice=Advice(decision=self.chosen, shortlist=shortlist()) if done > 2 else None,
            plan=plan() if done > 3 else None, comparison=self.compared if done > 5 else None,
            report_html=self._report("html") if done > 6 else None, report_markdown=self._report("md") if done > 6 else None,
        )  # fmt: skip

    def _stage(self, at: int, done: int) -> StageView:
        stage = STAGES[at]
        status: StageStatus = "done" if at < done else self.status if at == done else "waiting"
        touched = status != "waiting"
        hint = f"tunewise resume {RUN_OF[stage]}" if status in ("interrupted", "failed") and stage in RUN_OF else ""
        said = {
            "done": SUMMARIES[stage],
            "interrupted": "stopped by SIGINT after step 34",
            "running": "step 34 of 60",
        }.get(status, "")
        return StageView(id=stage, title=STAGE_TITLES[stage], status=status, run_id=RUN_OF.get(stage) if touched else None,
                         seconds=SECONDS[stage] if status == "done" else None, summary=said, hint=hint)  # fmt: skip

    def _report(self, ending: str) -> Path:
        return self.workspace.reports / f"{JOURNEY}.{ending}"

    def advance(
        self, journey_id: str, listen: Callable[[str, Event], None], *, stop: threading.Event | None = None
    ) -> JourneyView:
        stage = STAGES[self.done or 0]
        if stage in self.fail:
            self.status = "failed"
            raise self.fail.pop(stage)
        if stage in RUN_OF:
            self.status = "running"
            for event in self.follow(RUN_OF[stage], stop=stop):
                listen(RUN_OF[stage], event)
            if (stop is not None and stop.is_set()) or RUN_OF[stage] in self.stopped:
                self.status = "interrupted" if RUN_OF[stage] in self.stopped else "running"
                return self.journey(journey_id)
        self.done, self.status = (self.done or 0) + 1, "waiting"
        if stage == "report":
            self.write_report(journey_id)
        return self.journey(journey_id)

    def items(self, journey_id: str) -> tuple[ItemPair, ...]:
        return self.items_shown

    def comparison(self, journey_id: str) -> Comparison:
        return self.compared

    def write_report(self, journey_id: str) -> ReportFiles:
        self.workspace.reports.mkdir(parents=True, exist_ok=True)
        self._report("html").write_text("<!doctype html>", "utf-8")
        self._report("md").write_text(self.markdown, "utf-8")
        return ReportFiles(html=self._report("html"), markdown=self._report("md"))

    # -- runs
    def runs(self) -> list[RunView]:
        stages = [stage for stage in self.journey(JOURNEY).stages if stage.run_id] if self.done is not None else []
        return [self.run(stage.run_id) for stage in reversed(stages) if stage.run_id]

    def run(self, run_id: str) -> RunView:
        if run_id not in KIND_OF:
            raise BadInput(f"no run is called {run_id}", "tunewise runs lists them")
        status, progress = self._run_status(run_id)
        return RunView(
            id=run_id, kind=KIND_OF[run_id], status=status, pid=4242, started_at=EARLIER, elapsed_s=123.0, progress=progress,
            usd_so_far=Decimal("0.0257"), detail="", resume_command=f"tunewise resume {run_id}" if status == "interrupted" else None,
            folder=self.workspace.run_dir(run_id), planned=planned() if KIND_OF[run_id] == "train" else None, price=price(),
        )  # fmt: skip

    def _run_status(self, run_id: str) -> tuple[RunStatus, float]:
        if run_id in self.stopped:
            return "interrupted", 0.57
        if run_id in self.cut:
            return ("interrupted", 0.57) if self._ended(self.cut[run_id]) else ("running", 0.57)
        return "finished", 1.0

    def _ended(self, events: list[Event]) -> bool:
        return bool(events) and isinstance(events[-1], RunInterrupted)

    def follow(self, run_id: str, *, stop: threading.Event | None = None) -> Iterator[Event]:
        if run_id not in self.cut:
            yield from whole_run(run_id)
            return
        yield from self.cut[run_id]
        if self._ended(self.cut[run_id]):
            return
        while not (stop is not None and stop.wait(0.01)):
            if run_id in self.stopped:
                yield interrupted(34)
                return
            if run_id not in self.cut:
                yield from whole_run(run_id)[len(train_events(1, 34)) :]
                return

    def stop_run(self, run_id: str) -> None:
        self.stopped.append(run_id)

    def resume_run(self, run_id: str) -> RunView:
        self.resumed.append(run_id)
        self.stopped.clear()
        self.cut.pop(run_id, None)
        return self.run(run_id)

    def log_tail(self, run_id: str, lines: int = 200) -> list[str]:
        return ["loaded"]


def whole_run(run_id: str) -> list[Event]:
    """A run from its first event to its end."""
    if run_id == RUN_OF["train"]:
        return [*train_events(), train_finished()]
    if run_id == RUN_OF["compare"]:
        return [*evaluate_events(("base_few_shot", "base_zero_shot", "tuned"), total=200), evaluate_finished()]
    if run_id == RUN_OF["probe"]:
        return [*evaluate_events(("base_few_shot", "base_zero_shot"), total=100), evaluate_finished()]
    return prepare_events()


def price() -> Price:
    return Price(
        offer_id="lambda-l4",
        gpu="l4",
        usd_per_hour=Decimal("0.75"),
        source="Lambda price page",
        as_of=date(2026, 2, 20),
    )


def planned() -> Planned:
    return Planned(plan_id="p-77a0", machine_hours=Range(low=0.05, expected=0.066, high=0.09), peak_memory_gib=Range(low=1.6, expected=2.0, high=2.6),
                   usd=MoneyRange(low=Decimal("0.03"), expected=Decimal("0.05"), high=Decimal("0.08")))  # fmt: skip
