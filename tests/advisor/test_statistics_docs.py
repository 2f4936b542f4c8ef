"""The documentation of the statistics names every method, and its example runs."""

from __future__ import annotations

import re
from pathlib import Path

from advisor.statistics import PairedTable, tango_interval
from advisor.statistics.cases import answer_all, read_cases
from advisor.statistics.methods import METHODS

TEXT = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text("utf-8")


def test_every_method_is_documented_with_its_inputs_and_answers() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", TEXT, flags=re.MULTILINE))
    assert rows.keys() == METHODS.keys()
    for name, inputs in rows.items():
        documented = set(re.findall(r"\w+", re.sub(r"\([^)]*\)", "", inputs)))
        assert documented == set(METHODS[name].takes.model_fields), name


def test_the_example_of_the_documentation_runs() -> None:
    example = next(line.strip() for line in TEXT.splitlines() if line.strip().startswith('{"cases"'))
    assert answer_all(read_cases(example, where="docs"))[0]["lo"] > 0.25


def test_a_guard_without_discordant_pairs_passes_from_133_items_on() -> None:
    assert "133 items" in TEXT
    limits = [tango_interval(PairedTable(n, 0, 0, 0), alpha=0.1).lo for n in (132, 133)]
    assert limits[0] < -0.02 < limits[1]
