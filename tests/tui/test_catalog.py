"""The catalog screen by keyboard and mouse: found while typing, sorted, marked, opened, with unkind names shown literally."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from click.testing import CliRunner
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static

from advisor.cli.main import tunewise
from advisor.tui.app import TunewiseApp
from advisor.tui.catalog_columns import KINDS, sheet_of
from advisor.tui.screens.catalog import CatalogScreen
from advisor.tui.screens.catalog_compare import CompareScreen
from advisor.tui.screens.catalog_detail import DetailScreen
from advisor.tui.screens.help import HelpScreen
from advisor.tui.screens.home import HomeScreen
from advisor.tui.widgets.chrome import CommandLine
from advisor.tui.widgets.fact_table import FactTable
from advisor.tui.widgets.kind_bar import KindTab
from advisor.workflow.fact_sheet import FactLine
from tests.tui.catalogued import UNKIND, CataloguedWorkflow, models, open_model, small_catalog
from tests.tui.driving import app_of, press, settled
from tests.tui.recorded import TODAY

SMALL, ROOMY = (80, 24), (120, 36)
TYPED = {"<": "less_than_sign", "=": "equals_sign", "~": "tilde", " ": "space", "-": "minus", ">": "greater_than_sign"}


def typed(text: str) -> list[str]:
    return [TYPED.get(character, character) for character in text]


async def opened(pilot: Pilot[Any], *keys: str, text: str = "") -> CatalogScreen:
    await settled(pilot)
    await press(pilot, "f", *keys, *(("slash",) if text else ()))
    await write(pilot, text)
    screen = pilot.app.screen
    assert isinstance(screen, CatalogScreen)
    return screen


async def write(pilot: Pilot[Any], text: str) -> None:
    """Type as fast as the application takes it."""
    await pilot.press(*typed(text))
    await settled(pilot)


def names(screen: CatalogScreen) -> list[str]:
    """The models listed, in order."""
    of = models()
    return [of[row].id.partition("/")[2] for row in screen.table.shown]


def shown(pilot: Pilot[Any]) -> Screen[Any]:
    return pilot.app.screen


def said(screen: object, selector: str) -> str:
    assert isinstance(screen, CatalogScreen | DetailScreen | CompareScreen)
    return str(screen.query_one(selector, Static).render())


async def test_typing_finds_at_once_and_the_arrows_move_while_typing() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=SMALL) as pilot:
        screen = await opened(pilot, text="bright")
        assert names(screen) == ["Bright-1B", "Bright-70B", "Bright-8B"]
        await press(pilot, "down", "down")
        assert isinstance(pilot.app.focused, Input)
        assert "Bright-8B" in said(screen, "#explained")
        await press(pilot, "enter", "enter")
        assert isinstance(pilot.app.screen, DetailScreen)


async def test_conditions_follow_the_words() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=SMALL) as pilot:
        screen = await opened(pilot, text="bright params<=8B license~apache")
        assert names(screen) == ["Bright-1B", "Bright-8B"]
        assert "--where 'params<=8B' --where 'license~apache'" in screen.query_one(CommandLine).command


async def test_a_filter_that_means_nothing_says_so_in_one_line_and_keeps_what_was_found() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=SMALL) as pilot:
        screen = await opened(pilot, text="bright")
        for more, hint in (
            (" params", "! 'params' alone finds nothing"),
            ("<", "! column 8: ends there"),
            ("x", "! column 8: 'x'"),
        ):
            await write(pilot, more)
            assert names(screen) == ["Bright-1B", "Bright-8B"], "what “bright pa” found, by its licence"
            assert said(screen, "#state").startswith(hint)
            assert screen.query_one(CommandLine).command == "", "no command would find this"
        assert "\n" not in said(screen, "#state")
        await press(pilot, "escape")
        assert len(screen.table.shown) == len(models())
        assert not said(screen, "#state").startswith("!")


async def test_every_column_can_be_sorted_by_and_unknown_stays_last() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        await press(pilot, "s")
        assert names(screen)[:3] == ["Bright-1B", "Unmeasured-3B", "Remembered-7B"]
        await press(pilot, "r")
        assert names(screen)[0] == "Bright-70B"
        assert names(screen)[-1] == "unkind"
        assert "--sort params --desc" in screen.query_one(CommandLine).command
        for _ in range(5):
            await press(pilot, "right")
        assert screen.order.column == 6
        assert 6 in screen.table.columns_shown, "what is sorted by is seen, even where there is little room"
        assert names(screen)[0] == "swift-secret"
        await press(pilot, "left")
        assert screen.order.column == 5


@pytest.mark.parametrize("priced", [False, True])
async def test_the_command_of_every_order_of_every_kind_lists_the_same(priced: bool) -> None:
    async with app_of(CataloguedWorkflow(done=7 if priced else None)).run_test(size=ROOMY) as pilot:
        screen = await opened(pilot)
        assert (screen.bills is not None) == priced
        for kind in KINDS:
            screen.action_kind(kind)
            sheet = sheet_of(kind, small_catalog(), screen.bills or {}, TODAY)
            for at, column in enumerate(sheet.columns):
                screen._sort(at)
                words = shlex.split(screen.command())
                assert "--sort" in words or at == 0 or (column.key == "price_month" and not priced)
                outcome = CliRunner().invoke(tunewise, [*words[1:], "--json", "-n", "1"])
                assert outcome.exit_code == 0, (words, outcome.output)


async def test_months_can_be_asked_for_once_they_are_priced() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=ROOMY) as pilot:
        screen = await opened(pilot, text="price_month<1000000")
        assert screen.fault is None
        assert 0 < len(screen.table.shown) < len(models())
        words = shlex.split(screen.command())
        assert "--for" in words
        assert CliRunner().invoke(tunewise, [*words[1:], "--json", "-n", "1"]).exit_code == 0


async def test_months_are_priced_for_the_profile_at_hand_and_unpriced_is_never_a_number() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=ROOMY) as pilot:
        screen = await opened(pilot, "s", "s", "s", "s", "s")
        assert screen.bills is not None
        assert names(screen)[0] == "swift"
        assert names(screen)[-1] == "swift-secret"
        assert screen.bills["vendor/swift-secret"].usd_per_month is None
        swift = screen.bills["vendor/swift"].usd_per_month
        assert swift is not None
        assert round(float(swift), 2) == round(20_000 * (420 * 0.10 + 6 * 0.40) / 1e6 * 365 / 12, 2)
        assert "a month for 20,000 requests a day" in said(screen, "#explained")


async def test_without_a_profile_a_hint_stands_where_months_would_and_the_example_can_be_taken() -> None:
    async with app_of(CataloguedWorkflow(done=None)).run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        assert "no profile" in said(screen, "#about")
        await press(pilot, "p")
        assert pilot.app.screen is screen
        await press(pilot, "e")
        assert screen.bills is not None
        assert "no profile" not in said(screen, "#about")


async def test_the_mouse_sorts_by_a_heading_highlights_a_row_and_opens_it() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        heading = next(x for x in range(80) if screen.table.column_at(x) == 1)
        await pilot.click("#rows", offset=(heading, 0))
        assert screen.order == (1, False)
        await pilot.click("#rows", offset=(heading, 0))
        assert screen.order == (1, True)
        await pilot.click("#rows", offset=(5, 2))
        assert screen.table.cursor == 1
        await pilot.click("#rows", offset=(5, 2), times=2)
        await settled(pilot)
        assert isinstance(pilot.app.screen, DetailScreen)


async def test_kinds_are_chosen_by_digit_or_mouse() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=SMALL) as pilot:
        screen = await opened(pilot, "2")
        assert kind_of(screen) == "gpus"
        assert "catalog list gpus" in screen.query_one(CommandLine).command
        assert screen.check_action("mark", ()) is None
        await press(pilot, "enter")
        assert "cloud pod, on-demand" in " ".join(line.name for line in facts_of(pilot))
        await press(pilot, "escape")
        offers = next(tab for tab in screen.query(KindTab) if tab.kind == "offers")
        await pilot.click(offers)
        await settled(pilot)
        assert kind_of(screen) == "offers"
        assert len(screen.table.shown) == 4
        for key, kind in (("4", "finetune"), ("5", "lifecycle"), ("1", "models")):
            await press(pilot, key)
            assert kind_of(screen) == kind


def kind_of(screen: CatalogScreen) -> str:
    return screen.kind


def facts_of(pilot: Pilot[Any]) -> list[FactLine]:
    screen = pilot.app.screen
    assert isinstance(screen, DetailScreen)
    return list(screen.browsing.facts(screen.record))


async def test_two_to_four_marked_models_stand_side_by_side() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=SMALL) as pilot:
        screen = await opened(pilot)
        assert screen.check_action("compare", ()) is None
        for _ in range(5):
            await press(pilot, "space", "down")
        assert len(screen.table.marked) == 4, "a fifth is refused"
        await press(pilot, "c")
        compare = pilot.app.screen
        assert isinstance(compare, CompareScreen)
        assert len(compare.models) == 4
        assert "--for" in shlex.split(compare.command())
        day, parameters = (
            next(at for at, row in enumerate(compare.rows) if row.name == name)
            for name in ("release date", "parameters")
        )
        widths = [head.width for head in compare.table._heads]
        assert all(len(cell) <= width for cell, width in zip(compare._cells(day)[1:], widths[1:], strict=True))
        assert not any("," in cell for cell in compare._cells(parameters)[1:])
        assert compare.command().startswith("tunewise")
        await press(pilot, "2")
        assert isinstance(pilot.app.screen, DetailScreen)
        await press(pilot, "escape", "escape", "u")
        assert isinstance(shown(pilot), CatalogScreen)
        assert not screen.table.marked


async def test_the_detail_gives_every_fact_its_day_and_source() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=ROOMY) as pilot:
        await opened(pilot, text="bright-8b")
        await press(pilot, "enter", "enter")
        detail = pilot.app.screen
        assert isinstance(detail, DetailScreen)
        lines = detail.browsing.facts(detail.record)
        assert all(line.source and line.as_of for line in lines if line.value is not None)
        assert all(not line.source for line in lines if line.value is None)
        assert {"model", "architecture", "scores"} <= {line.section for line in lines}
        assert "a month always on" in said(detail, "#headline")
        await press(pilot, "down")
        assert "the model card, read on that day, as of 2026-03-02" in str(
            detail.query_one("#facts .detail Static", Static).render()
        )
        assert detail.query_one(FactTable).highlighted == 1
        everything = detail.query_one(FactTable).table.row_count
        await press(pilot, "u")
        assert detail.query_one(FactTable).table.row_count == sum(line.value is not None for line in lines) < everything


async def test_a_price_too_old_to_be_trusted_says_so() -> None:
    old = models()[6].model_copy(update={"price_as_of": models()[6].as_of.replace(year=2025)})
    async with app_of(CataloguedWorkflow(shown=(old, open_model("x", 1, None)))).run_test(size=ROOMY) as pilot:
        screen = await opened(pilot, text="swift")
        assert "! API price of 2025-03-02 is 377 days old; 60 are trusted" in said(screen, "#explained")


async def test_unkind_names_are_shown_as_they_were_written_without_effect() -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=SMALL) as pilot:
        screen = await opened(pilot, text="unkind")
        assert "[@click=app.quit]x[31m[/bold]" in said(screen, "#explained")
        await pilot.click("#explained", offset=(20, 1))
        await press(pilot, "enter", "enter")
        assert pilot.app.is_running
        detail = pilot.app.screen
        assert isinstance(detail, DetailScreen)
        assert "\x1b" not in "".join(str(part.render()) for part in detail.query(Static))
        assert UNKIND not in "".join(str(part.render()) for part in detail.query(Static))


async def test_the_catalog_opens_from_every_screen_and_leads_back() -> None:
    app: TunewiseApp = app_of(CataloguedWorkflow())
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await press(pilot, "tab", "down", "down", "enter")
        room = app.screen
        await press(pilot, "f8")
        assert isinstance(app.screen, CatalogScreen)
        assert app.screen.profile is not None
        await press(pilot, "f1")
        assert isinstance(app.screen, HelpScreen)
        assert "# Catalog" in app.screen.markdown
        assert "Mark the highlighted model" in app.screen.markdown
        await press(pilot, "escape", "escape")
        assert app.screen is room
        await press(pilot, "escape")
        assert isinstance(app.screen, HomeScreen)


@pytest.mark.parametrize("keys", [(), ("p",), ("space", "down", "space", "c"), ("enter",)], ids=str)
async def test_a_terminal_of_one_cell_is_survived(keys: tuple[str, ...]) -> None:
    async with app_of(CataloguedWorkflow()).run_test(size=SMALL) as pilot:
        await opened(pilot)
        await press(pilot, *keys)
        for size in ((1, 1), (300, 2), (3, 100), SMALL):
            await pilot.resize_terminal(*size)
            await settled(pilot)
        assert pilot.app.is_running
