"""What models can be chosen by that follows from a load: the month of a profile, memory to serve and to tune."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.errors import BadInput
from catalog.query import Field

if TYPE_CHECKING:
    from advisor.profile import Profile
    from advisor.shortlist.bill import Bill
    from advisor.shortlist.hosting import Load
    from catalog.load import Catalog

PRICE_MONTH, PRICE_MONTH_RECALLED = "price_month", "price_month_recalled"
LORA = {"lora_rank": 16, "seq_len": 2048, "micro_batch": 1, "activation_ckpt": "yes", "n_gpus": 1}
"""The job that the memory to tune is told of: rank 16, rows of 2,048 tokens one at a time, recomputed activations."""
GIB_IN_GB = 1.073741824


def model_fields(catalog: Callable[[], Catalog], profile: Path | None, today: date) -> dict[str, Field]:
    """Fields that are computed when a list asks for them; reading ``price_month`` without a profile raises BadInput.

    A profile is read at once, so that a wrong one is said whatever is asked for.
    """
    asked = _profile(profile)
    load = functools.cache(lambda: _load(asked, today))
    month = functools.cache(lambda: _months(catalog(), asked, today))
    return {
        PRICE_MONTH: Field(
            "money", lambda model: month()[model.id].usd_per_month, "USD a month at the load of --for PROFILE"
        ),
        PRICE_MONTH_RECALLED: Field("flag", lambda model: month()[model.id].recalled, "whether it rests on memory"),
        "gpu_memory": Field("gb", lambda model: serving_gb(model, load(), 2.0), "GPU memory to serve in 16 bits"),
        "gpu_memory_8bit": Field("gb", lambda model: serving_gb(model, load(), 1.0), "the same in 8 bits"),
        "gpu_memory_4bit": Field("gb", lambda model: serving_gb(model, load(), 0.56), "the same in 4 bits"),
        "lora_memory": Field("gb", lambda model: tuning_gb(model, catalog(), "lora"), "GPU memory to tune by LoRA"),
        "qlora_memory": Field("gb", lambda model: tuning_gb(model, catalog(), "qlora"), "the same by QLoRA"),
    }


def serving_gb(model: Any, load: Load, bytes_per_parameter: float) -> float | None:
    """Decimal gigabytes of GPUs that hold the weights and the cache of the load, by the rule of the shortlist."""
    from advisor.shortlist.hosting import BYTES_PER_PARAMETER, MEMORY_SHARE, OVERHEAD_BYTES, memory_bytes  # noqa: PLC0415

    needed = memory_bytes(model, load)
    if needed is None:
        return None
    saved = (BYTES_PER_PARAMETER - bytes_per_parameter) * model.total_params
    return round(float((needed - saved + OVERHEAD_BYTES) / MEMORY_SHARE / 1e9), 1)


def tuning_gb(model: Any, catalog: Catalog, method: str) -> float | None:
    """Decimal gigabytes at the peak of tuning by the estimator; None where the size of the model is unknown."""
    from advisor.estimate import expected_peak_gib  # noqa: PLC0415 - only where a list asks for it

    if model.kind == "api" or model.total_params is None:
        return None
    peak = expected_peak_gib({"id": model.id, "task": "training", "model": model.id, "method": method, **LORA}, catalog)
    return None if peak is None else round(peak * GIB_IN_GB, 1)


def _profile(path: Path | None) -> Profile | None:
    if path is None:
        return None
    from advisor.workflow.profiles import read_profile  # noqa: PLC0415 - only where a list asks for it

    return read_profile(path)


def _load(profile: Profile | None, today: date) -> Load:
    from advisor.shortlist.hosting import Load  # noqa: PLC0415 - the same
    from advisor.shortlist.need import need  # noqa: PLC0415

    if profile is None:
        return Load(None, None, None, None, private=False, today=today)
    return need(profile, today=today, approach="prompt").load


def _months(catalog: Catalog, profile: Profile | None, today: date) -> Mapping[str, Bill]:
    from advisor.workflow.browsing import Browsing  # noqa: PLC0415 - the same

    if profile is None:
        raise BadInput(f"{PRICE_MONTH}: no profile says what load", "give one: --for PROFILE.yaml")
    return Browsing(catalog, today=today).bills(profile)
