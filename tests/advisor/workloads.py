"""Cards, models and workloads for tests of the estimator and the plan. Figures: vendors' data sheets and model configs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.records import Gpu, Model, Offer

TODAY = date(2026, 11, 23)
FACT: dict[str, Any] = {"as_of": TODAY, "source": "data sheet", "confidence": "sourced"}


def card(ident: str, name: str, memory: float, bandwidth: float, tflops: float | None, family: str = "Ampere") -> Gpu:
    return Gpu(
        id=ident, name=name, architecture=family, memory_gb=memory, bandwidth_gb_s=bandwidth,
        bf16_dense_tflops=tflops, fp16_dense_tflops=tflops, **FACT,
    )  # fmt: skip


A100_40 = card("a100-40gb-sxm", "A100 40GB SXM4", 40, 1555, 312)
A100_80 = card("a100-80gb-sxm", "A100 80GB SXM4", 80, 2039, 312)
A100_80_PCIE = card("a100-80gb-pcie", "A100 80GB PCIe", 80, 1935, 312)
H100 = card("h100-sxm", "H100 80GB SXM5", 80, 3350, 989.5, "Hopper")
RTX_4090 = card("rtx-4090", "GeForce RTX 4090", 24, 1008, 165.2, "Ada")
L4 = card("l4", "L4", 24, 300, 121, "Ada")
UNRATED = card("m4-max", "Apple M4 Max", 128, 546, None, "M4")
GPUS = (A100_40, A100_80, A100_80_PCIE, H100, RTX_4090, L4, UNRATED)

LLAMA_8B = Model(
    id="meta-llama/Llama-3.1-8B-Instruct", name="Llama-3.1-8B-Instruct", family="Llama 3.1", vendor="Meta", kind="open",
    total_params=8030261248, active_params=8030261248, num_layers=32, hidden_size=4096, num_heads=32, num_kv_heads=8,
    head_dim=128, intermediate_size=14336, vocab_size=128256, tied_embeddings=False, native_context_tokens=131072, **FACT,
)  # fmt: skip
SMALL = Model(
    id="tiny/135M", name="tiny", family="tiny", vendor="someone", kind="open", total_params=134515008,
    active_params=134515008, num_layers=30, hidden_size=576, num_heads=9, num_kv_heads=3, head_dim=64,
    intermediate_size=1536, vocab_size=49152, tied_embeddings=True, native_context_tokens=8192, **FACT,
)  # fmt: skip


def api(ident: str, given: str, answered: str, **more: Any) -> Model:
    fields = {"lifecycle": "current", "native_context_tokens": 128000, **more}
    return Model(
        id=ident, name=ident, family="api", vendor="someone", kind="api", input_usd_per_mtok=Decimal(given),
        output_usd_per_mtok=Decimal(answered), **FACT, **fields,
    )  # fmt: skip


CHEAP_API = api("cheap-api", "0.1", "0.5")
DEAR_API = api("dear-api", "2", "10")


def offer(ident: str, gpu: Gpu, price: str, *, count: int = 1, tier: str = "on-demand", product: str = "pod") -> Offer:
    return Offer(
        id=ident, provider="someone", product=product, gpu_id=gpu.id, gpu_count=count, tier=tier,
        usd_per_gpu_hour=Decimal(price), billing="per-second", region="global", **FACT,
    )  # fmt: skip


OFFERS = (
    offer("a100", A100_80, "1.79"),
    offer("h100", H100, "3.49"),
    offer("h100-x8", H100, "2.99", count=8),
    offer("l4", L4, "0.80"),
    offer("spot", A100_80, "0.10", tier="community spot (min bid)"),
    offer("floor", A100_80, "0.11", tier="starting at"),
    offer("median", A100_80, "0.12", tier="on-demand (median of sampled offers)"),
    offer("private", A100_80, "0.99", tier="community on-demand"),
    offer("zero", H100, "4.20", tier="flex", product="serverless"),
    offer("unrated", UNRATED, "0.05"),
)


@dataclass(frozen=True)
class Facts:
    """A catalog of the size that tests need."""

    models: tuple[Model, ...] = (LLAMA_8B, SMALL, CHEAP_API, DEAR_API)
    gpus: tuple[Gpu, ...] = GPUS
    current_offers: Iterable[Offer] = OFFERS

    @property
    def built_models(self) -> tuple[Model, ...]:
        """The same; what is known here is known at once."""
        return self.models


FACTS = Facts()
TRAINING: dict[str, object] = {
    "id": "one", "task": "training", "model": "Llama-3.1-8B-Instruct", "method": "lora", "lora_rank": 16,
    "lora_targets": "q,k,v,o,gate,up,down", "weight_dtype": "bf16", "compute_dtype": "bf16", "optimizer": "AdamW",
    "framework": "transformers", "seq_len": 2048, "micro_batch": 2, "grad_accum": 4, "activation_ckpt": "y", "flash_attn": "y(FA2)",
    "chunked_or_fused_ce": "n", "gpu": "A100-SXM4-80GB", "n_gpus": 1, "parallelism": "none", "mem_is": "nvidia-smi",
}  # fmt: skip
SERVING: dict[str, object] = {
    "id": "two", "task": "serving", "model": "Llama-3.1-8B-Instruct", "precision": "bf16", "gpu": "H100 80GB HBM3",
    "n_gpus": 1, "engine": "vLLM", "gpu_mem_util": 0.9, "input_len": 512, "output_len": 256, "concurrency": 32,
}  # fmt: skip
