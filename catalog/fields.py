"""What records can be chosen, sorted and shown by: a name, a kind of value, and where it is in the record.

Records are read by attribute, so that validated ones and those of ``catalog.light`` serve alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from catalog.query import Field, Kind

NAMED_SIZE = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)([bm])(?![a-z0-9])", re.IGNORECASE)
"""``8B`` in ``Llama-3.1-8B``, ``30B`` in ``Qwen3-30B-A3B``."""
BYTES_16_BIT, BYTES_4_BIT = 2.0, 0.56
"""Of one parameter; 4 bits carry the scales of their blocks (docs/method.md)."""


def known(name: str) -> Callable[[Any], Any]:
    """An attribute; empty and the word unknown are None."""
    read = attrgetter(name)

    def value(record: Any) -> Any:
        found = read(record)
        return None if found in ("unknown", (), "") else found

    return value


def score(benchmark: str) -> Callable[[Any], Any]:
    """A headline score in percent."""
    return lambda model: model.quality.get(benchmark)


def named_size(model: Any) -> int | None:
    """Parameters as the name says them, else as counted: what people call an 8B model has 8.03 billion."""
    match = NAMED_SIZE.search(model.id.rpartition("/")[2])
    if match is None:
        return known("total_params")(model)  # type: ignore[no-any-return]  # int or None
    return round(float(match[1]) * (1e9 if match[2] in "bB" else 1e6))


def weights_gb(bytes_per_parameter: float) -> Callable[[Any], float | None]:
    """Decimal gigabytes of the weights alone."""
    return lambda model: model.total_params and round(model.total_params * bytes_per_parameter / 1e9, 2)


def context(model: Any) -> int | None:
    """The native context; YaRN and the like are ``extended``."""
    return known("native_context_tokens")(model)  # type: ignore[no-any-return]  # int or None


def _fields(of: Kind, /, **fields: str) -> dict[str, Field]:
    """Fields of one kind: name to ``attribute: help``."""
    parts = {name: said.partition(": ") for name, said in fields.items()}
    return {name: Field(of, known(attribute), text, attribute) for name, (attribute, _, text) in parts.items()}


def _text(*attributes: str) -> dict[str, Field]:
    """What stands in any of these attributes, to be found by a word."""
    read = attrgetter(*attributes)
    said = " ".join(attributes).replace("_", " ")
    return {"text": Field("text", lambda record: " ".join(str(part or "") for part in read(record)), f"all of: {said}")}


PROVENANCE = {
    **_fields("text", source="source: where it is from", confidence="confidence: how far to trust it"),
    **_fields("text", origin="origin: bundled, snapshot, overlay, imported", note="note: what else there is to say"),
    **_fields("date", as_of="as_of: the day it was seen"),
}

MODELS: Mapping[str, Field] = MappingProxyType({
    **_fields("text", id="id: identifier", name="name: printed name", family="family: family", vendor="vendor: who made it"),
    **_text("id", "name", "family", "vendor", "license"),
    **_fields("text", kind="kind: open or api", license="license: licence", licence="license: licence"),
    **_fields("text", commercial_use="commercial_use: yes, no, conditions"),
    **_fields("text", fine_tunable="fine_tunable: self_host, hosted, closing, no"),
    "size": Field("count", named_size, "parameters as the name says: 8B"),
    **_fields("count", params="total_params: exact count of parameters", active="active_params: used for one token"),
    "context": Field("tokens", context, "native context"),
    **_fields("tokens", extended="extended_context_tokens: context by an extension", max_output="max_output_tokens: output"),
    **_fields("list", languages="languages: language codes"),
    **_fields("text", modality="modality: text, text+image ...", strengths="strengths: what it is good at"),
    **_fields("flag", tools="tool_use: trained to call tools", gated="gated: needs consent to download"),
    **_fields("date", release="release_date: first released", shutdown="shutdown_date: announced end"),
    **_fields("text", lifecycle="lifecycle: current, deprecated, retired, open_weights", replacement="replacement: named successor"),
    **_fields("money", price_in="input_usd_per_mtok: USD per million input tokens", price_out="output_usd_per_mtok: output"),
    **_fields("money", price_cached="cached_input_usd_per_mtok: cached input"),
    **_fields("money", price_batch_in="batch_input_usd_per_mtok: batch input", price_batch_out="batch_output_usd_per_mtok: batch output"),
    "mmlu": Field("number", score("MMLU"), "percent"),
    "ifeval": Field("number", score("IFEval"), "percent"),
    "humaneval": Field("number", score("HumanEval"), "percent"),
    "math": Field("number", score("MATH"), "percent"),
    "gpqa": Field("number", score("GPQA"), "percent"),
    "weights_gb": Field("gb", weights_gb(BYTES_16_BIT), "weights in 16 bits"),
    "weights_gb_4bit": Field("gb", weights_gb(BYTES_4_BIT), "weights in 4 bits"),
    **_fields("count", layers="num_layers: layers", hidden="hidden_size: width", vocab="vocab_size: vocabulary"),
    **_fields("count", experts="num_experts: experts", kv="kv_bytes_per_token: bytes of cache per token, 16 bits"),
    **_fields("text", attention="attention: in words", architecture="model_type: as config.json says"),
    **_fields("text", param_check="param_check: exact where the dimensions give the count to the unit"),
    **_fields("text", chat_template="chat_template: chat template", gguf="gguf_repo: repository of GGUF files"),
    **PROVENANCE,
})  # fmt: skip

GPUS: Mapping[str, Field] = MappingProxyType({
    **_text("id", "name", "architecture", "vendor"),
    **_fields("text", id="id: identifier", name="name: printed name", vendor="vendor: vendor", architecture="architecture: generation"),
    **_fields("gb", memory="memory_gb: memory as sold", gpu_memory="memory_gb: memory as sold"),
    **_fields("number", bandwidth="bandwidth_gb_s: GB/s", bf16="bf16_dense_tflops: dense TFLOPS", fp16="fp16_dense_tflops: dense TFLOPS"),
    **_fields("number", watts="tdp_w: power", nvlink="nvlink_gb_s: GB/s to the other GPUs"),
    **_fields("text", capability="compute_capability: CUDA compute capability"),
    **PROVENANCE,
})  # fmt: skip

OFFERS: Mapping[str, Field] = MappingProxyType({
    **_text("provider", "product", "instance", "gpu_id", "tier", "region"),
    **_fields("text", id="id: identifier", provider="provider: who rents it", product="product: pod, serverless ...", gpu="gpu_id: GPU"),
    **_fields("number", gpus="gpu_count: GPUs together"),
    **_fields("text", tier="tier: on demand, spot ...", billing="billing: by the second, hour ...", region="region: where", instance="instance: name"),
    **_fields("money", price="usd_per_gpu_hour: USD per GPU and hour"),
    **PROVENANCE,
})  # fmt: skip

FINETUNE: Mapping[str, Field] = MappingProxyType({
    **_text("provider", "model", "model_id", "method", "status"),
    **_fields("text", id="id: identifier", provider="provider: who trains", model="model: as the provider names it", model_id="model_id: here"),
    **_fields("text", method="method: LoRA, full ...", status="status: active, closing ..."),
    **_fields("money", train="train_usd_per_mtok: USD per million training tokens", train_hour="train_usd_per_hour: USD per hour"),
    **_fields("money", price_in="input_usd_per_mtok: USD per million input tokens", price_out="output_usd_per_mtok: output"),
    **_fields("money", hosting="hosting_usd: USD", minimum="minimum_usd_per_job: USD per job"),
    **_fields("date", last_job="last_job_date: no training starts after it"),
    **PROVENANCE,
})  # fmt: skip

LIFECYCLE: Mapping[str, Field] = MappingProxyType({
    **_text("provider", "model", "model_id", "status", "replacement"),
    **_fields("text", id="id: identifier", provider="provider: provider", model="model: as the provider names it", model_id="model_id: here"),
    **_fields("text", status="status: deprecated, retired", scope="scope: where it ends", fine_tuning="fine_tuning: what becomes of it"),
    **_fields("date", announced="announced: announced", shutdown="shutdown_date: end", fine_tuning_ends="fine_tuning_ends: last training"),
    **_fields("text", replacement="replacement: named successor"),
    **PROVENANCE,
})  # fmt: skip

SCORES: Mapping[str, Field] = MappingProxyType({
    **_fields("text", id="id: identifier", model="model: as the source names it", model_id="model_id: here"),
    **_fields("text", benchmark="benchmark: benchmark", setting="setting: shots and the like"),
    **_fields("number", score="score: as published"),
    **{name: of for name, of in PROVENANCE.items() if name != "note"},
})  # fmt: skip

PLATFORMS: Mapping[str, Field] = MappingProxyType({
    **_fields("text", id="id: identifier", name="name: printed name", cost_basis="cost_basis: what is paid for"),
    **_fields("list", kinds="kinds: train, serve ..."),
    **_fields("text", scale_to_zero="scale_to_zero: whether it costs nothing idle", lora_serving="lora_serving: adapters"),
    **PROVENANCE,
})  # fmt: skip

FIELDS: Mapping[str, Mapping[str, Field]] = MappingProxyType({
    "models": MODELS,
    "gpus": GPUS,
    "offers": OFFERS,
    "finetune": FINETUNE,
    "lifecycle": LIFECYCLE,
    "scores": SCORES,
    "platforms": PLATFORMS,
})  # fmt: skip
"""By the name of the list."""
