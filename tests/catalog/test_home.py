"""The catalog of a workspace: read once while nothing changes, anew when something did, priced as of the day."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from catalog import overlay
from catalog.home import current
from catalog.installed import install
from catalog.load import load
from tests.catalog.small import ROWS, offers, small

AT = "2026-06-01T12:00:00+00:00"
OWN = {"as_of": date(2026, 6, 2), "source": "the label", "confidence": "verified"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "catalog"


def test_without_a_workspace_the_bundled_facts_hold() -> None:
    assert current(None).gpus == load().gpus


def test_facts_are_read_once_while_nothing_changes(folder: Path) -> None:
    install(folder, small(), source="desk", at=AT)
    first = current(folder)

    assert current(folder) is first
    assert current(folder, as_of=date(2026, 5, 10)) is not first
    overlay.add(folder / "overlay.toml", "gpus", {"id": "card", "tdp_w": 300, **OWN})
    assert current(folder) is not first
    assert current(folder).gpu("card").tdp_w == 300


def test_the_users_own_facts_lie_over_whatever_snapshot_is_in_force(folder: Path) -> None:
    overlay.add(folder / "overlay.toml", "gpus", {"id": "card", "tdp_w": 300, **OWN})
    install(folder, small(), source="desk", at=AT)

    assert (current(folder).gpu("card").tdp_w, current(folder).gpu("card").origin) == (300, "overlay")
    assert current(folder).model("first").origin == "snapshot"


def test_an_observation_that_an_update_dropped_still_holds_on_its_days(folder: Path) -> None:
    install(folder, small(), source="desk", at=AT)
    install(folder, small({"offers": offers(("acme-may", "2026-05-01", "1.50"))}), source="desk", at=AT)

    held = [offer.id for offer in current(folder, as_of=date(2026, 3, 31)).offers_for("card")]

    assert held == ["acme-march"]
    assert [offer.id for offer in current(folder).offers] == ["acme-may"]


def test_apis_are_priced_as_of_the_day(folder: Path) -> None:
    days = (date(2025, 3, 1), date(2026, 11, 1))
    before, after = (current(folder, as_of=day).model("mistral/ministral-8b-latest") for day in days)

    assert before.input_usd_per_mtok is not None
    assert after.input_usd_per_mtok is not None
    assert before.input_usd_per_mtok < after.input_usd_per_mtok  # raised in between, says the library's history


def test_a_fact_of_ones_own_about_a_model_reaches_its_view(folder: Path) -> None:
    install(folder, small(), source="desk", at=AT)
    end = {**ROWS["lifecycle"][0], "shutdown_date": date(2027, 1, 1), "announced": date(2026, 4, 1), **OWN}
    overlay.add(folder / "overlay.toml", "lifecycle", {name: value for name, value in end.items() if value != ""})

    model = current(folder).model("talker")

    assert (model.lifecycle, model.shutdown_date) == ("deprecated", date(2027, 1, 1))


def test_reading_loads_no_writer_of_toml_and_no_price_library(tmp_path: Path) -> None:
    program = (
        "import json, sys; from pathlib import Path; from catalog.home import current;"
        f"current(Path({str(tmp_path)!r})).gpus; print(json.dumps(sorted(sys.modules)))"
    )
    loaded = json.loads(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout)

    assert not {"tomlkit", "genai_prices", "urllib.request", "tarfile", "catalog.verify"} & set(loaded)
