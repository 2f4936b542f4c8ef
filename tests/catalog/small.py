"""A whole catalog of a few invented records, for tests that change, pack and install one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from catalog.load import TABLES
from catalog.snapshot import Snapshot

STAMP = {"as_of": "2026-06-01", "source": "the list", "confidence": "sourced"}
DUE = {"provider": "acme", "product": "pod", "gpu_id": "card", "gpu_count": "1", "tier": "on-demand"}
HIRE = {**DUE, "billing": "per-second", "region": "global"}
ROWS: Mapping[str, tuple[dict[str, str], ...]] = {
    "models": (
        {"id": "lab/first", "name": "first", "family": "f", "vendor": "lab", "kind": "open", "release_date": "2025-01-10", **STAMP},
        {"id": "lab/second", "name": "second", "family": "f", "vendor": "lab", "kind": "open", "release_date": "2026-04-10", **STAMP},
        {"id": "host/talker", "name": "talker", "family": "t", "vendor": "host", "kind": "api", **STAMP},
    ),
    "gpus": ({"id": "card", "name": "Card", "architecture": "ada", "memory_gb": "48", "bandwidth_gb_s": "864", **STAMP},),
    "offers": (
        {"id": "acme-march", "usd_per_gpu_hour": "2.00", **HIRE, **STAMP, "as_of": "2026-03-01"},
        {"id": "acme-may", "usd_per_gpu_hour": "1.50", **HIRE, **STAMP, "as_of": "2026-05-01"},
    ),
    "finetune_prices": (
        {"id": "tune-1", "provider": "host", "model": "8B", "method": "lora", "train_usd_per_mtok": "0.5", **STAMP, "as_of": "2026-02-01"},
        {"id": "tune-2", "provider": "host", "model": "8B", "method": "lora", "train_usd_per_mtok": "0.4", **STAMP, "as_of": "2026-05-15"},
    ),
    "lifecycle": (
        {
            "id": "host/talker", "provider": "host", "model": "talker", "model_id": "host/talker", "status": "deprecated",
            "announced": "2026-04-01", "shutdown_date": "2026-05-20", **STAMP,
            "as_of": "2026-05-01",
        },
    ),
}  # fmt: skip


def small(changes: Mapping[str, tuple[dict[str, str], ...]] | None = None) -> Snapshot:
    """The tables as files; ``changes`` replaces whole tables."""
    rows = {**ROWS, **(changes or {})}
    return {
        f"{name}.csv": _csv(table.record.model_fields, rows.get(name, ()))
        for name, table in TABLES.items()
        if not table.optional
    }


def _csv(fields: Mapping[str, object], rows: tuple[dict[str, str], ...]) -> bytes:
    header = [name for name in fields if name != "origin"]
    lines = [header, *([row.get(name, "") for name in header] for row in rows)]
    return "".join(",".join(line) + "\n" for line in lines).encode()


def write(snapshot: Snapshot, folder: Path) -> Path:
    """The tables in a folder."""
    folder.mkdir(parents=True)
    for name, content in snapshot.items():
        (folder / name).write_bytes(content)
    return folder


def offers(*priced: tuple[str, str, str]) -> tuple[dict[str, str], ...]:
    """Observations of one offer: id, day, dollars per GPU-hour."""
    return tuple({"id": name, "usd_per_gpu_hour": usd, **HIRE, **STAMP, "as_of": day} for name, day, usd in priced)


def tree(folder: Path) -> str:
    """One hash of all names and contents under a folder."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")) if folder.exists() else []:
        found.update(str(path.relative_to(folder)).encode())
        found.update(path.read_bytes() if path.is_file() else b"")
    return found.hexdigest()
