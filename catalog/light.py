"""The bundled models without the cost of checking them: what lists and searches over the package's own files read.

Those files are checked record by record by ``catalog verify`` and by the tests, so that a list need not check them
again: validation takes longer than the rest of the command. A cell becomes a value when it is asked for. Facts of the
user's own, of an update or of another day go through ``catalog.load``.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from catalog.join import with_facts, with_prices

UNSTATED: Mapping[str, Any] = {
    "commercial_use": "unknown", "fine_tunable": "unknown", "lifecycle": "unknown", "origin": "bundled",
    "languages": (), "config": {}, "quality": {},
}  # fmt: skip
"""What a record says where a line says nothing, if that is not None."""
WHOLE = frozenset({
    "total_params", "active_params", "num_layers", "hidden_size", "num_heads", "num_kv_heads", "head_dim",
    "intermediate_size", "vocab_size", "num_experts", "experts_per_token", "expert_size", "shared_expert_size",
    "dense_layers", "sliding_window", "full_attention_layers", "sliding_or_linear_layers", "mla_kv_lora_rank",
    "mla_rope_dim", "mla_q_lora_rank", "kv_bytes_per_token", "max_output_tokens", "native_context_tokens",
    "extended_context_tokens",
})  # fmt: skip
DATES = frozenset({"as_of", "release_date", "shutdown_date"})
FLAGS = frozenset({"tied_embeddings", "gated", "tool_use"})


class Row:
    """A line of a file that is read like the record that it stands for."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells

    def __getattr__(self, name: str) -> Any:
        """Read a cell; called once for each, the value then stays."""
        text = self._cells.get(name)
        value = UNSTATED.get(name) if text is None else reader(name)(text)
        self.__dict__[name] = value
        return value

    def model_copy(self, *, update: Mapping[str, Any]) -> Self:
        """The same row with further values; nobody else holds it yet."""
        self.__dict__.update(update)
        return self


def reader(name: str) -> Callable[[str], Any]:
    """What makes a value of the cells of a column."""
    if name in WHOLE:
        return int
    if name in DATES:
        return date.fromisoformat
    if name in FLAGS:
        return "true".__eq__
    if name == "score":
        return float
    if name == "languages":
        return lambda text: tuple(text.split(";"))
    return _pairs if name == "config" else str


def _pairs(text: str) -> dict[str, str]:
    parts = [pair.partition("=") for pair in text.split(";") if pair.strip()]
    return {name.strip(): value.strip() for name, _, value in parts}


def light_models(folder: Path, today: date, prices: Mapping[str, Any]) -> tuple[Any, ...]:
    """The models of a folder of checked files, joined like those of ``Catalog.models``; prices by id."""
    tables = [rows(folder / f"{name}.csv") for name in ("models", "architectures", "lifecycle", "scores")]
    return with_prices(with_facts(*tables, today), prices)  # type: ignore[arg-type]  # rows read like records


def rows(path: Path) -> list[Any]:
    """The lines of a file; an empty cell is unknown."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        header = next(lines)
        return [Row({name: cell for name, cell in zip(header, line, strict=True) if cell}) for line in lines if line]


def document(row: Any, fields: tuple[str, ...]) -> dict[str, Any]:
    """The JSON form of a row or a record, as ``model_dump(mode="json")`` gives it."""
    return {name: _plain(getattr(row, name)) for name in fields}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | date):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
