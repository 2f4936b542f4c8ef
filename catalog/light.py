"""The bundled models without the cost of checking them: what lists and searches over the package's own files read.

Those files are checked record by record by ``catalog verify`` and by the tests, so that a list need not check them
again: validation takes longer than the rest of the command. A cell becomes a value when it is asked for. Facts of the
user's own, of an update or of another day go through ``catalog.load``.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from catalog.join import with_facts, with_prices
from catalog.light_prices import Texts, light_prices

UNSTATED: Mapping[str, Any] = {
    "commercial_use": "unknown", "fine_tunable": "unknown", "lifecycle": "unknown", "origin": "bundled",
    "languages": (), "recalled_fields": (), "config": {}, "quality": {},
}  # fmt: skip
"""What a record says where a line says nothing, if that is not None."""
WHOLE = frozenset({
    "total_params", "active_params", "num_layers", "hidden_size", "num_heads", "num_kv_heads", "head_dim",
    "intermediate_size", "vocab_size", "num_experts", "experts_per_token", "expert_size", "shared_expert_size",
    "dense_layers", "sliding_window", "full_attention_layers", "sliding_or_linear_layers", "mla_kv_lora_rank",
    "mla_rope_dim", "mla_q_lora_rank", "kv_bytes_per_token", "max_output_tokens", "native_context_tokens",
    "extended_context_tokens", "long_input_from_tokens",
})  # fmt: skip
MODEL_FIELDS = (
    "as_of", "source", "confidence", "origin", "id", "name", "family", "vendor", "kind", "license",
    "commercial_use", "license_conditions", "fine_tunable", "fine_tune_note", "total_params", "active_params",
    "num_layers", "hidden_size", "num_heads", "num_kv_heads", "head_dim", "intermediate_size", "vocab_size",
    "tied_embeddings", "model_type", "num_experts", "experts_per_token", "expert_size", "shared_expert_size",
    "dense_layers", "sliding_window", "full_attention_layers", "sliding_or_linear_layers", "mla_kv_lora_rank",
    "mla_rope_dim", "mla_q_lora_rank", "config", "attention", "kv_bytes_per_token", "param_check", "param_note",
    "params_counted", "release_date", "gated", "modality", "chat_template", "gguf_repo", "strengths",
    "max_output_tokens", "tool_use", "native_context_tokens", "extended_context_tokens", "extended_context_note",
    "languages", "lifecycle", "shutdown_date", "replacement", "lifecycle_source", "lifecycle_as_of",
    "input_usd_per_mtok", "cached_input_usd_per_mtok", "output_usd_per_mtok", "long_input_from_tokens",
    "long_input_usd_per_mtok", "long_output_usd_per_mtok", "long_cached_input_usd_per_mtok",
    "batch_input_usd_per_mtok", "batch_output_usd_per_mtok", "off_peak_input_usd_per_mtok",
    "off_peak_output_usd_per_mtok", "cache_write_usd_per_mtok", "price_source", "price_as_of", "price_confidence",
    "quality", "quality_source", "note", "recalled_fields",
)  # fmt: skip
"""Of a model, in the order of its record."""
DATA = Path(__file__).parent / "data"
"""What comes with the package."""
FILES = ("models", "architectures", "lifecycle", "scores")
DATES = frozenset({"as_of", "release_date", "shutdown_date", "lifecycle_as_of", "price_as_of"})
LISTS = frozenset({"languages", "recalled_fields"})
FLAGS = frozenset({"tied_embeddings", "gated", "tool_use"})


def _pairs(text: str) -> dict[str, str]:
    parts = [pair.partition("=") for pair in text.split(";") if pair.strip()]
    return {name.strip(): value.strip() for name, _, value in parts}


READERS: tuple[tuple[frozenset[str], Callable[[str], Any]], ...] = (
    (WHOLE, int),
    (DATES, date.fromisoformat),
    (FLAGS, "true".__eq__),
    (LISTS, lambda text: tuple(text.split(";"))),
    (frozenset({"score"}), float),
    (frozenset({"config"}), _pairs),
)


AS_TEXT = frozenset(name for name in MODEL_FIELDS if not any(name in names for names, _ in READERS)) | DATES
"""Cells that are their own JSON form."""


class Row:
    """A line of a file that is read like the record that it stands for."""

    def __init__(self, columns: Mapping[str, int], cells: Sequence[str]) -> None:
        self._columns, self._cells = columns, cells

    def __getattr__(self, name: str) -> Any:
        """Read a cell; called once for each, the value then stays."""
        if name.startswith("_"):
            raise AttributeError(name)
        place = self._columns.get(name)
        text = "" if place is None else self._cells[place]
        value = reader(name)(text) if text else UNSTATED.get(name)
        self.__dict__[name] = value
        return value

    def document(self, names: Iterable[str]) -> dict[str, Any]:
        """The JSON form of these fields, as ``model_dump(mode="json")`` gives it; text is taken over as it stands."""
        known, columns, cells = self.__dict__, self._columns, self._cells
        found: dict[str, Any] = {}
        for name in names:
            place = columns.get(name)
            if name in known or place is None or name not in AS_TEXT:
                found[name] = plain(getattr(self, name))
            else:
                found[name] = cells[place] or UNSTATED.get(name)
        return found

    def model_copy(self, *, update: Mapping[str, Any]) -> Self:
        """The same row with further values; nobody else holds it yet."""
        self.__dict__.update(update)
        return self


@functools.cache
def reader(name: str) -> Callable[[str], Any]:
    """What makes a value of the cells of a column."""
    kind = next((kind for names, kind in READERS if name in names), str)
    return Decimal if name.endswith("_usd_per_mtok") else kind


def light_models(folder: Path, today: date) -> tuple[Any, ...]:
    """The models of a folder of checked files as they are today, joined and priced like those of ``Catalog.models``."""
    models, architectures, ends, scores = (rows(folder / f"{name}.csv") for name in FILES)
    prices = light_prices((model.id for model in models if model.kind == "api"), today)
    return with_prices(with_facts(models, architectures, ends, scores, today), priced(prices))


def priced(prices: Texts) -> Mapping[str, Any]:
    """Prices by id, read like their records."""
    return {
        name: Row({field: place for place, field in enumerate(price)}, [*price.values()])
        for name, price in prices.items()
    }


def rows(path: Path) -> list[Any]:
    """The lines of a file; an empty cell is unknown."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        columns = {name: place for place, name in enumerate(next(lines))}
        return [Row(columns, line) for line in lines if line]


def plain(value: Any) -> Any:
    """The JSON form of a value, as the records give it."""
    if isinstance(value, Decimal | date):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
