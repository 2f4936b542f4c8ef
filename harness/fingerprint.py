"""One hash for a folder of weights, so that results name exactly what they were measured on."""

from __future__ import annotations

from pathlib import Path

from harness import chain

SUFFIXES = frozenset({".safetensors", ".json", ".jinja", ".model"})
NAMES = frozenset({"merges.txt", "vocab.txt"})
BOOKKEEPING = frozenset({"manifest.json"})
"""Our own notes about a folder; they hold its hashes and so cannot be among them."""


def identifying_files(folder: Path) -> list[Path]:
    """Weights, configuration, tokenizer and template files of a model or adapter folder, sorted by name."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and path.name not in BOOKKEEPING and (path.suffix in SUFFIXES or path.name in NAMES)
    )


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of each identifying file, by name."""
    return {path.name: chain.file_sha256(path) for path in identifying_files(folder)}


def of_hashes(hashes: dict[str, str]) -> str:
    """The digest over sorted (name, SHA-256) pairs."""
    return chain.digest(sorted(hashes.items()))


def fingerprint(folder: Path) -> str:
    """The digest that names a model or adapter folder by its content. Raises OSError."""
    return of_hashes(file_hashes(folder))
