"""What each arm of an evaluation is, checked and rendered before an engine is loaded.

All that can be wrong with the input is found here, in seconds: the data is not the data, a folder is not the model,
an adapter does not fit or asks for code, a prompt is longer than the model reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from harness import chat
from harness.adapter import check_adapter
from harness.answers import check_labels
from harness.data import read_manifest, read_rows
from harness.errors import InputError
from harness.fingerprint import fingerprint
from harness.items import Item
from harness.model_folder import check_folder
from harness.protocol import Arm, DatasetManifest, EngineSettings, EvaluateSpec, ModelFacts, Row

LENGTH_STEP = 128
"""A raised max_model_len is rounded up to a multiple of this."""


class ReadyModel(NamedTuple):
    """A model folder that was checked and named by its content, with its tokenizer."""

    folder: Path
    sha256: str
    facts: ModelFacts
    tokenizer: Any


class ReadyAdapter(NamedTuple):
    """An adapter folder that was checked against its model and named by its content."""

    folder: Path
    sha256: str
    rank: int


class ReadyArm(NamedTuple):
    """An arm whose model and adapter were checked and whose prompts are rendered."""

    arm: Arm
    model: ReadyModel
    adapter: ReadyAdapter | None
    items: tuple[Item, ...]
    stop: tuple[str, ...]

    @property
    def tokens_needed(self) -> int:
        """Tokens of the longest prompt."""
        return max(item.prompt_tokens for item in self.items)


class ReadyData(NamedTuple):
    """The rows that every arm answers, in one order."""

    manifest: DatasetManifest
    rows: tuple[Row, ...]


def ready_data(spec: EvaluateSpec) -> ReadyData:
    """The items of the spec, from files that are the ones it was made for. Raises InputError."""
    folder = Path(spec.data_dir)
    manifest = read_manifest(folder, spec.data_sha256)
    rows = read_rows(folder, spec.split, manifest)
    wanted = len(rows) if spec.items is None else spec.items
    if wanted > len(rows) or not rows:
        raise InputError(f"{spec.split} has {len(rows)} items, {wanted} are asked for", f"allowed: 1 to {len(rows)}")
    check_labels(manifest.labels)
    return ReadyData(manifest, tuple(rows[:wanted]))


def ready_arms(spec: EvaluateSpec, data: ReadyData) -> list[ReadyArm]:
    """Every arm, checked and rendered; each model folder is read once. Raises InputError."""
    check_ids(spec)
    models = {folder: ready_model(Path(folder)) for folder in dict.fromkeys(arm.model_dir for arm in spec.arms)}
    return [ready_arm(arm, models[arm.model_dir], data.rows) for arm in spec.arms]


def check_ids(spec: EvaluateSpec) -> None:
    """Arms are named differently, and the plan names arms that are there."""
    ids = [arm.id for arm in spec.arms]
    if len(set(ids)) != len(ids):
        raise InputError(f"two arms have the same id: {', '.join(ids)}", "give each arm its own id")
    for role, name in (("baseline", spec.plan.baseline), ("candidate", spec.plan.candidate)) if spec.plan else ():
        if name not in ids:
            raise InputError(f"the plan's {role} {name!r} is not an arm", f"allowed: {', '.join(ids)}")


def ready_model(folder: Path) -> ReadyModel:
    """A model folder, checked. Raises InputError."""
    facts = check_folder(folder)
    return ReadyModel(folder, fingerprint(folder), facts, chat.load_tokenizer(folder))


def ready_arm(arm: Arm, model: ReadyModel, rows: Sequence[Row]) -> ReadyArm:
    """One arm, checked and rendered. Raises InputError."""
    check_identity(model.folder, model.sha256, arm.model_sha256, "model")
    adapter = ready_adapter(Path(arm.adapter_dir), model.folder) if arm.adapter_dir else None
    if adapter is not None:
        check_identity(adapter.folder, adapter.sha256, arm.adapter_sha256, "adapter")
    return ReadyArm(arm, model, adapter, rendered(model.tokenizer, arm, rows), stop_texts(model.tokenizer))


def ready_adapter(folder: Path, model_dir: Path) -> ReadyAdapter:
    """An adapter folder, checked against the model that it changes. Raises InputError."""
    facts = check_adapter(folder, model_dir)
    return ReadyAdapter(folder, fingerprint(folder), facts.rank)


def check_identity(folder: Path, actual: str, expected: str | None, what: str) -> None:
    """Raise InputError naming both fingerprints when a folder is not the one that the spec was made with."""
    if expected is not None and actual != expected:
        raise InputError(
            f"{folder}: is not the {what} this run was made for (fingerprint {actual[:12]}, not {expected[:12]})",
            f"restore the {what}, or make a new run",
        )


def rendered(tokenizer: Any, arm: Arm, rows: Sequence[Row]) -> tuple[Item, ...]:
    """The rows as the arm's prompts, by the function that training renders with."""
    texts = [chat.prompt_text(tokenizer, arm.prompt, row.input) for row in rows]
    counts = [len(chat.encode(tokenizer, text)) for text in texts]
    return tuple(
        Item(index, row.id, row.input, row.output, text, count)
        for index, (row, text, count) in enumerate(zip(rows, texts, counts, strict=True))
    )


def stop_texts(tokenizer: Any) -> tuple[str, ...]:
    """What ends an answer, as text."""
    return tuple(sorted(str(tokenizer.decode([token])) for token in chat.stop_ids(tokenizer)))


def fitted(settings: EngineSettings, arms: Sequence[ReadyArm], warn: Callable[[str], None]) -> EngineSettings:
    """The settings with a length that every arm's prompts fit into; no prompt is ever cut.

    Raises InputError where a prompt and its answer are longer than a model reads.
    """
    for ready in arms:
        check_context(ready, settings.max_new_tokens)
    needed = max(ready.tokens_needed for ready in arms) + settings.max_new_tokens
    asked = settings.max_model_len
    if needed > asked:
        asked = -(-needed // LENGTH_STEP) * LENGTH_STEP
        warn(
            f"max_model_len raised from {settings.max_model_len} to {asked}: the longest prompt and answer need {needed}"
        )
    known = [ready.model.facts.context_length for ready in arms]
    return settings.model_copy(update={"max_model_len": min([asked, *(length for length in known if length)])})


def check_context(ready: ReadyArm, max_new_tokens: int) -> None:
    """Raise InputError where an arm's longest prompt and its answer are longer than its model reads."""
    needed, limit = ready.tokens_needed + max_new_tokens, ready.model.facts.context_length
    if limit is not None and needed > limit:
        raise InputError(
            f"arm {ready.arm.id}: its longest prompt and answer need {needed} tokens, the model reads {limit}",
            "use fewer or shorter examples in the prompt, or a model with a longer context",
        )
