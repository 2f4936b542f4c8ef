"""All arms on the same items in one process: check, load, generate batch by batch, score with lm-eval.

Read top to bottom: what is checked before anything heavy, how an arm is answered, how it is scored, what is reported.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from harness import tasks
from harness.answers import is_empty, read_answer
from harness.arms import ReadyArm, fitted, ready_arms, ready_data
from harness.emit import Emitter
from harness.engine import Engine, Generated, describe, has_gpu, import_engine, import_libraries
from harness.environment import peak_memory_gib
from harness.items import ITEMS, Batch, Item, ItemJournal, batch_keys, batches
from harness.protocol import (
    ArmFinished,
    ArmProgress,
    ArmScore,
    EngineSettings,
    EvaluateResult,
    EvaluateSpec,
    ItemResult,
)
from harness.spending import SECONDS_PER_HOUR, spent
from harness.weights import Engines, ImportEngine

if TYPE_CHECKING:
    from lm_eval.api.instance import Instance


class Job(NamedTuple):
    """An arm with its batches and the key of every item in them."""

    ready: ReadyArm
    batches: list[tuple[Item, ...]]
    keys: list[list[str]]


class Setting(NamedTuple):
    """What all arms have in common."""

    labels: tuple[str, ...]
    engine: EngineSettings
    engine_name: str
    switching: bool
    """Whether the engine switches adapters per request; else they are merged."""


def run(spec: EvaluateSpec, emitter: Emitter, *, import_engine: ImportEngine = import_engine) -> EvaluateResult:
    """Evaluate every arm, going on where an earlier session stopped. Raises InputError, HarnessError, Interrupted."""
    with emitter.stage("import libraries"):
        import_libraries()
    with emitter.stage("check inputs"):
        data = ready_data(spec)
        arms = ready_arms(spec, data)
        warn_of_other_items(spec, len(data.rows), emitter.warn)
        setting = common_setting(spec, arms, data.manifest.labels, emitter.warn)
        jobs = {ready.arm.id: job_of(ready, setting, seed=spec.seed) for ready in arms}
    engines = Engines(
        arms, setting.engine, emitter, seed=spec.seed, switching=setting.switching, import_engine=import_engine
    )
    wanted = [key for job in jobs.values() for keys in job.keys for key in keys]
    with ItemJournal(Path(spec.run_dir), wanted) as journal, engines:
        if journal.set_aside is not None:
            emitter.warn(f"items made with another engine or model were set aside as {journal.set_aside.name}")
        scores = {
            ready.arm.id: run_arm(jobs[ready.arm.id], setting, spec, emitter, journal, engines)
            for ready in engines.order()
        }
        engines.remove_merged()
        return result(spec, emitter, setting, [scores[arm.id] for arm in spec.arms], journal.head)


def warn_of_other_items(spec: EvaluateSpec, items: int, warn: Callable[[str], None]) -> None:
    """Say before any output is seen that the plan was made for another number of items."""
    if spec.plan is not None and spec.plan.items != items:
        warn(f"the plan foresees {spec.plan.items} items, the {spec.split} split gives {items}")


def common_setting(
    spec: EvaluateSpec, arms: Sequence[ReadyArm], labels: tuple[str, ...], warn: Callable[[str], None]
) -> Setting:
    """One engine, one length and one rule of reading for all arms."""
    gpu = has_gpu()
    if spec.engine.backend == "hf":
        warn("outputs come from transformers, the fallback engine, not from vLLM: slower, and near-ties may differ")
    return Setting(
        labels=labels,
        engine=fitted(spec.engine, arms, warn),
        engine_name=describe(spec.engine, gpu=gpu),
        switching=gpu and spec.engine.backend == "vllm",
    )


def job_of(ready: ReadyArm, setting: Setting, *, seed: int) -> Job:
    """An arm's batches, and keys that tell apart all that its outputs depend on."""
    circumstances = {
        "model": ready.model.sha256,
        "adapter": ready.adapter.sha256 if ready.adapter else None,
        "adapter_used": "switched" if setting.switching else "merged",
        "engine": setting.engine_name,
        "settings": setting.engine.model_dump(mode="json"),
        "labels": setting.labels,
        "stop": ready.stop,
        "seed": seed,
    }
    cut = batches(ready.items, setting.engine.shard_items)
    return Job(ready, cut, [batch_keys(circumstances, batch) for batch in cut])


# -------------------------------------------------------------------------------------------------- one arm


def run_arm(
    job: Job, setting: Setting, spec: EvaluateSpec, emitter: Emitter, journal: ItemJournal, engines: Engines
) -> ArmScore:
    """Answer and score one arm; its engine is loaded only if something is left to do."""
    missing = any(journal.find(keys) is None for keys in job.keys)
    engine = engines.loaded_for(job.ready) if missing else None
    with emitter.stage(f"arm {job.ready.arm.id}", detail=job.ready.arm.label):
        answering = Answering(job, setting, spec, emitter, journal, engine, engines.adapter_for(job.ready))
        samples = score(job, setting, answering, seed=spec.seed)
    check_against(samples, answering.results)
    total = arm_score(job.ready.arm.id, answering)
    emitter.emit(ArmFinished(elapsed_s=emitter.elapsed(), score=total))
    return total


