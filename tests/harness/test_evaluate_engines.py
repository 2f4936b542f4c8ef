"""Evaluation on real engines, in real processes: vLLM killed and resumed, the same prompt under other weights."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness import chain
from harness.protocol import EngineSettings, EvaluateResult, EvaluateSpec, finished, read_events
from tests.harness import evaluating, running

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(400),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]
VLLM = EngineSettings(
    backend="vllm", dtype="bfloat16", max_model_len=256, max_new_tokens=6, max_num_seqs=4, shard_items=2
)


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> EvaluateSpec:
    """Base twice and tuned, all with the same prompt for two of them, in two-item batches."""
    root = tmp_path_factory.mktemp("evaluate")
    model = evaluating.write_model(root / "model")
    adapter = evaluating.write_adapter(root / "adapter", model)
    arms = [
        evaluating.arm("base", model),
        evaluating.arm("terse", model, evaluating.TERSE),
        evaluating.arm("tuned", model, adapter=adapter),
    ]
    data_dir = evaluating.write_data(root / "data", rows=300, test_items=60)
    return evaluating.spec(root, "whole", data_dir=data_dir, arms=arms, engine=VLLM)


def renamed(spec: EvaluateSpec, run_id: str, **changes: object) -> EvaluateSpec:
    folder = Path(spec.run_dir).with_name(run_id)
    return spec.model_copy(update={"run_id": run_id, "run_dir": str(folder), **changes})


def command(spec: EvaluateSpec) -> list[str]:
    path = Path(spec.run_dir).parent / f"{spec.run_id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(spec.model_dump_json(), encoding="utf-8")
    return [sys.executable, "-P", "-m", "harness", "evaluate", str(path)]


def run(spec: EvaluateSpec) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(spec), capture_output=True, text=True, timeout=300, check=False, env=running.environment()
    )


def result_of(spec: EvaluateSpec) -> EvaluateResult:
    found = finished(read_events(Path(spec.run_dir)))
    assert isinstance(found, EvaluateResult)
    return found


def counts(result: EvaluateResult) -> list[dict[str, object]]:
    return [score.model_dump(exclude={"seconds"}) for score in result.arms]


@pytest.fixture(scope="module")
def whole(spec: EvaluateSpec) -> EvaluateResult:
    """The uninterrupted run on vLLM; its stdout carries events and nothing else."""
    done = run(spec)
    assert done.returncode == 0, done.stderr[-2000:]
    assert {json.loads(line)["kind"] for line in done.stdout.splitlines()} >= {"arm_progress", "finished"}
    return result_of(spec)


def test_vllm_answers_all_arms_and_the_engine_names_itself(spec: EvaluateSpec, whole: EvaluateResult) -> None:
    assert whole.engine.startswith("vllm")
    assert [(score.arm, score.items, score.errors) for score in whole.arms] == [
        (name, 60, score.errors) for name, score in zip(("base", "terse", "tuned"), whole.arms, strict=True)
    ]
    assert whole.items_head == chain.read(Path(spec.run_dir) / "items.jsonl")[-1].hash
    assert not list(Path(spec.run_dir).glob("*merged*"))


def test_the_same_prompt_gets_other_answers_from_other_weights(spec: EvaluateSpec, whole: EvaluateResult) -> None:
    items = evaluating.by_arm(Path(spec.run_dir))

    assert [item.prompt_tokens for item in items["base"]] == [item.prompt_tokens for item in items["tuned"]]
    assert [item.output for item in items["base"]] != [item.output for item in items["tuned"]]
    assert not {item.key for item in items["base"]} & {item.key for item in items["tuned"]}


@pytest.mark.parametrize("arm", ["tuned", pytest.param("base", marks=pytest.mark.slow)])
def test_a_killed_evaluation_ends_with_identical_items(spec: EvaluateSpec, whole: EvaluateResult, arm: str) -> None:
    killed = renamed(spec, f"killed-in-{arm}")
    folder = Path(killed.run_dir)
    before = 0 if arm == "base" else 60
    with (folder.parent / f"{killed.run_id}.log").open("wb") as log:
        process = subprocess.Popen(command(killed), stdout=log, stderr=log, env=running.environment())
        try:
            running.wait_for(folder, "arm_progress", count=before + 3)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    kept = len(evaluating.results(folder))

    done = run(killed)

    assert done.returncode == 0, done.stderr[-2000:]
    assert 0 < kept < 180
    assert sum(event["cached"] for event in last_progress(folder)) == kept
    assert evaluating.results(folder) == evaluating.results(Path(spec.run_dir))
    assert counts(result_of(killed)) == counts(whole)
    if arm == "tuned":
        assert "reused from the session before" in stage_details(folder, "merge adapter")


def stage_details(folder: Path, stage: str) -> list[str]:
    """What the finished stages of a name say."""
    return [body["detail"] for body in evaluating.event_bodies(folder, "stage_finished") if body["stage"] == stage]


def last_progress(folder: Path) -> list[dict[str, int]]:
    """The last progress event of each arm in the last session."""
    sessions = running.kinds(folder)
    start = len(sessions) - sessions[::-1].index("run_started")
    events = [record.body for record in chain.read(folder / "events.jsonl")[start:] if record.kind == "arm_progress"]
    return list({event["arm"]: event for event in events}.values())


def test_the_fallback_says_that_it_is_one(spec: EvaluateSpec, whole: EvaluateResult) -> None:
    engine = VLLM.model_copy(update={"backend": "hf", "dtype": "float32", "shard_items": 30})
    fallback = renamed(spec, "fallback", engine=engine)

    done = run(fallback)

    assert done.returncode == 0, done.stderr[-2000:]
    result = result_of(fallback)
    assert result.engine.startswith("fallback: transformers ")
    assert "warning" in running.kinds(Path(fallback.run_dir))
    assert [score.prompt_tokens for score in result.arms] == [score.prompt_tokens for score in whole.arms]
