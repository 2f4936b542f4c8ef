"""The per-item journal: what is used again, and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness import chain
from harness.errors import HarnessError
from harness.items import Batch, Item, ItemJournal, batch_keys, batches
from harness.protocol import ItemResult, read_items

CIRCUMSTANCES: dict[str, Any] = {"model": "m", "adapter": None, "engine": "e 1", "settings": {"dtype": "bfloat16"}}


def item(place: int, prompt: str = "p") -> Item:
    return Item(place, f"id{place}", f"input {place}", "card", f"{prompt} {place}", 3)


def result(place: int, key: str) -> ItemResult:
    return ItemResult(
        arm="a", key=key, item=f"id{place}", index=place, input="i", target="card", output="card", prediction="card",
        correct=True, format_valid=True, prompt_tokens=3, output_tokens=1,
    )  # fmt: skip


def test_batches_are_cut_in_order_and_the_last_may_be_short() -> None:
    assert [[one.place for one in batch] for batch in batches([item(n) for n in range(5)], 2)] == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize(
    "change",
    [
        {"model": "n"},
        {"adapter": "x"},
        {"engine": "e 2"},
        {"settings": {"dtype": "float32"}},
        {"adapter_used": "switched"},
    ],
)
def test_a_key_tells_apart_everything_an_output_depends_on(change: dict[str, Any]) -> None:
    batch = (item(0), item(1))

    ours, theirs = batch_keys(CIRCUMSTANCES, batch), batch_keys({**CIRCUMSTANCES, **change}, batch)

    assert not set(ours) & set(theirs)


def test_a_key_depends_on_the_prompt_and_on_what_stands_beside_it() -> None:
    alone, pair = (item(0),), (item(0), item(1))

    keys = {
        batch_keys(CIRCUMSTANCES, alone)[0],
        batch_keys(CIRCUMSTANCES, pair)[0],
        batch_keys(CIRCUMSTANCES, (item(0, "q"),))[0],
    }

    assert len(keys) == 3
    assert batch_keys(CIRCUMSTANCES, pair) == batch_keys(dict(reversed(CIRCUMSTANCES.items())), pair)


def test_a_journalled_batch_is_found_by_the_next_session(tmp_path: Path) -> None:
    with ItemJournal(tmp_path, ["k0", "k1"]) as journal:
        journal.append("a", Batch((result(0, "k0"), result(1, "k1")), 0.5))
        head = journal.head

    with ItemJournal(tmp_path, ["k0", "k1", "k2"]) as journal:
        found = journal.find(["k0", "k1"])
        assert journal.find(["k0"]) is None
        assert journal.find(["k0", "k2"]) is None
        assert journal.head == head

    assert found is not None
    assert found.seconds == 0.5
    assert [one.item for one in read_items(tmp_path)] == ["id0", "id1"]


def test_results_of_something_else_are_set_aside_whole(tmp_path: Path) -> None:
    with ItemJournal(tmp_path, ["old"]) as journal:
        journal.append("a", Batch((result(0, "old"),), 0.5))

    with ItemJournal(tmp_path, ["new"]) as journal:
        assert journal.set_aside is not None
        assert journal.set_aside.exists()
        assert journal.find(["old"]) is None
        assert journal.head == chain.GENESIS


def test_a_torn_batch_counts_as_not_done(tmp_path: Path) -> None:
    with ItemJournal(tmp_path, ["k0"]) as journal:
        journal.append("a", Batch((result(0, "k0"),), 0.5))
    path = tmp_path / "items.jsonl"
    path.write_bytes(path.read_bytes()[:-9])

    with ItemJournal(tmp_path, ["k0"]) as journal:
        assert journal.find(["k0"]) is None


def test_a_changed_item_stops_the_run(tmp_path: Path) -> None:
    with ItemJournal(tmp_path, ["k0"]) as journal:
        journal.append("a", Batch((result(0, "k0"),), 0.5))
    path = tmp_path / "items.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"correct":true', b'"correct":false'))

    with pytest.raises(HarnessError, match=r"items\.jsonl:1: hash does not match"):
        ItemJournal(tmp_path, ["k0"])
