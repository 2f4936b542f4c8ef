"""Training on the tiny model, in this process: what a run leaves, and what each fault does to it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from harness import batching, checkpoints, lora_trainer, train_lora
from harness.emit import Emitter
from harness.errors import HarnessError, InputError, Interrupted
from harness.fingerprint import fingerprint
from harness.loss import answer_loss
from harness.protocol import (
    CheckpointSaved,
    Event,
    LoraSettings,
    Price,
    StepDone,
    TrainResult,
    TrainSpec,
    ValidationLoss,
    Warned,
    read_events,
)
from tests.harness import running


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Sums in one order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def spec(tmp_path: Path, tiny_model: Path, tiny_data: Path) -> TrainSpec:
    return running.train_spec(tmp_path, "t", model=tiny_model, data_dir=tiny_data)


def train(spec: TrainSpec, *, stop_after: int | None = None) -> TrainResult:
    """One session of a run; a stop is asked for at the given step."""
    with Emitter(Path(spec.run_dir), spec.run_id) as emitter:
        if stop_after is not None:
            ask_at(emitter, stop_after)
        emitter.start(spec, {})
        result = train_lora.run(spec, emitter)
        emitter.finish(result)
    return result


def ask_at(emitter: Emitter, step: int) -> None:
    """Ask for a stop when the step is reported."""
    report = emitter.emit

    def emit(event: Event) -> None:
        report(event)
        if isinstance(event, StepDone) and event.step == step:
            emitter.stop.signal = "SIGTERM"

    emitter.emit = emit  # type: ignore[method-assign]  # the signal arrives between two steps


def elsewhere(spec: TrainSpec, name: str, **changes: Any) -> TrainSpec:
    return spec.model_copy(update={"run_id": name, "run_dir": str(Path(spec.run_dir).with_name(name)), **changes})


def losses(spec: TrainSpec) -> dict[int, float]:
    return {event.step: event.loss for event in read_events(Path(spec.run_dir)) if isinstance(event, StepDone)}


def weights(spec: TrainSpec) -> dict[str, torch.Tensor]:
    return load_file(Path(spec.run_dir) / "adapter" / "adapter_model.safetensors")


def assert_same_run(one: TrainSpec, other: TrainSpec) -> None:
    """The same curve and the same adapter, to the bit."""
    assert losses(one) == losses(other)
    first, second = weights(one), weights(other)
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert fingerprint(Path(one.run_dir) / "adapter") == fingerprint(Path(other.run_dir) / "adapter")


def test_a_run_leaves_a_curve_checkpoints_an_adapter_and_its_figures(spec: TrainSpec) -> None:
    price = Price(offer_id="o", gpu="g", usd_per_hour=Decimal(2), source="s", as_of=date(2026, 1, 1))
    spec = spec.model_copy(update={"price": price, "max_steps": 24, "checkpoint_every": 8})
    result = train(spec)
    events = read_events(Path(spec.run_dir))
    steps = [event for event in events if isinstance(event, StepDone)]
    assert [event.step for event in steps] == list(range(1, 25))
    assert [event.step for event in events if isinstance(event, ValidationLoss)] == [0, 8, 16, 24]
    assert [event.path for event in events if isinstance(event, CheckpointSaved)] == [
        f"checkpoints/step-{step:06d}" for step in (8, 16, 24)
    ]
    assert len(list((Path(spec.run_dir) / "checkpoints").glob("step-*"))) == spec.keep_checkpoints
    assert result.learned
    assert result.final_loss < result.first_loss
    assert (result.examples, result.steps) == (72, 24)
    assert result.trained_tokens < result.tokens == steps[-1].tokens
    assert result.usd == (Decimal(str(result.machine_hours)) * 2).quantize(Decimal("0.000001"))
    assert steps[-1].eta_s == 0
    adapter = Path(spec.run_dir) / result.adapter_dir
    assert result.adapter_sha256 == fingerprint(adapter)
    assert sum(tensor.numel() for tensor in weights(spec).values()) == result.adapter_params
    assert sorted(path.name for path in adapter.iterdir()) == ["adapter_config.json", "adapter_model.safetensors"]
    base = json.loads((adapter / "adapter_config.json").read_text())["base_model_name_or_path"]
    assert base == f"sha256:{spec.model_sha256}"


def test_the_first_loss_is_that_of_the_untrained_model(spec: TrainSpec) -> None:
    train(spec)
    first = next(event for event in read_events(Path(spec.run_dir)) if isinstance(event, ValidationLoss))
    assert first.loss == pytest.approx(math.log(320), rel=0.1)  # a random model is as good as chance on 320 tokens


def test_the_same_specification_gives_the_same_adapter_and_another_seed_another(spec: TrainSpec) -> None:
    again, other = elsewhere(spec, "again"), elsewhere(spec, "other", seed=18)
    for one in (spec, again, other):
        train(one)
    assert_same_run(spec, again)
    assert losses(spec) != losses(other)


def test_a_run_that_is_stopped_saves_and_goes_on_as_if_it_had_not_been(spec: TrainSpec) -> None:
    whole = elsewhere(spec, "whole")
    train(whole)
    with pytest.raises(Interrupted) as caught:
        train(spec, stop_after=3)
    assert caught.value.step == 3
    saved = checkpoints.newest(Path(spec.run_dir), warn=pytest.fail)
    assert saved is not None
    assert saved.step == 3
    train(spec)
    assert_same_run(spec, whole)


def test_a_corrupt_checkpoint_is_named_and_the_one_before_gives_the_same_end(spec: TrainSpec) -> None:
    whole = elsewhere(spec, "whole")
    train(whole)
    with pytest.raises(Interrupted):
        train(spec, stop_after=5)
    optimizer = Path(spec.run_dir) / "checkpoints" / "step-000005" / "optimizer.pt"
    raw = bytearray(optimizer.read_bytes())
    raw[len(raw) // 2] ^= 1
    optimizer.write_bytes(bytes(raw))
    train(spec)
    warnings = [event.message for event in read_events(Path(spec.run_dir)) if isinstance(event, Warned)]
    assert any("step-000005" in message and "optimizer.pt was changed" in message for message in warnings)
    assert_same_run(spec, whole)


def test_a_kill_inside_a_save_costs_only_the_steps_since_the_one_before(
    spec: TrainSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = elsewhere(spec, "whole")
    train(whole)
    commit = checkpoints.commit

    def die(written: Path, run_dir: Path, step: int) -> checkpoints.Checkpoint:
        if step == 4:
            (written / "optimizer.pt").write_bytes(b"")
            raise KeyboardInterrupt
        return commit(written, run_dir, step)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "commit", die)
        with pytest.raises(KeyboardInterrupt):
            train(spec)
    saved = checkpoints.newest(Path(spec.run_dir), warn=pytest.fail)
    assert saved is not None
    assert saved.step == 2
    train(spec)
    assert_same_run(spec, whole)


def test_a_run_killed_between_its_last_checkpoint_and_its_end_only_saves(
    spec: TrainSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(train_lora, "save_adapter", die)
        with pytest.raises(KeyboardInterrupt):
            train(spec)
    result = train(spec)
    assert len([event for event in read_events(Path(spec.run_dir)) if isinstance(event, StepDone)]) == spec.max_steps
    assert result.steps == spec.max_steps
    assert result.tokens_per_second > 0


def test_packed_and_padded_batches_train_alike(spec: TrainSpec) -> None:
    padded = elsewhere(spec, "padded", shared_prefix=False, lora=LoraSettings(rank=4, alpha=8))
    packed = elsewhere(spec, "packed", lora=LoraSettings(rank=4, alpha=8))
    train(padded)
    train(packed)
    assert losses(packed) == pytest.approx(losses(padded), rel=1e-4)


def test_accumulated_micro_batches_give_the_loss_of_one_large_batch(
    spec: TrainSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "WINDOW_BATCHES", 1)  # so that both take the same eight rows first
    plain = {"lora": LoraSettings(rank=4, alpha=8), "max_steps": 1, "validation_rows": 0}
    large = elsewhere(spec, "large", micro_batch=8, grad_accum=1, **plain)
    small = elsewhere(spec, "small", micro_batch=1, grad_accum=8, **plain)
    assert train(large).final_loss == pytest.approx(train(small).final_loss, rel=1e-5)


def test_a_loss_that_is_no_number_ends_the_run_and_names_step_and_learning_rate(
    spec: TrainSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter(range(1000))
    real = answer_loss

    def poisoned(model: Any, batch: Any, *, divisor: Any) -> torch.Tensor:
        loss = real(model, batch, divisor=divisor)
        return loss * math.nan if model.training and next(calls) == 4 else loss

    monkeypatch.setattr(lora_trainer, "answer_loss", poisoned)
    with pytest.raises(HarnessError, match="diverged at step 5: loss nan") as caught:
        train(spec)
    assert "learning rate" in caught.value.message
    assert "last finite checkpoint is step 4" in caught.value.hint
    saved = checkpoints.newest(Path(spec.run_dir), warn=pytest.fail)
    assert saved is not None
    assert saved.step == 4
    assert all(tensor.isfinite().all() for tensor in load_file(saved.path / "adapter_model.safetensors").values())


def test_a_run_whose_loss_does_not_fall_did_not_learn(spec: TrainSpec) -> None:
    assert not train(spec.model_copy(update={"learning_rate": 1e-12, "max_steps": 4})).learned


def test_modules_that_the_model_lacks_are_replaced_by_all_linear_ones_and_said_so(spec: TrainSpec) -> None:
    named = elsewhere(spec, "named", max_steps=1, validation_rows=0)
    guessed = elsewhere(named, "guessed", lora=LoraSettings(rank=4, alpha=8, targets=("c_attn",)))
    assert train(guessed).adapter_params == train(named).adapter_params
    assert any("c_attn" in event.message for event in read_events(Path(guessed.run_dir)) if isinstance(event, Warned))


@pytest.mark.parametrize("part", ["model", "manifest", "rows"])
def test_what_changed_since_it_was_prepared_is_refused(spec: TrainSpec, part: str) -> None:
    data_dir = running.write_data(Path(spec.run_dir).parent / "d", running_rows(spec))
    if part == "rows":
        spec = running.train_spec(Path(spec.run_dir).parent, "r", model=Path(spec.model_dir), data_dir=data_dir)
        (data_dir / "train.jsonl").write_bytes((data_dir / "train.jsonl").read_bytes() + b"\n")
    else:
        spec = spec.model_copy(update={"model_sha256" if part == "model" else "data_sha256": "0" * 64})
    with pytest.raises(InputError, match=r"not the model|not the data|was changed"):
        train(spec)


def running_rows(spec: TrainSpec) -> Path:
    from tests.harness import tiny

    folder = Path(spec.run_dir).parent
    folder.mkdir(parents=True, exist_ok=True)
    return tiny.write_rows(folder / "rows.jsonl")


def test_rows_that_are_too_long_are_refused_before_the_model_is_loaded(
    spec: TrainSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_lora, "load_model", lambda *_: pytest.fail("the model was loaded"))
    with pytest.raises(InputError, match="longer than max_seq_length 40"):
        train(spec.model_copy(update={"max_seq_length": 40}))
