"""LoRA: setup, data, model, trainer, save. Read it top to bottom.

The same specification gives the same adapter, to the bit on a CPU, however often the run is killed on its way.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, TrainingArguments, set_seed

from harness import chat, checkpoints, curve, data, prefix_packing, protocol
from harness.batching import pad, plan_batches
from harness.chat import Encoded
from harness.emit import Emitter
from harness.environment import peak_memory_gib
from harness.errors import InputError
from harness.fingerprint import fingerprint
from harness.lora_trainer import LoraTrainer, Tally
from harness.model import replace_folder
from harness.model_folder import check_folder
from harness.protocol import TrainResult, TrainSpec
from harness.spending import SECONDS_PER_HOUR, spent

MAX_GRAD_NORM = 1.0
ADAPTER = "adapter"
Collate = Callable[[Sequence[Encoded]], dict[str, torch.Tensor]]


def run(spec: TrainSpec, emitter: Emitter) -> TrainResult:
    """Train an adapter, or the rest of it, from the last complete checkpoint."""
    model_dir, run_dir = Path(spec.model_dir), Path(spec.run_dir)

    # setup
    with emitter.stage("check"):
        check_model(model_dir, spec.model_sha256)
        start = checkpoints.newest(run_dir, warn=emitter.warn)
    set_seed(spec.seed)

    # data
    with emitter.stage("tokens") as stage:
        tokenizer = chat.load_tokenizer(model_dir)
        train, held_out = load_rows(spec, tokenizer)
        lengths = [len(row.input_ids) for row in train]
        batches = plan_batches(lengths, batches=spec.max_steps * spec.grad_accum, size=spec.micro_batch, seed=spec.seed)
        stage.detail = f"{len(train)} rows to train, {len(held_out)} to validate, longest {max(lengths)} tokens"

    # model
    with emitter.stage("model") as stage:
        model = load_model(spec, model_dir)
        targets = choose_targets(spec, model, emitter.warn)
        model = get_peft_model(model, lora_config(spec, targets))
        stage.detail = (
            f"{adapter_parameters(model) / 1e6:.2f} M of {parameters(model) / 1e6:.1f} M parameters are trained"
        )

    # train
    collate = choose_collate(spec, model, tokenizer)
    trainer = LoraTrainer(
        model=model,
        args=arguments(spec, run_dir),
        spec=spec,
        emitter=emitter,
        tally=Tally(train, batches, spec.grad_accum),
        held_out=[collate(part) for part in chunks(held_out, spec.validation_batch)],
        collate=lambda places: collate([train[place] for place in places]),
    )
    with emitter.stage("train", f"from step {start.step}" if start else ""):
        trainer.train(resume_from_checkpoint=str(start.path) if start else None)
    if trainer.state.global_step < spec.max_steps:
        emitter.check_stop(trainer.state.global_step)

    # save
    with emitter.stage("save"):
        save_adapter(model, run_dir / ADAPTER, spec.model_sha256)
    return summarise(spec, emitter, trainer.tally, adapter_params=adapter_parameters(model))


def check_model(model_dir: Path, sha256: str) -> None:
    """Raise InputError unless the folder is the very model that the run was planned for."""
    check_folder(model_dir)
    actual = fingerprint(model_dir)
    if actual != sha256:
        raise InputError(
            f"{model_dir}: is not the model this run was made for (fingerprint {actual[:12]}, not {sha256[:12]})",
            "prepare the model again and make a new run",
        )


def load_rows(spec: TrainSpec, tokenizer: Any) -> tuple[list[Encoded], list[Encoded]]:
    """Training and validation rows in tokens."""
    folder = Path(spec.data_dir)
    manifest = data.read_manifest(folder, spec.data_sha256)
    train = data.read_rows(folder, "train", manifest)
    held_out = data.read_rows(folder, "validation", manifest)[: spec.validation_rows]
    encode = partial(chat.encode_rows, tokenizer, spec.prompt, limit=spec.max_seq_length)
    return encode(train), encode(held_out)


def load_model(spec: TrainSpec, model_dir: Path) -> Any:
    """The base model in the spec's number type, on the GPU where there is one."""
    model = AutoModelForCausalLM.from_pretrained(
        model_dir,
        dtype=getattr(torch, spec.dtype),
        attn_implementation="sdpa",
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
    )
    model.config.use_cache = False
    return model.to("cuda") if torch.cuda.is_available() else model


