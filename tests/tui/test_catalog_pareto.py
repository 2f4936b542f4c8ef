"""The Pareto plot: what is drawn is priced and scored, what is not is named, and keyboard and mouse choose."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import Static

from advisor.tui.screens.catalog_detail import DetailScreen
from advisor.tui.screens.catalog_pareto import ParetoScreen
from advisor.tui.widgets.chrome import CommandLine
from advisor.tui.widgets.pareto_plot import BELOW, MARGIN, Dot, Drawing, dollar_ticks, even_ticks
from tests.tui.catalogued import CataloguedWorkflow
from tests.tui.driving import app_of, press, settled
from tests.tui.recorded import profile

SMALL, ROOMY = (80, 24), (120, 36)


async def drawn(pilot: Pilot[Any], *keys: str) -> ParetoScreen:
    await settled(pilot)
    await press(pilot, "f", "p", *keys)
    screen = pilot.app.screen
    assert isinstance(screen, ParetoScreen)
    return screen


def text(screen: ParetoScreen, selector: str) -> str:
    return str(screen.query_one(selector, Static).render())


def field(screen: ParetoScreen) -> str:
    assert screen.plot.drawing is not None
    return "\n".join("".join(cell.character for cell in row) for row in screen.plot.drawing.rows)


@pytest.mark.parametrize("size", [SMALL, ROOMY])
async def test_the_frontier_is_drawn_named_and_listed_and_the_rest_is_counted(size: tuple[int, int]) -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=size) as pilot:
        screen = await drawn(pilot)
        assert screen.frontier is not None
        assert [spot.model for spot in screen.frontier.best] == ["vendor/swift", "vendor/swift-large"]
        assert field(screen).count("◆") == 2
        assert "swift-large" in field(screen)
        assert text(screen, "#left-out") == "6 drawn; not shown: 3 without MMLU, 1 ruled out, 1 unpriced"
        assert "--measure MMLU" in screen.command()


async def test_those_not_shown_are_listed_with_the_reason() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=ROOMY) as pilot:
        screen = await drawn(pilot, "x")
        assert screen.frontier is not None
        assert {one.model for one in screen.frontier.left_out if one.cause == "unpriced"} == {"vendor/swift-secret"}
        assert len(screen.table.shown) == 5
        retired = next(at for at, one in enumerate(screen.frontier.left_out) if one.cause == "ruled out")
        await press(pilot, *["down"] * retired)
        assert "shut down on 2026-01-01" in text(screen, "#explained")
        await press(pilot, "x")
        assert len(screen.table.shown) == 2


async def test_another_score_can_be_taken_and_an_assumed_one_is_hollow() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=ROOMY) as pilot:
        screen = await drawn(pilot, "m")
        assert text(screen, "#left-out").startswith("0 drawn")
        await press(pilot, "m", "m", "m", "m")
        assert screen.measure == "MMLU or assumed"
        assert "--measure 'MMLU or assumed'" in screen.query_one(CommandLine).command
        assert "∘" in field(screen)
        assert "assumed score" in text(screen, "#legend")


async def test_the_keys_choose_a_dot_and_enter_opens_its_facts() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=SMALL) as pilot:
        screen = await drawn(pilot, "down")
        assert text(screen, "#explained").startswith("vendor/swift-large  on the frontier")
        assert screen.plot.drawing is not None
        assert screen.frontier is not None
        chosen = screen.plot.drawing.chosen
        assert chosen is not None
        assert screen.frontier.spots[chosen].model == "vendor/swift-large"
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, DetailScreen)
        assert pilot.app.screen.record.source


async def test_a_click_on_a_dot_says_what_it_is_and_what_beats_it() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=ROOMY) as pilot:
        screen = await drawn(pilot)
        assert screen.frontier is not None
        assert screen.plot.drawing is not None
        at = next(at for at, spot in enumerate(screen.frontier.spots) if spot.model == "maker/Bright-70B")
        column, row = screen.plot.drawing.spots[at]
        await pilot.click("#plot", offset=(column + 1, row))  # the plot has a padding of one cell
        await settled(pilot)
        assert "maker/Bright-70B  beaten by vendor/swift-large" in text(screen, "#explained")


async def test_where_data_may_not_leave_apis_are_ruled_out() -> None:
    async with app_of(CataloguedWorkflow(profile=profile())).run_test(size=ROOMY) as pilot:
        screen = await drawn(pilot)
        assert screen.frontier is not None
        assert all(spot.model.startswith("maker/") for spot in screen.frontier.spots)
        assert "behind an API" in " ".join(one.because for one in screen.frontier.left_out)


DOTS = st.lists(
    st.builds(
        Dot,
        usd=st.floats(min_value=1e-3, max_value=1e9),
        height=st.floats(min_value=0, max_value=100),
        label=st.text(max_size=30),
        best=st.booleans(),
        published=st.booleans(),
    ),
    min_size=1,
    max_size=30,
)


@given(DOTS, st.integers(30, 160), st.integers(6, 50))
def test_every_dot_stands_inside_the_field_and_dearer_is_never_left_of_cheaper(
    dots: list[Dot], width: int, height: int
) -> None:
    made = Drawing(dots, width, height, chosen=0)
    assert len(made.rows) == height
    assert all(len(row) == width for row in made.rows)
    for column, row in made.spots:
        assert MARGIN < column < width
        assert 0 <= row < height - BELOW
        assert made.nearest(column, row) is not None
    ordered = sorted(zip(dots, made.spots, strict=True), key=lambda pair: pair[0].usd)
    assert [spot[0] for _, spot in ordered] == sorted(spot[0] for spot in made.spots)
    taller = sorted(zip(dots, made.spots, strict=True), key=lambda pair: -pair[0].height)
    assert [spot[1] for _, spot in taller] == sorted(spot[1] for spot in made.spots)


@given(st.floats(-2, 6), st.floats(0.1, 6))
def test_ticks_stay_within_their_axis(low: float, span: float) -> None:
    assert all(low <= tick <= low + span for tick in dollar_ticks(low, low + span))
    assert all(low - 1e-9 <= tick <= low + span + 1e-9 for tick in even_ticks(low, low + span, 5))
    assert len(even_ticks(low, low + span, 5)) <= 7
    assert all(math.isfinite(tick) for tick in even_ticks(low, low + span, 5))
