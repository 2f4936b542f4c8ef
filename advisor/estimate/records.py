"""What an estimate answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.span import Range

if TYPE_CHECKING:  # checking records takes longer than an estimate
    from catalog.records import Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One workload's answer; a part that does not apply or cannot be told is None."""

    id: str
    peak_gpu_memory_gib: Range | None = None
    """The fullest GPU, in the meaning of the workload's ``mem_is``."""
    tokens_per_second_per_gpu: Range | None = None
    output_tokens_per_second: Range | None = None
    """Serving: all GPUs of the workload together."""
    time_to_first_token_s: Range | None = None
    """Serving: of a request that finds room at once."""
    time_per_output_token_s: Range | None = None
    """Serving: of one request while so many are in flight."""
    fits: bool | None = None
    """None when the GPU's memory is not known."""
    breakdown_gib: dict[str, float] | None = None
    """Parts of the expected peak; they sum to it."""
    kv_cache_tokens: int | None = None
    """Serving: tokens of context that the memory left beside the weights holds, over all GPUs."""
    confidence: Confidence | None = None
    """Of the least trusted fact of the catalog behind it, of model and GPU; None where all was given."""
    assumptions: tuple[str, ...] = ()
    past_error: str | None = None
    """How far estimates of like runs on this installation were off; None where there was no such run."""

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {name: _plain(getattr(self, name)) for name in self.__slots__}


def _plain(value: Any) -> Any:
    if isinstance(value, Range):
        return {"low": value.low, "expected": value.expected, "high": value.high}
    return value
