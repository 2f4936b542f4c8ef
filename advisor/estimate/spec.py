"""Reading a workload's fields: numbers that must be sound, and words as sources print them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from advisor.errors import BadInput

UNKNOWN_WORDS = frozenset({"", "unknown", "n/s", "none stated", "?", "-", "null"})
LIMITS: dict[str, tuple[float, float]] = {
    "params_b": (1e-6, 1e5),
    "hidden": (1, 1e6),
    "layers": (1, 1e4),
    "heads": (1, 1e5),
    "kv_heads": (1, 1e5),
    "intermediate": (1, 1e7),
    "vocab": (1, 1e8),
    "lora_rank": (1, 65536),
    "seq_len": (1, 1e8),
    "micro_batch": (1, 1e6),
    "grad_accum": (1, 1e6),
    "n_gpus": (1, 1e5),
    "input_len": (0, 1e8),
    "output_len": (0, 1e8),
    "concurrency": (1, 1e7),
    "max_model_len": (1, 1e8),
    "gpu_mem_util": (0.01, 1.0),
}
YES = frozenset({"y", "yes", "t", "true", "on", "full", "selective", "fa2", "fa3", "sdpa", "xformers", "flex"})
NO = frozenset({"n", "no", "f", "false", "off", "none", "eager", "math"})
"""What sources print where a thing is used or not: kinds of checkpointing and of attention kernels among them."""
WHOLE = frozenset({"hidden", "layers", "heads", "kv_heads", "intermediate", "vocab", "lora_rank", "n_gpus"})


def text(spec: Mapping[str, object], key: str) -> str | None:
    """A word in lower case; None where the source says nothing. Raises BadInput for anything but text."""
    value = spec.get(key)
    if value is None:
        return None
    if isinstance(value, bool | int | float):
        value = str(value)
    if not isinstance(value, str):
        raise BadInput(f"{key} must be text, not {type(value).__name__}")
    cleaned = value.strip()
    return None if cleaned.lower() in UNKNOWN_WORDS else cleaned


def number(spec: Mapping[str, object], key: str) -> float | None:
    """A finite number inside the field's limits; None where absent. Raises BadInput."""
    value = spec.get(key)
    if value is None or (isinstance(value, str) and value.strip().lower() in UNKNOWN_WORDS):
        return None
    result = _to_float(key, value)
    low, high = LIMITS[key]
    if not math.isfinite(result) or not low <= result <= high:
        raise BadInput(f"{key} is {_short(value)}", f"allowed: {low:g} to {high:g}, or null for unknown")
    if key in WHOLE and result != int(result):
        raise BadInput(f"{key} is {_short(value)}", "allowed: a whole number, or null for unknown")
    return result


def whole(spec: Mapping[str, object], key: str) -> int | None:
    """A number without a fraction; None where absent. Raises BadInput."""
    value = number(spec, key)
    return None if value is None else int(value)


def flag(spec: Mapping[str, object], key: str) -> bool | None:
    """Yes or no by the first word, as "y(FA2)", "n (padded)", "full" or "sdpa"; None where absent. Raises BadInput."""
    value = spec.get(key)
    if isinstance(value, bool):
        return value
    word = text(spec, key)
    if word is None:
        return None
    first = re.match(r"[a-z0-9]*", word.lower().replace("_", "").replace("-", ""))
    said = first[0] if first else ""
    if said in YES or said.startswith("flash"):
        return True
    if said in NO or said in UNKNOWN_WORDS:
        return False if said in NO else None
    raise BadInput(
        f"{key} is {_short(value)}", f"allowed: yes, no, or one of {', '.join(sorted(YES | NO))}; null for unknown"
    )


def _to_float(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise BadInput(f"{key} must be a number, not {_short(value)}")
    try:
        return float(value)
    except (ValueError, OverflowError):
        raise BadInput(f"{key} must be a number, not {_short(value)}") from None


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else shown[:37] + "..."
