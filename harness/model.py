"""The model folder that a run works with: the embedded model, converted once, or any folder that passes the checks."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from harness import chain, embedded_model
from harness.fingerprint import file_hashes, of_hashes
from harness.model_folder import check_folder
from harness.protocol import EMBEDDED, ModelFacts

MANIFEST = "manifest.json"


class ReadyModel(NamedTuple):
    """A model folder that was checked, and the hash that names it."""

    folder: Path
    name: str
    sha256: str
    facts: ModelFacts
    notes: tuple[str, ...]


def ready(model: str, cache: Path, *, warn: Callable[[str], None]) -> ReadyModel:
    """The embedded model or a folder, checked. Raises InputError."""
    if model == EMBEDDED:
        return ready_embedded(cache, warn=warn)
    folder = Path(model).expanduser().absolute()
    facts = check_folder(folder)
    return ReadyModel(folder, folder.name, of_hashes(file_hashes(folder)), facts, ())


def ready_embedded(cache: Path, *, warn: Callable[[str], None]) -> ReadyModel:
    """The converted embedded model; made anew when it is missing or a byte of it changed."""
    source = embedded_model.find()
    folder = cache / source.folder_name
    hashes = intact_hashes(folder)
    if hashes is None:
        if folder.exists():
            warn(f"{folder.name} was damaged or incomplete: converted again")
        hashes = convert_atomically(source, folder)
    facts = check_folder(folder)
    return ReadyModel(folder, embedded_model.NAME, of_hashes(hashes), facts, embedded_model.NOTES)


def intact_hashes(folder: Path) -> dict[str, str] | None:
    """The hashes of a folder's files if they are those of its manifest, else None."""
    try:
        noted = json.loads((folder / MANIFEST).read_bytes())["files"]
        hashes = file_hashes(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return hashes if hashes == noted else None


def convert_atomically(source: embedded_model.Source, folder: Path) -> dict[str, str]:
    """Convert into a temporary folder beside ``folder``, then put it in its place; a kill leaves no half model."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        embedded_model.convert(source.path, temporary)
        hashes = file_hashes(temporary)
        manifest = {
            "name": embedded_model.NAME,
            "source_sha256": source.sha256,
            "files": hashes,
            "notes": embedded_model.NOTES,
        }
        embedded_model.write_json(temporary / MANIFEST, manifest)
        replace_folder(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return hashes


def replace_folder(new: Path, place: Path) -> None:
    """Put a folder where another may be; the old one is moved away first, since folders cannot be replaced at once."""
    for path in new.iterdir():
        chain.sync_file(path)
    old = place.with_name(f".{place.name}.{os.getpid()}.old")
    if place.exists():
        place.rename(old)
    new.rename(place)
    chain.sync_directory(place.parent)
    shutil.rmtree(old, ignore_errors=True)
