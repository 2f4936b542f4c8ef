"""What evaluation tests share: a tiny model that vLLM can load, adapters, data, specifications and a scripted engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from harness import chain, data
from harness.engine import Generated, OpenEngine, Weights
from harness.protocol import Arm, EngineSettings, EvaluateSpec, ItemResult, ModelFacts, Price, Prompt, read_items
from harness.rows import read_pairs
from harness.splitting import split_pool
from harness.weights import ImportEngine
from tests.harness import tiny

PRICE = Price(offer_id="offer", gpu="none", usd_per_hour=Decimal("3.60"), source="a test", as_of="2026-01-01")
ZERO = Prompt(id="zero_shot", system="Classify the message. Labels: card; rate; refund. Answer with the label only.")
TERSE = Prompt(id="terse", system="Which label? card; rate; refund.")


def write_model(folder: Path, *, seed: int = 5) -> Path:
    """A random Llama with heads of 32, the smallest that vLLM computes on a CPU."""
    return tiny.write_model(folder, seed=seed, heads=2, kv_heads=1, initializer_range=0.2)


def write_adapter(folder: Path, model: Path, *, seed: int = 3) -> Path:
    """An adapter as peft writes it, with random matrices that change what the model says."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    config = LoraConfig(
        r=4, lora_alpha=32, target_modules=["q_proj", "v_proj", "down_proj"], task_type="CAUSAL_LM",
        init_lora_weights=False,
    )  # fmt: skip
    get_peft_model(AutoModelForCausalLM.from_pretrained(model), config).save_pretrained(folder)
    return folder


def write_data(folder: Path, *, rows: int = 90, test_items: int = 9) -> Path:
    """A data folder of three labels."""
    source = tiny.write_rows(folder.with_suffix(".jsonl"), rows)
    splits = split_pool(read_pairs(source), validation_items=9, test_items=test_items, seed=17)
    data.write(folder, splits, data.label_set(splits), data.Provenance("tiny", source.name, "none", None), 17)
    return folder


def arm(name: str, model: Path, prompt: Prompt = ZERO, adapter: Path | None = None, **changes: Any) -> Arm:
    """An arm."""
    base = Arm(id=name, label=name, model_dir=str(model), prompt=prompt, adapter_dir=str(adapter) if adapter else None)
    return base.model_copy(update=changes)


def spec(root: Path, run_id: str, *, data_dir: Path, arms: Sequence[Arm], **changes: Any) -> EvaluateSpec:
    """An evaluation of the test split with small batches."""
    base = EvaluateSpec(
        run_id=run_id,
        run_dir=str(root / "runs" / run_id),
        data_dir=str(data_dir),
        data_sha256=chain.file_sha256(data_dir / "dataset.json"),
        arms=tuple(arms),
        engine=EngineSettings(backend="hf", dtype="float32", max_model_len=256, max_new_tokens=6, shard_items=4),
        price=PRICE,
    )
    return base.model_copy(update=changes)


def results(run_dir: Path) -> list[dict[str, Any]]:
    """Every item of a run as JSON values, in the order of arms and items."""
    return [item.model_dump() for item in read_items(run_dir)]


def by_arm(run_dir: Path) -> dict[str, list[ItemResult]]:
    """Every item of a run by its arm."""
    found: dict[str, list[ItemResult]] = {}
    for item in read_items(run_dir):
        found.setdefault(item.arm, []).append(item)
    return found


class ScriptedEngine:
    """Answers by a function of the prompt and the weights; counts what it was asked."""

    def __init__(
        self, weights: Weights, say: Callable[[Path, str], Generated | str], count: Callable[[str], int]
    ) -> None:
        self._weights, self._say, self._count = weights, say, count
        self.asked: list[str] = []
        self.closed = False

    def generate(self, requests: Sequence[Any], adapter: Path | None) -> list[Generated]:
        """One answer per request."""
        prompts = [str(request.args[0]) for request in requests]
        self.asked += prompts
        return [self._answer(prompt) for prompt in prompts]

    def _answer(self, prompt: str) -> Generated:
        made = self._say(self._weights.folder, prompt)
        tokens = self._count(prompt)
        return made._replace(prompt_tokens=tokens) if isinstance(made, Generated) else Generated(made, tokens, 1)

    def close(self) -> None:
        """Remember it."""
        self.closed = True


class Script:
    """Makes scripted engines and keeps them."""

    def __init__(self, say: Callable[[Path, str], Generated | str], count: Callable[[str], int]) -> None:
        self._say, self._count = say, count
        self.engines: list[ScriptedEngine] = []

    @property
    def importer(self) -> ImportEngine:
        """What an evaluation takes in place of a library."""
        return lambda settings: self.open

    def open(self, weights: Weights, settings: EngineSettings, *, facts: ModelFacts, seed: int) -> ScriptedEngine:
        """An engine."""
        self.engines.append(ScriptedEngine(weights, self._say, self._count))
        return self.engines[-1]


def opens(script: Script) -> OpenEngine:
    """A scripted engine keeps the contract of real ones; mypy checks it here."""
    return script.open


def event_bodies(run_dir: Path, kind: str) -> list[dict[str, Any]]:
    """The events of a kind."""
    return [record.body for record in chain.read(run_dir / "events.jsonl") if record.kind == kind]


def edit(path: Path, **fields: Any) -> None:
    """Change fields of a JSON file."""
    value = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**value, **fields}), encoding="utf-8")
