"""A data folder that a run works with: three splits that share nothing, their manifest, and prompts to try."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import TypeAdapter

from harness import banking77, chain
from harness.errors import InputError
from harness.model import replace_folder
from harness.prompting import GENERATION_INSTRUCTION, candidates, classification_instruction
from harness.protocol import EMBEDDED, DatasetManifest, PrepareSpec, Prompt, Row, Split
from harness.rows import read_pairs
from harness.splitting import Splits, cut, separate, split_pool

MANIFEST, PROMPTS = "dataset.json", "prompts.json"
PROMPT_LIST = TypeAdapter(list[Prompt])
MAX_LABELS, MAX_LABEL_SHARE = 50, 0.2
"""At most so many different outputs, and so many per row, and a file is a classification task."""
SPLITS: tuple[Split, ...] = ("train", "validation", "test")


class Provenance(NamedTuple):
    """Where rows come from and under which terms."""

    name: str
    source: str
    license: str
    attribution: str | None


class ReadyData(NamedTuple):
    """A data folder that is complete, and the hash that names it."""

    folder: Path
    manifest: DatasetManifest
    sha256: str


def ready(spec: PrepareSpec, *, warn: Callable[[str], None]) -> ReadyData:
    """The data folder of a prepare run, written at once. Raises InputError naming file and line."""
    splits, provenance = load(spec)
    labels = label_set(splits)
    check(splits, labels, warn=warn)
    folder = Path(spec.data_dir)
    manifest = write(folder, splits, labels, provenance, spec.seed)
    return ReadyData(folder, manifest, chain.file_sha256(folder / MANIFEST))


def load(spec: PrepareSpec) -> tuple[Splits, Provenance]:
    """The rows that the spec names, split."""
    sizes = {"validation_items": spec.validation_items, "test_items": spec.test_items, "seed": spec.seed}
    if spec.data == EMBEDDED:
        terms = Provenance(banking77.NAME, banking77.SOURCE, banking77.LICENSE, banking77.ATTRIBUTION)
        return cut(separate(banking77.splits()), **sizes), terms
    path = Path(spec.data).expanduser().absolute()
    return split_pool(read_pairs(path), **sizes), Provenance(path.stem, path.name, "not stated", None)


def label_set(splits: Splits) -> tuple[str, ...]:
    """The labels of a classification task, sorted; empty when outputs are too many to be labels."""
    counts = Counter(row.output for rows in splits.rows.values() for row in rows)
    few = len(counts) <= MAX_LABELS and len(counts) <= MAX_LABEL_SHARE * counts.total()
    return tuple(sorted(counts)) if few else ()


def check(splits: Splits, labels: tuple[str, ...], *, warn: Callable[[str], None]) -> None:
    """Refuse data that nothing can be learned from; warn of labels that training never shows."""
    if len(labels) == 1:
        raise InputError(f"every row has the same output ({labels[0][:60]!r})", "give at least two different outputs")
    unseen = sorted(set(labels) - {row.output for row in splits.rows["train"]})
    if unseen:
        warn(f"{len(unseen)} labels have no training row: {', '.join(unseen)[:200]}")


def write(folder: Path, splits: Splits, labels: tuple[str, ...], provenance: Provenance, seed: int) -> DatasetManifest:
    """Write splits, prompts and manifest beside ``folder`` and put them in its place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        hashes = {split: write_rows(temporary / f"{split}.jsonl", splits.rows[split]) for split in SPLITS}
        manifest = describe(splits, labels, provenance, hashes, seed)
        (temporary / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
        prompts = candidates(splits.rows["train"], instruction=manifest.instruction, labels=labels, seed=seed)
        (temporary / PROMPTS).write_bytes(PROMPT_LIST.dump_json(prompts, indent=2))
        replace_folder(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return manifest


def write_rows(path: Path, rows: Iterable[Row]) -> str:
    """Write one row a line; returns the file's hash."""
    with path.open("w", encoding="utf-8", newline="\n") as handle:
        handle.writelines(f"{row.model_dump_json()}\n" for row in rows)
    return chain.file_sha256(path)


def describe(
    splits: Splits, labels: tuple[str, ...], provenance: Provenance, hashes: dict[Split, str], seed: int
) -> DatasetManifest:
    """The manifest of a data folder."""
    task: Literal["classification", "generation"] = "classification" if labels else "generation"
    return DatasetManifest(
        name=provenance.name,
        task=task,
        instruction=classification_instruction(labels) if labels else GENERATION_INSTRUCTION,
        labels=labels,
        rows={split: len(splits.rows[split]) for split in SPLITS},
        sha256=hashes,
        duplicates_removed=splits.duplicates_removed,
        overlaps_removed=splits.overlaps_removed,
        source=provenance.source,
        license=provenance.license,
        attribution=provenance.attribution,
        seed=seed,
    )


def read_manifest(folder: Path, sha256: str) -> DatasetManifest:
    """The manifest that a spec was made with. Raises InputError when it is another or is missing."""
    path = folder / MANIFEST
    try:
        actual = chain.file_sha256(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})", "prepare the data again") from error
    if actual != sha256:
        raise InputError(
            f"{path}: is not the data this run was made for (SHA-256 {actual[:12]}, not {sha256[:12]})", "prepare again"
        )
    return DatasetManifest.model_validate_json(path.read_bytes())


def read_rows(folder: Path, split: Split, manifest: DatasetManifest) -> list[Row]:
    """The rows of a split, checked against the manifest. Raises InputError when a byte changed."""
    path = folder / f"{split}.jsonl"
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})", "prepare the data again") from error
    if chain.file_sha256(path) != manifest.sha256[split]:
        raise InputError(f"{path}: was changed after it was prepared", "prepare the data again")
    return [Row.model_validate_json(line) for line in raw.splitlines()]


def read_prompts(folder: Path) -> list[Prompt]:
    """The prompts to try. Raises OSError or pydantic.ValidationError."""
    return PROMPT_LIST.validate_json((folder / PROMPTS).read_bytes())
