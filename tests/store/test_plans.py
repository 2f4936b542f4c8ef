"""A kept plan is made again from its own facts, whatever the catalog says by then."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from advisor.errors import BadInput
from advisor.paths import Workspace
from advisor.plan.basis import basis_of
from advisor.plan.records import Plan
from advisor.profile import Profile
from advisor.store import plans
from advisor.workflow.planning import plan_for
from catalog.load import Catalog
from tests.advisor.priced import TODAY, priced, with_parts

PROFILE = Profile(
    name="bank", n_examples=800, volume_per_day=1000, tokens_in=300, tokens_out=10, label_usd_per_example=Decimal("0.5")
)
MODEL = "Qwen/Qwen3-8B"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work")


def dearer(catalog: Catalog, factor: int = 3) -> Catalog:
    """The world later: every API and every GPU costs a multiple."""
    asked = catalog.quote

    def quote(ids: object, day: date | None) -> dict[str, object]:
        return {
            name: price.model_copy(
                update={
                    field: value * factor
                    for field, value in price
                    if field.endswith("_usd_per_mtok") and value is not None
                }
            )
            for name, price in asked(ids, day).items()  # type: ignore[arg-type] # passed on as it came
        }

    offers = tuple(one.model_copy(update={"usd_per_gpu_hour": one.usd_per_gpu_hour * factor}) for one in catalog.offers)
    return with_parts(replace(catalog, quote=quote), offers=offers)  # type: ignore[arg-type] # the copy of a price is one


def made(catalog: Catalog, workspace: Workspace | None = None, gpu: str | None = None) -> Plan:
    return plan_for(PROFILE, model=MODEL, gpu=gpu, today=TODAY, catalog=catalog, workspace=workspace)


def test_a_replay_gives_the_old_numbers_and_a_new_plan_the_new_ones(workspace: Workspace) -> None:
    old = made(priced(), workspace)
    new = made(dearer(priced()), workspace)

    again, said = plans.replay(workspace, old.id)

    assert (again, said) == (old, "")
    assert plans.replay(workspace, new.id) == (new, "")
    assert new.id != old.id
    assert new.once_usd.expected > old.once_usd.expected
    old_request, new_request = old.break_even.api_usd_per_request, new.break_even.api_usd_per_request
    assert old_request is not None
    assert new_request == pytest.approx(3 * old_request, abs=Decimal("0.000002"))


def test_a_replay_asks_no_price_of_today(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    old = made(priced(), workspace, gpu="l40s")

    def gone(*_: object) -> None:
        raise AssertionError("asked for a price")

    monkeypatch.setattr("catalog.api_prices.quote", gone)
    monkeypatch.setattr("catalog.load.read_records", gone)

    assert plans.replay(workspace, old.id)[0] == old


def test_every_price_in_a_plan_is_kept_with_source_and_date() -> None:
    plan = made(priced())
    paid = {(line.unit_price_usd, line.unit) for line in plan.components if line.unit_price_usd is not None}
    kept = {(price.usd, price.unit) for price in plan.prices}

    assert {one for one in paid if one[1] != "1,000 requests"} <= kept
    api = [price for price in plan.prices if price.unit == "million tokens"]
    assert {price.name.partition(": ")[2] for price in api} >= {"input", "output"}
    assert all(price.name.startswith(str(plan.break_even.api_model)) for price in api)
    assert all("through genai-prices" in price.source and price.as_of <= TODAY for price in api)
    assert all(price.source for price in plan.prices)


def test_the_api_of_a_plan_is_one_that_is_still_sold_and_lives_as_long_as_the_plan() -> None:
    chosen = made(priced()).break_even.api_model
    model = priced().model(str(chosen))

    assert model.lifecycle == "current"
    assert model.shutdown_date is None


@pytest.mark.parametrize("gone", ["anthropic/claude-3-5-sonnet", "openai/gpt-3.5-turbo"])
def test_a_retired_api_is_no_alternative_at_any_price(gone: str) -> None:
    facts = priced()
    almost_free = {"input_usd_per_mtok": Decimal("0.000001"), "output_usd_per_mtok": Decimal("0.000001")}
    models = tuple(one.model_copy(update=almost_free) if one.id == gone else one for one in facts.models)

    assert facts.model(gone).input_usd_per_mtok is not None
    assert made(with_parts(facts, models=models)).break_even.api_model != gone


def test_a_plan_that_is_kept_already_stays_as_it_is_and_a_damaged_one_is_written_anew(workspace: Workspace) -> None:
    plan = made(priced(), workspace)
    path = workspace.plans / f"{plan.id}.json"
    first = path.stat().st_ino
    made(priced(), workspace)
    assert path.stat().st_ino == first

    path.write_text("{")
    made(priced(), workspace)
    assert plans.replay(workspace, plan.id)[0] == plan


@pytest.mark.parametrize(
    ("plan_id", "cause"),
    [("../../etc/passwd", "is not the id of a plan"), ("plan-000000000000", "no plan plan-000000000000")],
)
def test_an_unknown_plan_is_bad_input(workspace: Workspace, plan_id: str, cause: str) -> None:
    with pytest.raises(BadInput, match=cause):
        plans.replay(workspace, plan_id)


@pytest.mark.parametrize("content", ["", "{}", "[]", "\xff", '{"version": 1}'])
def test_a_damaged_plan_is_bad_input(workspace: Workspace, content: str) -> None:
    plan = made(priced(), workspace)
    (workspace.plans / f"{plan.id}.json").write_text(content)

    with pytest.raises(BadInput, match="damaged"):
        plans.replay(workspace, plan.id)


def test_a_changed_fact_in_a_kept_plan_is_noticed(workspace: Workspace) -> None:
    plan = made(priced(), workspace)
    kept = plans.read(workspace, plan.id)
    offers = tuple(
        one.model_copy(update={"usd_per_gpu_hour": one.usd_per_gpu_hour / 2}) for one in kept.basis.current_offers
    )
    changed = kept.model_copy(update={"basis": kept.basis.model_copy(update={"current_offers": offers})})
    (workspace.plans / f"{plan.id}.json").write_text(changed.model_dump_json(exclude_defaults=True))

    with pytest.raises(BadInput, match="does not follow from its facts"):
        plans.replay(workspace, plan.id)


def test_a_plan_of_another_version_says_that_the_method_has_changed(workspace: Workspace) -> None:
    plan = made(priced(), workspace)
    kept = plans.read(workspace, plan.id)
    older = kept.model_copy(update={"version": "0.0.1", "plan": plan.model_copy(update={"gpu": "another"})})
    (workspace.plans / f"{plan.id}.json").write_text(older.model_dump_json(exclude_defaults=True))

    again, said = plans.replay(workspace, plan.id)

    assert again == plan
    assert said.startswith("made with tunewise 0.0.1; the method of")


def test_a_plan_is_made_where_it_cannot_be_kept(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")

    assert made(priced(), Workspace(blocked)).id.startswith("plan-")


def test_the_basis_holds_the_two_models_and_every_offer() -> None:
    plan = made(priced())
    basis = basis_of(plan, PROFILE, priced(), gpu=None)

    assert {model.id for model in basis.models} == {MODEL, plan.break_even.api_model}
    assert len(basis.current_offers) == len(priced().current_offers)
