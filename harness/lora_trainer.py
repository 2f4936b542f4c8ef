"""transformers' trainer with our loss, our batches, our events and checkpoints that are whole or not there."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import SequentialSampler
from transformers import PrinterCallback, Trainer, TrainerCallback

from harness import checkpoints
from harness.batching import Batch
from harness.chat import Encoded
from harness.emit import Emitter
from harness.environment import peak_memory_gib
from harness.errors import HarnessError
from harness.loss import answer_loss, trained_tokens
from harness.protocol import CheckpointSaved, Event, StepDone, TrainSpec, ValidationLoss
from harness.spending import spent


class Tally:
    """What a run has done by each step, known from its plan, and the events of this session."""

    def __init__(self, rows: Sequence[Encoded], batches: Sequence[Batch], grad_accum: int) -> None:
        self._per_step = grad_accum
        self._tokens = list(accumulate(sum(len(rows[at].input_ids) for at in batch) for batch in batches))
        self._examples = list(accumulate(map(len, batches)))
        self._trained = list(
            accumulate(sum(len(rows[at].input_ids) - rows[at].target_start for at in batch) for batch in batches)
        )
        self.batches = list(batches)
        self.events: list[Event] = []

    def tokens(self, step: int) -> int:
        """Tokens of all rows up to a step, prompts included, each row counted whole even where a prefix was shared."""
        return self._tokens[step * self._per_step - 1] if step else 0

    def examples(self, step: int) -> int:
        """Rows up to a step."""
        return self._examples[step * self._per_step - 1] if step else 0

    def trained_tokens(self, step: int) -> int:
        """Tokens that a loss was taken of, up to a step."""
        return self._trained[step * self._per_step - 1] if step else 0


class Stopwatch:
    """Seconds spent in steps, without validation and saving, and seconds in all."""

    def __init__(self) -> None:
        self.began = self._lap = time.monotonic()
        self.in_steps = 0.0

    def start_lap(self) -> None:
        """A step begins."""
        self._lap = time.monotonic()

    def end_lap(self) -> None:
        """A step is done."""
        self.in_steps += time.monotonic() - self._lap

    def total(self) -> float:
        """Seconds since the training of this session began."""
        return time.monotonic() - self.began


class Watch(TrainerCallback):  # type: ignore[misc]  # transformers is untyped here
    """Begins a step's time, and the curve before the first step."""

    def __init__(self, trainer: LoraTrainer) -> None:
        self._trainer = trainer

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """The curve starts before the first step."""
        self._trainer.begin(self._trainer.state.global_step)

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        """Time runs."""
        self._trainer.watch.start_lap()


class LoraTrainer(Trainer):  # type: ignore[misc]  # transformers is untyped here
    """Runs planned batches in order and reports every step."""

    def __init__(
        self,
        *,
        model: Any,
        args: Any,
        spec: TrainSpec,
        emitter: Emitter,
        tally: Tally,
        held_out: Sequence[dict[str, torch.Tensor]],
        collate: Callable[[Batch], dict[str, torch.Tensor]],
    ) -> None:
        super().__init__(model=model, args=args, train_dataset=tally.batches, data_collator=lambda one: collate(one[0]))
        self.spec, self.emitter, self.tally = spec, emitter, tally
        self.run_dir = Path(spec.run_dir)
        self.watch = Stopwatch()
        self._held_out = list(held_out)
        self._first_step = 0
        self._staging: Path | None = None
        self.model_accepts_loss_kwargs = True  # so that a step's trained tokens are counted over all its micro-batches
        self.remove_callback(PrinterCallback)
        self.add_callback(Watch(self))

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        del train_dataset
        return SequentialSampler(self.train_dataset)

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Cross-entropy of the answers, averaged over the trained tokens of the whole step."""
        del return_outputs
        return answer_loss(model, inputs, divisor=num_items_in_batch)

    def begin(self, step: int) -> None:
        """Training starts or goes on behind ``step``."""
        self._first_step = step
        if step == 0:
            self._validate(0)
        self.watch = Stopwatch()

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Report a step, and save and stop behind it if a signal asks for that.

        One whose loss or gradient is no number ends the run before it can be saved.
        """
        del start_time
        if "loss" not in logs:
            return
        self.watch.end_lap()
        step, loss, norm = self.state.global_step, logs["loss"], logs.get("grad_norm")
        if not math.isfinite(loss) or not math.isfinite(norm or 0.0):
            raise self._diverged(step, loss, norm, logs["learning_rate"])
        self._report(step, loss, norm, logs["learning_rate"])
        if self.emitter.stop.signal is not None:
            self.control.should_save = self.control.should_training_stop = True

    def _report(self, step: int, loss: float, norm: float | None, learning_rate: float) -> None:
        done, left = step - self._first_step, self.spec.max_steps - step
        tokens = self.tally.tokens(step) - self.tally.tokens(self._first_step)
        elapsed = self.emitter.elapsed()
        self._emit(
            StepDone(
                elapsed_s=elapsed,
                step=step,
                total_steps=self.spec.max_steps,
                loss=loss,
                learning_rate=learning_rate,
                grad_norm=norm,
                tokens=self.tally.tokens(step),
                examples=self.tally.examples(step),
                tokens_per_second=round(tokens / max(self.watch.in_steps, 1e-9), 2),
                peak_memory_gib=round(peak_memory_gib(), 3),
                usd_so_far=spent(elapsed, self.spec.price),
                eta_s=round(self.watch.total() / done * left, 1),
            )
        )

    def _diverged(self, step: int, loss: float, norm: float | None, learning_rate: float) -> HarnessError:
        saved = checkpoints.newest(self.run_dir, warn=self.emitter.warn)
        kept = f"the last finite checkpoint is step {saved.step}" if saved else "no checkpoint was saved before"
        return HarnessError(
            f"training diverged at step {step}: loss {loss}, gradient norm {norm}, learning rate {learning_rate:.3g}",
            f"{kept}; start again with a lower learning_rate than {self.spec.learning_rate:g}",
        )

    def _emit(self, event: Event) -> None:
        self.tally.events.append(event)
        self.emitter.emit(event)

    @torch.no_grad()
    def _validate(self, step: int) -> None:
        """Loss on rows that are never trained; draws no random numbers, so it leaves the run as it was."""
        if not self._held_out:
            return
        self.model.eval()
        batches = [self._prepare_inputs(batch) for batch in self._held_out]
        total = sum(float(answer_loss(self.model, batch, divisor=1)) for batch in batches)
        loss = total / sum(map(trained_tokens, batches))
        if not math.isfinite(loss):
            raise self._diverged(step, loss, None, self.spec.learning_rate)
        self._emit(ValidationLoss(elapsed_s=self.emitter.elapsed(), step=step, loss=loss))

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Validate, then let the trainer write aside what it needs to go on, and put it in place when it is whole.

        A run that was asked to stop does not keep the asker waiting for the validation.
        """
        step = self.state.global_step
        if self.emitter.stop.signal is None:
            self._validate(step)
        self._staging = checkpoints.staging(self.run_dir)
        super()._save_checkpoint(model, trial)
        written = next(self._staging.glob("checkpoint-*"))
        saved = checkpoints.commit(written, self.run_dir, step)
        checkpoints.prune(self.run_dir, self.spec.keep_checkpoints)
        path = saved.path.relative_to(self.run_dir).as_posix()
        self._emit(CheckpointSaved(elapsed_s=self.emitter.elapsed(), step=step, path=path, sha256=saved.sha256))

    def _get_output_dir(self, trial: Any) -> str:
        del trial
        return str(self._staging or self.args.output_dir)
