"""A workspace with a journey, a finished LoRA run and an evaluation, written through the real journals."""

from __future__ import annotations

import json
from pathlib import Path

from advisor.paths import Workspace
from advisor.runner import record_end
from advisor.store.journal import Journal
from harness import chain
from harness.fingerprint import fingerprint
from harness.protocol import (
    ArmFinished,
    ArmScore,
    EvaluateResult,
    Event,
    ItemResult,
    Prompt,
    RunFinished,
    RunStarted,
    TrainSpec,
    event_body,
)
from tests.runner.player import result, step_done

AWKWARD = ('it\'s "quoted"', "naïve ✓ \u202e", "tab\tnew\nline", "nul \x00 byte", "", "😀")
PLAN = {
    "id": "plan-1",
    "components": [
        {
            "id": "training.gpu", "stage": "training", "name": "GPU time", "recurring": "once",
            "quantity": {"low": 1.0, "expected": 2.0, "high": 3.0}, "unit": "hour", "unit_price_usd": "1.49",
            "usd": {"low": "1.49", "expected": "2.98", "high": "4.47"}, "source": "an offer", "as_of": "2026-01-31",
        },
        {
            "id": "people", "stage": "people", "name": "Labelling", "recurring": "once",
            "quantity": {"low": 1.0, "expected": 2.0, "high": 3.0}, "unit": "hour", "unit_price_usd": None, "usd": None,
            "source": "unknown", "as_of": "2026-01-31",
        },
    ],
}  # fmt: skip
COMPARISON = {
    "id": "cmp-1",
    "verdict": "SHIP",
    "because": "clear of zero",
    "primary": {"difference": 0.25, "interval": [0.1, 0.4], "p_value": 0.001, "n": 200},
}


def make_workspace(root: Path) -> Workspace:
    workspace = Workspace(root / ".tunewise")
    journal = Journal(workspace)
    journal.append("journey_started", {"journey": "j1", "inputs": {"steps": 3}})
    journal.append("planned", {"journey": "j1", "plan": PLAN})
    train_run(workspace, journal)
    evaluate_run(workspace, journal)
    journal.append("compared", {"journey": "j1", "comparison": COMPARISON})
    return workspace


def train_run(workspace: Workspace, journal: Journal, run_id: str = "train-1") -> None:
    run_dir = workspace.run_dir(run_id)
    adapter = run_dir / "adapter"
    adapter.mkdir(parents=True)
    (adapter / "adapter_model.safetensors").write_bytes(b"weights")
    spec = TrainSpec(
        run_id=run_id, run_dir=str(run_dir), model_dir="/nowhere", model_sha256="0" * 64, data_dir="/nowhere",
        data_sha256="0" * 64, prompt=Prompt(id="zero", system="Sort."),
    )  # fmt: skip
    (run_dir / "spec.json").write_text(spec.model_dump_json(indent=2))
    digest = chain.digest(json.loads(spec.model_dump_json()))
    journal.append("run_started", {"run_id": run_id, "kind": "train", "journey": "j1", "spec_sha256": digest})
    ended = result(3).model_copy(update={"adapter_sha256": fingerprint(adapter)})
    steps = [step_done(step, 3, float(step)) for step in (1, 2, 3)]
    write_events(run_dir, started(run_id, "train"), *steps, RunFinished(elapsed_s=4, result=ended))
    record_end(workspace, run_id)


def evaluate_run(workspace: Workspace, journal: Journal, run_id: str = "evaluate-1") -> None:
    run_dir = workspace.run_dir(run_id)
    journal.append("run_started", {"run_id": run_id, "kind": "evaluate", "journey": "j1", "spec_sha256": None})
    items = [item(arm, index, text) for arm in ("base", "tuned") for index, text in enumerate(AWKWARD)]
    for batch in (items[:5], items[5:]):
        last = chain.append(run_dir / "items.jsonl", "items", {"items": [one.model_dump(mode="json") for one in batch]})
    scores = [
        ArmScore(arm=arm, items=6, correct=3, format_valid=6, errors=0, seconds=1.5, prompt_tokens=60, output_tokens=12)
        for arm in ("base", "tuned")
    ]
    ended = EvaluateResult(
        arms=tuple(scores), items_path="items.jsonl", items_head=last.hash, engine="vllm 0", peak_memory_gib=1.0,
        machine_hours=0.1, usd=None,
    )  # fmt: skip
    finished = [ArmFinished(elapsed_s=2, score=score) for score in scores]
    write_events(run_dir, started(run_id, "evaluate"), *finished, RunFinished(elapsed_s=3, result=ended))


def started(run_id: str, kind: str) -> RunStarted:
    return RunStarted.model_validate(
        {"elapsed_s": 0, "run_id": run_id, "run_kind": kind, "pid": 1, "host": "h", "boot_id": "b", "spec_sha256": "0"}
    )


def item(arm: str, index: int, text: str) -> ItemResult:
    return ItemResult(
        arm=arm, key="k", item=f"i{index}", index=index, input=text, target="a", output=text, prediction=None,
        correct=index % 2 == 0, format_valid=True, prompt_tokens=10, output_tokens=2,
    )  # fmt: skip


def write_events(run_dir: Path, *events: Event) -> None:
    with chain.Writer(run_dir / "events.jsonl") as writer:
        for event in events:
            writer.append(event.model_dump()["kind"], event_body(event))


def journal_records(workspace: Workspace) -> int:
    """How many records all journals of a workspace hold."""
    paths = [workspace.journal, *workspace.runs.glob("*/*.jsonl")]
    return sum(len(chain.read(path)) for path in paths)
