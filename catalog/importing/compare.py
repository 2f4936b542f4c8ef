"""An imported model beside the record that the catalog has of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from catalog.records import Model

FACTS = (
    "model_type", "total_params", "active_params", "num_layers", "hidden_size", "num_heads", "num_kv_heads", "head_dim",
    "intermediate_size", "vocab_size", "tied_embeddings", "num_experts", "experts_per_token", "expert_size",
    "shared_expert_size", "dense_layers", "sliding_window", "full_attention_layers", "sliding_or_linear_layers",
    "mla_kv_lora_rank", "mla_rope_dim", "mla_q_lora_rank", "attention", "kv_bytes_per_token", "native_context_tokens",
    "extended_context_tokens", "param_check", "modality", "license", "commercial_use", "languages",
)  # fmt: skip
"""Fields that files can tell."""
SHAPE = FACTS[: FACTS.index("attention")]
"""Those that make an architecture of a size."""
UNKNOWN: tuple[Any, ...] = (None, (), "unknown")


class Difference(NamedTuple):
    """A field that both know and see differently."""

    field: str
    imported: Any
    catalog: Any


class Comparison(NamedTuple):
    """What an import reproduces of a record."""

    id: str
    same: tuple[str, ...]
    different: tuple[Difference, ...]
    new: tuple[str, ...]
    """Fields that the catalog does not know."""
    untold: tuple[str, ...]
    """Fields that the catalog knows and the files do not tell."""

    @property
    def reproduces(self) -> bool:
        """Whether nothing differs."""
        return not self.different and bool(self.same)


def compare(imported: Model, record: Model) -> Comparison:
    """Field by field; what one side does not know is no difference."""
    pairs = {name: (getattr(imported, name), getattr(record, name)) for name in FACTS}
    known = {name: pair for name, pair in pairs.items() if pair[0] not in UNKNOWN and pair[1] not in UNKNOWN}
    return Comparison(
        id=record.id,
        same=tuple(name for name, (ours, theirs) in known.items() if ours == theirs),
        different=tuple(Difference(name, *pair) for name, pair in known.items() if pair[0] != pair[1]),
        new=tuple(name for name, pair in pairs.items() if pair[0] not in UNKNOWN and pair[1] in UNKNOWN),
        untold=tuple(name for name, pair in pairs.items() if pair[0] in UNKNOWN and pair[1] not in UNKNOWN),
    )


def same_shape(imported: Model, models: Iterable[Model]) -> tuple[str, ...]:
    """Ids of models with the same architecture and count: the same one, or one that was tuned from it."""
    wanted = _shape(imported)
    return tuple(one.id for one in models if one.id != imported.id and one.kind == "open" and _shape(one) == wanted)


def _shape(model: Model) -> tuple[Any, ...]:
    return tuple(getattr(model, name) for name in SHAPE)
