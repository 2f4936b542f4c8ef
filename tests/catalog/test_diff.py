"""What a snapshot would change: old and new beside each other, the big moves first."""

from __future__ import annotations

from pathlib import Path

from catalog.diff import FieldChange, TableDiff, diff
from catalog.load import Catalog
from tests.catalog.small import HIRE, ROWS, STAMP, offers, small, write


def changed(tmp_path: Path, **tables: tuple[dict[str, str], ...]) -> dict[str, TableDiff]:
    before = Catalog(write(small(), tmp_path / "before"))
    after = Catalog(write(small(tables), tmp_path / "after"))
    return {one.table: one for one in diff(before, after)}


def test_the_same_facts_do_not_differ(tmp_path: Path) -> None:
    assert changed(tmp_path) == {}


def test_numbers_are_told_with_percent_and_the_largest_move_comes_first(tmp_path: Path) -> None:
    gpus = tuple({**ROWS["gpus"][0], "id": name, "memory_gb": "48"} for name in ("a", "b", "c"))
    before = Catalog(write(small({"gpus": gpus}), tmp_path / "before"))
    moved = ({**gpus[0], "memory_gb": "60"}, {**gpus[1], "memory_gb": "24"}, {**gpus[2], "name": "Other"})
    after = Catalog(write(small({"gpus": moved}), tmp_path / "after"))

    (found,) = diff(before, after)

    assert [one.id for one in found.changed] == ["b", "a", "c"]
    assert found.changed[0].fields == (FieldChange("memory_gb", "48.0", "24.0", -50.0),)
    assert found.changed[2].fields == (FieldChange("name", "Card", "Other", None),)


def test_a_new_observation_of_a_known_offer_is_a_move_of_its_price(tmp_path: Path) -> None:
    rows = (*ROWS["offers"], *offers(("acme-june", "2026-06-01", "1.20")))
    found = changed(tmp_path, offers=rows)["offers"]

    assert (found.added, found.removed) == ((), ())
    (move,) = found.changed
    assert move.id == "acme-june"
    price = next(one for one in move.fields if one.field == "usd_per_gpu_hour")
    assert (price.before, price.after, round(price.percent or 0)) == ("1.5", "1.2", -20)


def test_another_offer_is_added_and_one_that_is_gone_is_removed(tmp_path: Path) -> None:
    other = {**HIRE, **STAMP, "id": "acme-spot", "tier": "spot", "usd_per_gpu_hour": "0.9"}
    found = changed(tmp_path, offers=(ROWS["offers"][1], other))["offers"]

    assert (found.added, found.removed, found.changed) == (("acme-spot",), ("acme-march",), ())


def test_unknown_is_told_as_unknown_and_has_no_percent(tmp_path: Path) -> None:
    found = changed(tmp_path, gpus=({**ROWS["gpus"][0], "tdp_w": "300"},))["gpus"]

    assert found.changed[0].fields == (FieldChange("tdp_w", None, "300.0", None),)


def test_what_was_only_looked_at_again_comes_last(tmp_path: Path) -> None:
    models = (
        {**ROWS["models"][0], "as_of": "2026-06-10"},
        {**ROWS["models"][1], "name": "renamed"},
        ROWS["models"][2],
    )
    found = changed(tmp_path, models=models)["models"]

    assert [(one.id, one.dated_anew) for one in found.changed] == [("lab/second", False), ("lab/first", True)]
