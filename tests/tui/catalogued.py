"""A small catalog that stands still, for the screens that show facts; one record of it was written by somebody unkind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from advisor.profile import Profile
from advisor.workflow.browsing import Browsing
from catalog.load import Catalog
from catalog.records import Architecture, FineTunePrice, Gpu, Lifecycle, Model, Offer, Score
from tests.tui.measured import MeasuredWorkflow
from tests.tui.recorded import TODAY, RecordedWorkflow

SEEN = date(2026, 3, 2)
STAMP: dict[str, Any] = {"as_of": SEEN, "source": "the model card, read on that day", "confidence": "sourced"}


def open_model(called: str, billions: float, mmlu: float | None, **more: Any) -> Model:
    """Weights to host."""
    size = round(billions * 1e9)
    fields: dict[str, Any] = {
        **STAMP, "id": f"maker/{called}", "name": called, "family": "Maker", "vendor": "Maker", "kind": "open", "license": "apache-2.0",
        "commercial_use": "yes", "fine_tunable": "self_host", "total_params": size, "active_params": size,
        "kv_bytes_per_token": 65_536, "native_context_tokens": 32_768, "lifecycle": "open_weights", "release_date": date(2025, 4, 1),
        "quality": {} if mmlu is None else {"MMLU": mmlu}, "quality_source": None if mmlu is None else "the model card",
    }  # fmt: skip
    return Model.model_validate(fields | more)


def api_model(called: str, price_in: str | None, price_out: str | None, mmlu: float | None, **more: Any) -> Model:
    """Weights behind an API."""
    priced = {"price_source": "the price page", "price_as_of": SEEN, "price_confidence": "sourced"} if price_in else {}
    fields: dict[str, Any] = {
        **STAMP, "id": f"vendor/{called}", "name": called, "family": "Vendor", "vendor": "Vendor", "kind": "api", "license": "proprietary",
        "native_context_tokens": 128_000, "lifecycle": "current", "input_usd_per_mtok": price_in, "output_usd_per_mtok": price_out,
        "quality": {} if mmlu is None else {"MMLU": mmlu}, "quality_source": None if mmlu is None else "the price page", **priced,
    }  # fmt: skip
    return Model.model_validate(fields | more)


UNKIND = "[@click=app.quit]x\x1b[31m\u202e[/bold]"


def models() -> tuple[Model, ...]:
    return (
        open_model("Bright-1B", 1.0, 49.0),
        open_model("Bright-8B", 8.0, 73.0, extended_context_tokens=131_072, extended_context_note="YaRN"),
        open_model("Bright-70B", 70.0, 86.0, license="maker-licence", commercial_use="conditions"),
        open_model("Remembered-7B", 7.0, 60.0, confidence="recalled"),
        open_model("Unmeasured-3B", 3.0, None),
        open_model("Own-8B", 8.0, None, origin="overlay", license="private"),
        api_model("swift", "0.10", "0.40", 80.0),
        api_model("swift-large", "2.50", "10.00", 88.5),
        api_model("swift-old", "0.50", "1.50", 70.0, lifecycle="retired", shutdown_date=date(2026, 1, 1)),
        api_model("swift-secret", None, None, 90.0),
        api_model("unkind", "1.00", "2.00", None, name=UNKIND, family=UNKIND, license=UNKIND, source=f"{UNKIND} card"),
    )


def gpus() -> tuple[Gpu, ...]:
    sizes = (("l4", 24.0, 300.0, 121.0), ("a100-80gb", 80.0, 2039.0, 312.0), ("h100", 80.0, 3350.0, 989.0))
    return tuple(
        Gpu(**STAMP, id=name, name=name.upper(), architecture="Any", memory_gb=memory, bandwidth_gb_s=speed,
            bf16_dense_tflops=rate, vendor="NVIDIA", nvlink_gb_s=900 if name == "h100" else None)
        for name, memory, speed, rate in sizes
    )  # fmt: skip


def offer(gpu: str, price: str, tier: str = "on-demand", count: int = 1) -> Offer:
    return Offer(
        **STAMP, id=f"cloud-{gpu}-{tier}-{count}", provider="cloud", product="pod", gpu_id=gpu, gpu_count=count, tier=tier,
        usd_per_gpu_hour=Decimal(price), billing="second", region="eu",
    )  # fmt: skip


TABLES: dict[str, Sequence[Any]] = {
    "gpus": gpus(),
    "offers": (offer("l4", "0.75"), offer("a100-80gb", "1.60"), offer("h100", "2.90"), offer("h100", "1.90", "spot")),
    "finetune_prices": (
        FineTunePrice(**STAMP, id="cloud-8b", provider="cloud", model="up to 16B", method="LoRA", train_usd_per_mtok=Decimal("0.50")),
    ),
    "lifecycle": (
        Lifecycle(**STAMP, id="vendor/swift-old", provider="vendor", model="swift-old", model_id="vendor/swift-old", status="retired",
                  shutdown_date=date(2026, 1, 1), replacement="swift"),
    ),
    "scores": (
        Score(**STAMP, id="1", model="Bright-8B", model_id="maker/Bright-8B", benchmark="MMLU", score=73.0, setting="5-shot"),
    ),
    "architectures": (Architecture(**STAMP, id="maker/Bright-8B", model_type="llama", config={"rope_theta": "500000"}),),
    "api_prices": (),
}  # fmt: skip


def small_catalog(shown: Sequence[Model] = ()) -> Catalog:
    """These models, or the usual ones, with the tables above."""
    chosen = tuple(shown) or models()
    made = replace(Catalog(), changes=(lambda table, _: tuple(TABLES.get(table, ())),))
    made.__dict__["models"] = chosen  # as if they had been joined already
    return made


class CataloguedWorkflow(RecordedWorkflow):
    """A recorded workflow that has facts to look up."""

    def __init__(self, *, done: int | None = 7, shown: Sequence[Model] = (), profile: Profile | None = None) -> None:
        super().__init__(done=done)
        self.shown = shown
        self.the_profile = profile or self.the_profile.with_answer("privacy", "api_ok")

    def browse(self) -> Browsing:
        return Browsing(small_catalog(self.shown), today=TODAY)


class BundledWorkflow(MeasuredWorkflow):
    """The recorded demo, and the facts that come with the package, without prices of APIs: those change by the day."""

    def browse(self) -> Browsing:
        return Browsing(Catalog(), today=date(2026, 11, 23))
