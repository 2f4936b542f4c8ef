"""Rebuild tables of catalog/data from the research: ``python scripts/import_catalog.py --from DIR [--to DIR]``.

The committed files are the truth and may be edited by hand; this shows how they came about. Every row of the
research is carried over or named in ``exclusions.csv`` with the reason.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from catalog_import.endings import endings
from catalog_import.finetuning import prices
from catalog_import.hardware import gpus, offers
from catalog_import.models import models
from catalog_import.naming import known_names
from catalog_import.scores import scores
from catalog_import.sizes import architectures
from catalog_import.text import Carried, write

from catalog.load import DATA


def main() -> None:
    """Read the research, write the files of the catalog."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="tables", type=Path, required=True, help="folder of the research tables")
    parser.add_argument("--to", dest="data", type=Path, default=Path("catalog/data"), help="folder to write")
    chosen = parser.parse_args()
    carried = tables(chosen.tables)
    for name, table in carried.items():
        write(chosen.data / f"{name}.csv", table.kept)
    write(chosen.data / "exclusions.csv", [row for table in carried.values() for row in table.left_out])


def tables(research: Path) -> dict[str, Carried]:
    """Name of each file to what it holds."""
    found = models(research, architectures(DATA))
    known = known_names([row["id"] for row in found.kept])
    return {
        "models": found,
        "gpus": gpus(research),
        "offers": offers(research),
        "finetune_prices": prices(research, known),
        "lifecycle": endings(research, known),
        "scores": scores(research, known),
    }


if __name__ == "__main__":
    main()