def score(job: Job, setting: Setting, answering: Answering, *, seed: int) -> list[dict[str, Any]]:
    """Let lm-eval ask the arm every item and score the answers; returns its samples."""
    from harness.arm_model import ArmModel  # noqa: PLC0415 - imports lm-eval

    config = tasks.task_config(
        job.ready.arm.id,
        job.ready.items,
        labels=setting.labels,
        stop=job.ready.stop,
        max_new_tokens=setting.engine.max_new_tokens,
    )
    return tasks.score(ArmModel(job.batches, answering), config, seed=seed)


class Answering:
    """Answers an arm's batches from the journal or the engine, and keeps count."""

    def __init__(
        self, job: Job, setting: Setting, spec: EvaluateSpec, emitter: Emitter, journal: ItemJournal,
        engine: Engine | None, adapter: Path | None,
    ) -> None:  # fmt: skip
        self._job, self._setting, self._spec = job, setting, spec
        self._emitter, self._journal, self._engine, self._adapter = emitter, journal, engine, adapter
        self._keys = {batch[0].place: keys for batch, keys in zip(job.batches, job.keys, strict=True)}
        self.results: list[ItemResult] = []
        self.cached, self.seconds = 0, 0.0

    def __call__(self, batch: tuple[Item, ...], requests: Sequence[Instance]) -> list[str]:
        """Raw outputs of a batch, on disk before this returns; a stop asked for meanwhile is honoured first."""
        self._emitter.check_stop()
        keys = self._keys[batch[0].place]
        done = self._journal.find(keys)
        self.cached += len(batch) if done else 0
        if done is None:
            done = self._generate(batch, keys, requests)
            self._journal.append(self._job.ready.arm.id, done)
        self.results += done.items
        self.seconds += done.seconds
        self._report()
        return [item.output or "" for item in done.items]

    def _generate(self, batch: tuple[Item, ...], keys: list[str], requests: Sequence[Instance]) -> Batch:
        """A batch from the engine."""
        if self._engine is None:
            raise AssertionError("a batch is missing that was in the journal when the arm began")
        began = time.monotonic()
        outputs = self._engine.generate(requests, self._adapter)
        seconds = round(time.monotonic() - began, 4)
        made = [
            item_result(self._job.ready.arm.id, key, item, output, self._setting.labels)
            for key, item, output in zip(keys, batch, outputs, strict=True)
        ]
        return Batch(tuple(made), seconds)

    def _report(self) -> None:
        """Say how far the arm is."""
        elapsed = self._emitter.elapsed()
        self._emitter.emit(
            ArmProgress(
                elapsed_s=elapsed,
                arm=self._job.ready.arm.id,
                done=len(self.results),
                total=len(self._job.ready.items),
                correct=sum(item.correct is True for item in self.results),
                cached=self.cached,
                usd_so_far=spent(elapsed, self._spec.price),
            )
        )


def item_result(arm: str, key: str, item: Item, made: Generated, labels: tuple[str, ...]) -> ItemResult:
    """One output, read and judged; one that failed or is empty is an error, neither right nor wrong."""
    if made.prompt_tokens != item.prompt_tokens:
        raise AssertionError(f"the engine read {made.prompt_tokens} tokens of item {item.id}, not {item.prompt_tokens}")
    error = made.error or ("the output is empty" if is_empty(made.text) else None)
    answer = None if error else read_answer(made.text, labels)
    return ItemResult(
        arm=arm,
        key=key,
        item=item.id,
        index=item.place,
        input=item.input,
        target=item.target,
        output=None if made.error else made.text,
        prediction=answer.prediction if answer else None,
        correct=answer.prediction == target_answer(item, labels) if answer else None,
        format_valid=answer.format_valid if answer else None,
        prompt_tokens=made.prompt_tokens,
        output_tokens=made.output_tokens,
        error=error,
    )


def target_answer(item: Item, labels: tuple[str, ...]) -> str:
    """The target as an answer is read."""
    return read_answer(item.target, labels).prediction


# -------------------------------------------------------------------------------------------------- results


def check_against(samples: Sequence[dict[str, Any]], results: Sequence[ItemResult]) -> None:
    """Our journal and lm-eval's metric agree on every item that has an answer; anything else is a bug."""
    for sample, item in zip(samples, results, strict=True):
        if item.correct is not None and bool(sample[tasks.METRIC]) != item.correct:
            raise AssertionError(
                f"lm-eval scores item {item.item} of arm {item.arm} {sample[tasks.METRIC]}, the journal {item.correct}"
            )


def arm_score(arm: str, answering: Answering) -> ArmScore:
    """An arm's totals."""
    items = answering.results
    return ArmScore(
        arm=arm,
        items=len(items),
        correct=sum(item.correct is True for item in items),
        format_valid=sum(item.format_valid is True for item in items),
        errors=sum(item.error is not None for item in items),
        seconds=round(answering.seconds, 3),
        prompt_tokens=sum(item.prompt_tokens for item in items),
        output_tokens=sum(item.output_tokens for item in items),
    )


def result(
    spec: EvaluateSpec, emitter: Emitter, setting: Setting, scores: Sequence[ArmScore], head: str
) -> EvaluateResult:
    """The end of the evaluation."""
    seconds = emitter.elapsed()
    return EvaluateResult(
        arms=tuple(scores),
        items_path=ITEMS,
        items_head=head,
        engine=setting.engine_name,
        peak_memory_gib=round(peak_memory_gib(), 3),
        machine_hours=round(seconds / SECONDS_PER_HOUR, 6),
        usd=spent(seconds, spec.price),
    )
