"""What lists read without checking is what the checked records say."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from catalog import light_prices
from catalog.fields import FIELDS
from catalog.home import current
from catalog.light import DATA, MODEL_FIELDS, light_models, plain
from catalog.records import Model

TODAY = date.today()  # noqa: DTZ011 - the user's own day


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tunewise" / "list-prices"


def test_every_field_of_every_model_is_that_of_its_record() -> None:
    light, checked = light_models(DATA, TODAY), current(None).models
    assert tuple(Model.model_fields) == MODEL_FIELDS
    assert [model.id for model in light] == [model.id for model in checked]
    for row, record in zip(light, checked, strict=True):
        assert {name: getattr(row, name) for name in MODEL_FIELDS} == dict(record), record.id
        assert row.document(MODEL_FIELDS) == record.model_dump(mode="json"), record.id
    assert any(model.input_usd_per_mtok for model in light)


def test_what_models_are_chosen_by_reads_the_same_of_both() -> None:
    light, checked = light_models(DATA, TODAY), current(None).models
    for name, field in FIELDS["models"].items():
        assert [field.read(row) for row in light] == [field.read(record) for record in checked], name


def test_prices_are_asked_for_once_a_day(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = light_models(DATA, TODAY)
    monkeypatch.setattr(light_prices, "_asked", lambda *_: pytest.fail("asked again"))
    again = light_models(DATA, TODAY)
    assert [one.output_usd_per_mtok for one in again] == [one.output_usd_per_mtok for one in first]
    assert [path.name for path in own_cache.iterdir()] == [f"{TODAY}.json"]


def test_prices_are_asked_anew_when_what_they_were_made_from_is_another_file(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    light_models(DATA, TODAY)
    path = own_cache / f"{TODAY}.json"
    kept = json.loads(path.read_bytes().partition(b"\n")[2])
    kept["made_from"][0] = "records.py of another day"
    kept["prices"]["openai/gpt-4o"]["input_usd_per_mtok"] = "99"
    path.write_bytes(b"-\n" + json.dumps(kept).encode())
    found = {model.id: model for model in light_models(DATA, TODAY)}
    assert found["openai/gpt-4o"].input_usd_per_mtok == Decimal("2.5")


@pytest.mark.parametrize("content", [b"", b"torn", b"-\n{", b"-\n[]", b"-\n\xff"])
def test_a_damaged_file_is_as_if_it_were_not_there(own_cache: Path, content: bytes) -> None:
    own_cache.mkdir(parents=True)
    (own_cache / f"{TODAY}.json").write_bytes(content)
    assert any(model.input_usd_per_mtok for model in light_models(DATA, TODAY))


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert any(model.input_usd_per_mtok for model in light_models(DATA, TODAY))


def test_values_take_their_json_form() -> None:
    values = [Decimal("0.10"), date(2026, 1, 2), ("a",), 3, None]
    assert [plain(value) for value in values] == ["0.10", "2026-01-02", ["a"], 3, None]


@pytest.mark.parametrize("kind", sorted(FIELDS))
def test_every_field_of_every_kind_can_be_read(kind: str) -> None:
    names = {"offers": "offers", "finetune": "finetune_prices"}
    records = getattr(current(None), names.get(kind, kind))
    for name, field in FIELDS[kind].items():
        assert [field.read(record) for record in records], name
