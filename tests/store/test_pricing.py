"""Pricing in DuckDB against a plain Python oracle."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.cost import amount
from advisor.plan.records import ComponentDraft, Draft, Money, OfferDraft, Priced, Span
from advisor.store.pricing import price
from tests.advisor.workloads import TODAY

AMOUNTS = st.floats(0, 1e9, allow_nan=False, allow_infinity=False)
SPANS = st.tuples(AMOUNTS, AMOUNTS, AMOUNTS).map(sorted).map(lambda v: Span(low=v[0], expected=v[1], high=v[2]))
PRICES = st.decimals("0.000001", "100000", places=6)
BOUNDS = ("low", "expected", "high")


@st.composite
def offers(draw: st.DrawFn) -> tuple[OfferDraft, ...]:
    count = draw(st.integers(1, 6))
    return tuple(
        OfferDraft(
            offer_id=f"offer-{position}", provider="p", gpu="g", gpus=draw(st.sampled_from([1, 2, 8])), tier="t",
            usd_per_gpu_hour=draw(PRICES), hours=draw(SPANS), peak_memory_gib=Span(low=1, expected=2, high=3),
            memory_gib=80, fits=True, eligible=position == 0 or draw(st.booleans()), note="", source="s", as_of=TODAY,
            stale_days=draw(st.sampled_from([None, 31])), outdated=draw(st.booleans()),
        )
        for position in range(count)
    )  # fmt: skip


@st.composite
def components(draw: st.DrawFn) -> tuple[ComponentDraft, ...]:
    count = draw(st.integers(0, 8))
    return tuple(
        ComponentDraft(
            id=f"line-{position}", offer_id=draw(st.sampled_from([None, "offer-0", "offer-1"])), stage="training",
            name=f"Line {position}", recurring=draw(st.sampled_from(["once", "monthly"])), counted=draw(st.booleans()),
            quantity=draw(SPANS), unit="u", unit_price_usd=draw(st.none() | PRICES), source="s", as_of=TODAY, because="b",
        )
        for position in range(count)
    )  # fmt: skip


def draft_of(some: tuple[OfferDraft, ...], lines: tuple[ComponentDraft, ...]) -> Draft:
    return Draft(
        profile_name="p", model="m", method="lora", today=TODAY, offers=some, components=lines, breakdowns_gib={},
        api_model=None, api_usd_per_request=None, api_because="", capacity_per_day={}, settings={}, assumptions=(),
        digest="0",
    )  # fmt: skip


def money(span: Span, unit_price: Decimal) -> Money:
    low, expected, high = (amount(getattr(span, bound), unit_price) for bound in BOUNDS)
    assert low is not None
    assert expected is not None
    assert high is not None
    return Money(low=low, expected=expected, high=high)


def oracle_ranking(some: tuple[OfferDraft, ...]) -> list[tuple[str, Money]]:
    priced = [(one, money(one.hours, one.gpus * one.usd_per_gpu_hour)) for one in some]
    priced.sort(key=lambda pair: _rank(*pair))
    return [(one.offer_id, cost) for one, cost in priced]


def _rank(one: OfferDraft, cost: Money) -> tuple[bool, bool, Decimal, Decimal, str]:
    weight = 1 if one.stale_days is None else 2
    return not one.eligible, one.outdated, cost.expected * weight, cost.high * weight, one.offer_id


def total(priced: Priced, recurring: str, bound: str) -> Decimal:
    lines = [one.usd for one in priced.components if one.recurring == recurring and one.counted and one.usd]
    return sum((getattr(cost, bound) for cost in lines), Decimal(0))


@settings(deadline=None, max_examples=30)
@given(offers(), components())
def test_sql_equals_a_plain_python_oracle(some: tuple[OfferDraft, ...], lines: tuple[ComponentDraft, ...]) -> None:
    priced = price(draft_of(some, lines))
    assert [(one.offer_id, one.usd) for one in priced.offers] == oracle_ranking(some)
    mine = [one for one in lines if one.offer_id in (None, priced.offers[0].offer_id)]
    assert [one.id for one in priced.components] == [one.id for one in mine]
    for given_, found in zip(mine, priced.components, strict=True):
        expected = None if given_.unit_price_usd is None else money(given_.quantity, given_.unit_price_usd)
        assert found.usd == expected


@settings(deadline=None, max_examples=30)
@given(offers(), components())
def test_totals_equal_the_sum_of_their_parts(some: tuple[OfferDraft, ...], lines: tuple[ComponentDraft, ...]) -> None:
    priced = price(draft_of(some, lines))
    for bound in BOUNDS:
        assert getattr(priced.once_usd, bound) == total(priced, "once", bound)
        assert getattr(priced.monthly_usd, bound) == total(priced, "monthly", bound)


@settings(deadline=None, max_examples=30)
@given(offers(), components())
def test_unpriced_stays_unpriced_and_is_named(some: tuple[OfferDraft, ...], lines: tuple[ComponentDraft, ...]) -> None:
    priced = price(draft_of(some, lines))
    without = [one.name for one in priced.components if one.unit_price_usd is None]
    assert list(priced.unpriced) == without
    assert all((one.usd is None) == (one.unit_price_usd is None) for one in priced.components)


def test_a_free_component_is_zero_and_not_unpriced() -> None:
    free = ComponentDraft(
        id="free", stage="training", name="Free", recurring="once", quantity=Span(low=1, expected=2, high=3), unit="u",
        unit_price_usd=Decimal(0), source="s", as_of=TODAY, because="b",
    )  # fmt: skip
    one = OfferDraft(
        offer_id="offer-0", provider="p", gpu="g", gpus=1, tier="t", usd_per_gpu_hour=Decimal(1),
        hours=Span(low=1, expected=1, high=1), peak_memory_gib=Span(low=1, expected=1, high=1), memory_gib=1, fits=True,
        eligible=True, note="", source="s", as_of=TODAY,
    )  # fmt: skip
    priced = price(draft_of((one,), (free,)))
    assert priced.unpriced == ()
    assert priced.components[0].usd == Money(low=Decimal(0), expected=Decimal(0), high=Decimal(0))


def test_a_dearer_offer_that_may_be_chosen_comes_before_a_cheaper_one_that_may_not() -> None:
    base = OfferDraft(
        offer_id="dear", provider="p", gpu="g", gpus=1, tier="t", usd_per_gpu_hour=Decimal(9),
        hours=Span(low=1, expected=1, high=1), peak_memory_gib=Span(low=1, expected=1, high=1), memory_gib=1, fits=True,
        eligible=True, note="", source="s", as_of=TODAY,
    )  # fmt: skip
    spot = base.model_copy(
        update={"offer_id": "spot", "usd_per_gpu_hour": Decimal(1), "eligible": False, "note": "spot"}
    )
    assert [one.offer_id for one in price(draft_of((spot, base), ())).offers] == ["dear", "spot"]


def test_a_stale_price_is_chosen_only_at_less_than_half_of_a_fresh_one_and_an_outdated_one_never() -> None:
    fresh = OfferDraft(
        offer_id="fresh", provider="p", gpu="g", gpus=1, tier="t", usd_per_gpu_hour=Decimal(1),
        hours=Span(low=1, expected=1, high=1), peak_memory_gib=Span(low=1, expected=1, high=1), memory_gib=1, fits=True,
        eligible=True, note="", source="s", as_of=TODAY,
    )  # fmt: skip

    def aged(name: str, usd: str, *, outdated: bool = False) -> OfferDraft:
        changed = {"offer_id": name, "usd_per_gpu_hour": Decimal(usd), "stale_days": 60, "outdated": outdated}
        return fresh.model_copy(update=changed)

    some = (aged("old", "0.01", outdated=True), aged("little cheaper", "0.6"), aged("much cheaper", "0.4"), fresh)

    ranked = [one.offer_id for one in price(draft_of(some, ())).offers]
    assert ranked == ["much cheaper", "fresh", "little cheaper", "old"]