def choose_targets(spec: TrainSpec, model: Any, warn: Callable[[str], None]) -> list[str] | str:
    """The modules that get an adapter; all linear ones where the model does not have those named."""
    names = {name.rpartition(".")[2] for name, _ in model.named_modules()}
    missing = sorted(set(spec.lora.targets) - names)
    if not missing:
        return list(spec.lora.targets)
    warn(f"the model has no modules named {', '.join(missing)}: all linear modules get an adapter instead")
    return "all-linear"


def lora_config(spec: TrainSpec, targets: list[str] | str) -> Any:
    """Peft's configuration of the adapter."""
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=spec.lora.rank,
        lora_alpha=spec.lora.alpha,
        lora_dropout=spec.lora.dropout,
        target_modules=targets,
        bias="none",
    )


def choose_collate(spec: TrainSpec, model: Any, tokenizer: Any) -> Collate:
    """How rows become tensors: packed behind their common prefix where the model allows it, else padded."""
    if spec.shared_prefix and prefix_packing.is_possible(model.config):
        return prefix_packing.pack
    pad_id = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    return lambda rows: pad(rows, pad_id=pad_id)


def arguments(spec: TrainSpec, run_dir: Path) -> Any:
    """The trainer's settings. Its batches are planned before, so to it each is one item of a list read in order."""
    return TrainingArguments(
        output_dir=str(run_dir / checkpoints.FOLDER),
        max_steps=spec.max_steps,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=spec.grad_accum,
        learning_rate=spec.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=math.ceil(spec.warmup_fraction * spec.max_steps),
        max_grad_norm=MAX_GRAD_NORM,
        optim="adamw_torch",
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="steps",
        save_steps=spec.checkpoint_every,
        seed=spec.seed,
        use_cpu=not torch.cuda.is_available(),
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        report_to="none",
        disable_tqdm=True,
    )


def save_adapter(model: Any, folder: Path, base_sha256: str) -> None:
    """The adapter as safetensors, put in place at once; its configuration names the base by fingerprint, not by path."""
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    model.save_pretrained(temporary, safe_serialization=True)
    (temporary / "README.md").unlink(missing_ok=True)
    path = temporary / "adapter_config.json"
    config = json.loads(path.read_bytes())
    config["base_model_name_or_path"] = f"sha256:{base_sha256}"
    if isinstance(config["target_modules"], list):
        config["target_modules"].sort()  # peft keeps a set, whose order is another in each process
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    replace_folder(temporary, folder)


def summarise(spec: TrainSpec, emitter: Emitter, tally: Tally, *, adapter_params: int) -> TrainResult:
    """What the whole run did, over all its sessions."""
    events = [*emitter.history.events, *tally.events]
    done, checked = protocol.steps(events), protocol.validation_losses(events)
    seconds = emitter.elapsed()
    return TrainResult(
        steps=done[-1].step,
        examples=done[-1].examples,
        tokens=done[-1].tokens,
        trained_tokens=tally.trained_tokens(done[-1].step),
        first_loss=done[0].loss,
        final_loss=done[-1].loss,
        validation_loss=checked[-1].loss if checked else None,
        adapter_dir=ADAPTER,
        adapter_sha256=fingerprint(Path(spec.run_dir) / ADAPTER),
        adapter_params=adapter_params,
        peak_memory_gib=round(max(peak_memory_gib(), *(step.peak_memory_gib for step in done)), 3),
        tokens_per_second=done[-1].tokens_per_second,
        examples_per_second=round(done[-1].tokens_per_second * done[-1].examples / done[-1].tokens, 3),
        machine_hours=seconds / SECONDS_PER_HOUR,
        usd=spent(seconds, spec.price),
        learned=curve.learned(events),
    )


def parameters(model: Any) -> int:
    """How many numbers the model has."""
    return sum(weights.numel() for weights in model.parameters())


def adapter_parameters(model: Any) -> int:
    """How many numbers are trained."""
    return sum(weights.numel() for weights in model.parameters() if weights.requires_grad)


def chunks(rows: list[Encoded], size: int) -> list[list[Encoded]]:
    """Rows in groups of at most ``size``."""
    return [rows[start : start + size] for start in range(0, len(rows), size)]
