"""Facts of one's own: they win, are marked, keep their comments, and are checked like all others."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from catalog import asof, overlay
from catalog.errors import CatalogError
from catalog.load import Catalog
from tests.catalog.small import small, write

OWN = 'as_of = 2026-06-02\nsource = "our contract"\nconfidence = "verified"\n'
BOX = f'[[gpus]]\nid = "box"\nname = "Box"\narchitecture = "ada"\nmemory_gb = 24\nbandwidth_gb_s = 500\n{OWN}'
RATE = {
    "id": "our-rate", "provider": "acme", "product": "pod", "gpu_id": "card", "gpu_count": 1, "tier": "on-demand",
    "usd_per_gpu_hour": Decimal("1.80"), "billing": "per-second", "region": "global", "as_of": date(2026, 5, 5),
    "source": "our contract", "confidence": "verified",
}  # fmt: skip


@pytest.fixture
def base(tmp_path: Path) -> Catalog:
    return Catalog(write(small(), tmp_path / "small"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog" / "overlay.toml"


def wrote(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def over(base: Catalog, path: Path, *, day: date | None = None) -> Catalog:
    changes: tuple[Any, ...] = (overlay.change(path, day=day), *([asof.change(day)] if day else []))
    return Catalog(base.folder, changes=changes, as_of=day)


def test_a_new_record_is_whole_and_marked(base: Catalog, path: Path) -> None:
    found = over(base, wrote(path, BOX)).gpu("box")

    assert (found.memory_gb, found.origin, found.source) == (24, "overlay", "our contract")


def test_a_known_record_is_changed_in_the_given_fields_only_and_says_what_is_whose(base: Catalog, path: Path) -> None:
    found = over(base, wrote(path, f'[[gpus]]\nid = "CARD"\ntdp_w = 250\n{OWN}')).gpu("card")

    assert (found.id, found.tdp_w, found.memory_gb, found.origin) == ("card", 250, 48, "overlay")
    assert found.source == "our contract (for tdp_w); the rest: the list (2026-06-01)"
    assert found.as_of == date(2026, 6, 2)


def test_a_patched_record_is_trusted_no_more_than_what_was_left_of_it(base: Catalog, path: Path) -> None:
    text = f'[[gpus]]\nid = "card"\ntdp_w = 250\n{OWN}'.replace("verified", "recalled")

    assert over(base, wrote(path, text)).gpu("card").confidence == "recalled"
    assert over(base, wrote(path, text.replace("recalled", "verified"))).gpu("card").confidence == "sourced"


def test_a_negotiated_price_wins_over_newer_observations_of_the_same_offer(base: Catalog, path: Path) -> None:
    older = {**RATE, "as_of": date(2026, 4, 1)}
    overlay.add(path, "offers", older)

    prices = [offer.usd_per_gpu_hour for offer in over(base, path).offers_for("card")]

    assert prices == [Decimal("1.80")]


def test_on_a_day_before_a_negotiated_price_the_observed_one_holds(base: Catalog, path: Path) -> None:
    overlay.add(path, "offers", RATE)

    before, since = over(base, path, day=date(2026, 5, 4)), over(base, path, day=date(2026, 5, 5))

    assert [offer.id for offer in before.offers_for("card")] == ["acme-may"]
    assert [offer.id for offer in since.offers_for("card")] == ["our-rate"]


def test_own_prices_of_an_api_reach_the_model_with_their_source(base: Catalog, path: Path) -> None:
    text = f'[[api_prices]]\nid = "host/talker"\ninput_usd_per_mtok = 2.10\noutput_usd_per_mtok = 8\n{OWN}'
    model = over(base, wrote(path, text)).model("talker")

    assert (model.input_usd_per_mtok, model.output_usd_per_mtok) == (Decimal("2.10"), Decimal(8))
    assert model.price_source == "our contract"


def test_money_is_read_without_binary_rounding(base: Catalog, path: Path) -> None:
    overlay.add(path, "offers", {**RATE, "usd_per_gpu_hour": Decimal("1.1")})

    assert "usd_per_gpu_hour = 1.1\n" in path.read_text()
    assert over(base, path).offers_for("card")[0].usd_per_gpu_hour == Decimal("1.1")


def test_writing_keeps_comments_and_the_other_entries(base: Catalog, path: Path) -> None:
    wrote(path, f"# ours since spring\n{BOX}  # from the label\n\n# a wish\n")
    overlay.add(path, "offers", RATE)
    overlay.add(
        path,
        "gpus",
        {"id": "card", "tdp_w": 300, "as_of": date(2026, 6, 2), "source": "label", "confidence": "sourced"},
    )
    text = path.read_text()

    assert "# ours since spring" in text
    assert "# from the label" in text
    assert "# a wish" in text
    assert {gpu.id for gpu in over(base, path).gpus} == {"card", "box"}
    assert over(base, path).gpu("card").tdp_w == 300


def test_replacing_takes_out_what_is_no_longer_given_and_keeps_the_comment(base: Catalog, path: Path) -> None:
    wrote(path, BOX.replace("memory_gb = 24", "memory_gb = 24 # two of 12\nnote = 'old'"))
    entry = overlay.find(path, "gpus", "BOX")
    assert entry is not None

    overlay.add(path, "gpus", {**entry.fields, "note": None, "bandwidth_gb_s": 600}, replace=True)

    found = over(base, path).gpu("box")
    assert (found.bandwidth_gb_s, found.note, found.memory_gb) == (600, None, 24)
    assert "# two of 12" in path.read_text()


def test_an_id_that_is_there_is_not_overwritten_by_accident(path: Path) -> None:
    overlay.add(path, "offers", RATE)
    before = path.read_bytes()

    with pytest.raises(CatalogError, match=r"overlay.toml \[\[offers\]\] entry 1 \(our-rate\) field id: there already"):
        overlay.add(path, "offers", {**RATE, "id": "OUR-rate"})

    assert path.read_bytes() == before


def test_what_is_taken_back_is_gone_and_the_rest_stays(base: Catalog, path: Path) -> None:
    overlay.add(wrote(path, BOX), "offers", RATE)
    overlay.remove(path, "gpus", "box")

    assert [gpu.id for gpu in over(base, path).gpus] == ["card"]
    assert over(base, path).offers_for("card")[0].id == "our-rate"
    with pytest.raises(CatalogError, match="no 'box' in gpus"):
        overlay.remove(path, "gpus", "box")


def test_numbers_in_a_configuration_become_its_text(base: Catalog, path: Path) -> None:
    text = f'[[architectures]]\nid = "lab/first"\nmodel_type = "llama"\nconfig = {{ q_lora_rank = 1536, tied = true }}\n{OWN}'

    assert over(base, wrote(path, text)).model("first").config == {"q_lora_rank": "1536", "tied": "true"}


def test_nothing_of_ones_own_changes_nothing(base: Catalog, path: Path) -> None:
    assert over(base, path).models == base.models


BAD = [
    ("[[gpus]\nid = 1\n", "overlay.toml line 1 column 7: not TOML (Expected ']]' at the end of an array declaration)"),
    ("[[gpus]]\nid = 'x'\nid = 'y'\n", "overlay.toml line 3 column 9: not TOML (Cannot overwrite a value)"),
    ("[[cards]]\nid = 'x'\n", "overlay.toml: unknown table 'cards'"),
    ("gpus = 3\n", "overlay.toml: gpus is not a list of entries"),
    ("[[gpus]]\nname = 'x'\n", "overlay.toml [[gpus]] entry 1 field id: missing"),
    ("[[gpus]]\nid = 7\n", "overlay.toml [[gpus]] entry 1 field id: 7 is no text"),
    (f"{BOX}\n{BOX.replace('box', 'BOX')}", "overlay.toml [[gpus]] entry 2 (BOX) field id: given before, in entry 1"),
    (f"[[gpus]]\nid = 'box'\n{OWN}", "overlay.toml [[gpus]] entry 1 (box) field name: missing"),
    ("[[gpus]]\nid = 'card'\ntdp_w = 1\n", "overlay.toml [[gpus]] entry 1 (card) field as_of: missing"),
    (BOX.replace("memory_gb", "memory"), "overlay.toml [[gpus]] entry 1 (box) field memory: unknown field"),
    (BOX.replace("= 24", "= nan"), "overlay.toml [[gpus]] entry 1 (box) field memory_gb: 'NaN'"),
    (BOX.replace("= 24", "= -24"), "overlay.toml [[gpus]] entry 1 (box) field memory_gb: -24"),
    (BOX.replace("= 24", "= true"), "overlay.toml [[gpus]] entry 1 (box) field memory_gb: true"),
    (BOX.replace("= 24", "= 24576"), "overlay.toml [[gpus]] entry 1 (box) field memory_gb: 24576: another unit?"),
    (BOX.replace("verified", "sure"), "overlay.toml [[gpus]] entry 1 (box) field confidence: 'sure'"),
    (BOX + "origin = 'bundled'\n", "overlay.toml [[gpus]] entry 1 (box) field origin: 'bundled'"),
    (
        f"[[offers]]\nid = 'acme-may'\nusd_per_gpu_hour = -1.5\n{OWN}",
        "overlay.toml [[offers]] entry 1 (acme-may) field usd_per_gpu_hour: '-1.5'",
    ),
    (
        f"[[offers]]\nid = 'acme-may'\nusd_per_gpu_hour = 0\n{OWN}",
        "overlay.toml [[offers]] entry 1 (acme-may) field usd_per_gpu_hour: 0",
    ),
    (
        f"[[offers]]\nid = 'acme-may'\nusd_per_gpu_hour = 150\n{OWN}",
        "overlay.toml [[offers]] entry 1 (acme-may) field usd_per_gpu_hour: 150: another unit?",
    ),
    (
        f"[[api_prices]]\nid = 'host/talker'\ninput_usd_per_mtok = 0.0025\noutput_usd_per_mtok = 0.01\n{OWN}",
        "overlay.toml [[api_prices]] entry 1 (host/talker) field input_usd_per_mtok: 0.0025: another unit?",
    ),
    (
        f"[[api_prices]]\nid = 'host/talker'\ninput_usd_per_mtok = 2.5\n{OWN}",
        "overlay.toml [[api_prices]] entry 1 (host/talker): only one of",
    ),
    (
        f"[[api_prices]]\nid = 'host/talker'\ninput_usd_per_mtok = 2.5\noutput_usd_per_mtok = 100\n{OWN}",
        "overlay.toml [[api_prices]] entry 1 (host/talker) field output_usd_per_mtok: 40 times the input price",
    ),
]


@pytest.mark.parametrize(("text", "told"), BAD)
def test_what_is_wrong_is_one_line_with_its_place_and_what_is_allowed(
    base: Catalog, path: Path, text: str, told: str
) -> None:
    wrote(path, text)

    with pytest.raises(CatalogError) as caught:
        _read_all(base, path)

    assert caught.value.message.startswith(told)
    assert caught.value.allowed
    assert "\n" not in caught.value.message + caught.value.allowed
    assert path.read_text() == text


def _read_all(base: Catalog, path: Path) -> None:
    facts = over(base, path)
    for table in ("gpus", "offers", "api_prices"):
        facts.table(table)


def test_a_file_that_is_not_text_is_named(base: Catalog, path: Path) -> None:
    wrote(path, "").write_bytes(b"[[gpus]]\nid = '\xff'\n")

    with pytest.raises(CatalogError, match=r"overlay.toml: byte 15 is not UTF-8"):
        over(base, path)


@pytest.mark.parametrize(
    ("field", "value"), [("usd_per_gpu_hour", Decimal("NaN")), ("colour", "red"), ("gpu_count", 0), ("source", "x")]
)
def test_a_wrong_entry_is_not_written(path: Path, field: str, value: object) -> None:
    overlay.add(path, "offers", RATE)
    before = path.read_bytes()

    with pytest.raises(CatalogError, match=rf"entry 2 \(other\) field {field}"):
        overlay.add(path, "offers", {**RATE, "id": "other", field: value})

    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["overlay.toml"]
