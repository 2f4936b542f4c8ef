"""How long a keystroke in the filter of the catalog screen takes, with 20,000 models, from the key to the repaint.

The real application is driven: keys go in as from a terminal, and the clock stops when everything that the key set off
has been handled and drawn. The peer is what one would take from the shelf: Textual's DataTable, cleared and filled again
with the same matches at every key, in the same frame and the same process.

    python benchmarks/catalog/tui_filter.py [--models 20000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import RenderableType
from rich.text import Text
from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import DataTable, Input

from advisor.paths import Workspace
from advisor.tui.app import TunewiseApp
from advisor.tui.screens.catalog import UNSORTED
from advisor.tui.sheet import Sheet
from advisor.tui.widgets.row_table import RowTable
from advisor.workflow.browsing import Browsing
from advisor.workflow.workflow import Workflow
from catalog.load import Catalog, load
from catalog.records import Model

SIZE = (120, 36)
TYPED: dict[str, Sequence[str]] = {
    "words": [*"qwen", "space", *"instruct", *["backspace"] * 8],
    "condition": [*"params", "less_than_sign", "equals_sign", *"8", "B", "space", *"license", "tilde", *"apache"],
}
"""What is typed, key by key; taken back again between the rounds."""
CHARACTERS = {"space": " ", "less_than_sign": "<", "equals_sign": "=", "tilde": "~"}
LIMIT_MS = 50.0


def many(count: int) -> tuple[Model, ...]:
    """The catalog's own models over and over, each copy under another name and of another size."""
    real = load().models
    return tuple(_copy(real[at % len(real)], at // len(real)) for at in range(count))


def _copy(model: Model, turn: int) -> Model:
    if turn == 0:
        return model
    size = model.total_params and round(model.total_params * (1 + turn / 100))
    return model.model_copy(update={"id": f"{model.id}-r{turn}", "name": f"{model.name} r{turn}", "total_params": size})


class Crowded(Workflow):
    """The real workflow, with more models than there are."""

    def __init__(self, workspace: Workspace, models: tuple[Model, ...]) -> None:
        super().__init__(workspace)
        self.models = models

    def browse(self) -> Browsing:
        """The many."""
        catalog = Catalog()
        catalog.__dict__["models"] = self.models  # as if they had been read from the files
        return Browsing(catalog, today=self.today())


class Shelf(App[None]):
    """The peer: a DataTable filled again at every key, with the rows that the same sheet finds."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self.sheet = sheet

    def compose(self) -> ComposeResult:
        """An input over a table."""
        yield Input()
        yield DataTable[Text](cursor_type="row")

    def on_mount(self) -> None:
        """The columns, and every row."""
        table = self.query_one(DataTable)
        table.add_columns(*(column.title for column in self.sheet.columns))
        self._fill("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Find, and fill again."""
        self._fill(event.value)

    def _fill(self, text: str) -> None:
        try:
            found = self.sheet.rows(text, UNSORTED)
        except ValueError:
            return
        table = self.query_one(DataTable)
        table.clear()
        table.add_rows([Text(cell) for cell in self.sheet.cells(row)] for row in found)


class Frames:
    """When the application drew; it writes the terminal sequence too, which a headless run leaves out."""

    def __init__(self, app: App[Any]) -> None:
        self.drawn: list[float] = []
        self._draw, self._app = app._display, app
        app._display = self._display  # type: ignore[method-assign]  # there is no hook for it

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        self._draw(screen, renderable)
        if isinstance(renderable, CompositorUpdate):
            renderable.render_segments(self._app.console)
        self.drawn.append(time.perf_counter())


class Stroke(NamedTuple):
    """One key, in milliseconds from its coming in."""

    rows_ms: float
    """Until the frame with the rows that it finds is drawn, the waiting for it included: a terminal gets 60 a second."""
    all_ms: float
    """Until the last frame is drawn; the scroll bar follows the rows one frame later."""
    cpu_ms: float
    """What the process worked meanwhile; other processes of the machine do not count."""


async def strokes(pilot: Pilot[Any], frames: Frames, keys: Sequence[str]) -> list[Stroke]:
    """Type the keys, one after the other."""
    taken = []
    for key in keys:
        frames.drawn.clear()
        began, cpu = time.perf_counter(), time.process_time()
        handled = await _press(pilot, key)
        worked = time.process_time() - cpu
        first = next((at for at in frames.drawn if at > handled), handled)
        last = max([handled, *frames.drawn])
        taken.append(Stroke((first - began) * 1000, (last - began) * 1000, worked * 1000))
    return taken


async def _press(pilot: Pilot[Any], key: str) -> float:
    """Hand over one key as the terminal's driver does, and wait for the last frame; the moment when it was handled."""
    app = pilot.app
    character = CHARACTERS.get(key) or (key if len(key) == 1 else None)
    app.post_message(events.Key(key, character))
    return await _idle(app)


async def _idle(app: App[Any]) -> float:
    """Follow the key: application, input, the message that it sends up to the screen, then the repaint."""
    entry = app.screen.query_one(Input)
    for node in (app, entry, entry, *entry.ancestors_with_self, app.screen):
        await _turn(node.call_later)
    handled = time.perf_counter()
    await _turn(app.screen.call_after_refresh)
    while app.screen._dirty_widgets or any(not node._message_queue.empty() for node in app.screen.walk_children()):
        await _turn(app.screen.call_after_refresh)
    return handled


async def _turn(schedule: Callable[..., Any]) -> None:
    done = asyncio.Event()
    schedule(done.set)
    await done.wait()


async def ours(models: tuple[Model, ...], rounds: int) -> dict[str, list[Stroke]]:
    """Our screen."""
    with tempfile.TemporaryDirectory() as folder:
        app = TunewiseApp(Crowded(Workspace(Path(folder)), models))
        async with app.run_test(size=SIZE) as pilot:
            app.action_catalog()
            await _until(pilot, lambda: any(len(table.shown) == len(models) for table in app.screen.query(RowTable)))
            await pilot.press("slash")
            return await _measured(pilot, rounds)


async def peer(sheet: Sheet, rounds: int) -> dict[str, list[Stroke]]:
    """The table from the shelf."""
    app = Shelf(sheet)
    async with app.run_test(size=SIZE) as pilot:
        app.query_one(Input).focus()
        await pilot.pause()
        return await _measured(pilot, rounds)


async def _measured(pilot: Pilot[Any], rounds: int) -> dict[str, list[Stroke]]:
    entry = pilot.app.screen.query_one(Input)
    found: dict[str, list[Stroke]] = {name: [] for name in TYPED}
    frames = Frames(pilot.app)
    for _ in range(rounds):
        for name, keys in TYPED.items():
            entry.value = ""
            await pilot.pause()
            found[name] += await strokes(pilot, frames, keys)
    return found


async def _until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    while not holds():
        await pilot.pause(0.05)


def figures(taken: Sequence[Stroke]) -> dict[str, float]:
    """Median, 95th percentile and the slowest, in milliseconds."""
    found: dict[str, float] = {
        "strokes": len(taken),
        "mean_rows_ms": round(statistics.fmean(one.rows_ms for one in taken), 2),
    }
    for name in Stroke._fields:
        ordered = sorted(getattr(one, name) for one in taken)
        found |= {f"median_{name}": round(statistics.median(ordered), 2), f"p95_{name}": round(ordered[round(0.95 * (len(ordered) - 1))], 2),
                  f"max_{name}": round(ordered[-1], 2)}  # fmt: skip
    return found


def main() -> None:
    """Measure both, print, and write the results beside this file."""
    given = _options()
    models = many(given.models)
    from advisor.tui.catalog_columns import sheet_of  # noqa: PLC0415 - beside its use

    catalog = Catalog()
    catalog.__dict__["models"] = models
    found = {
        "tunewise": asyncio.run(ours(models, given.rounds)),
        "datatable_refilled": asyncio.run(
            peer(sheet_of("models", catalog, {}, datetime.now(UTC).date()), given.peer_rounds)
        ),
    }
    results = {name: {kind: figures(taken) for kind, taken in one.items()} for name, one in found.items()}
    said = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "models": given.models,
        "terminal": f"{SIZE[0]}x{SIZE[1]}",
        "processors": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "textual": version("textual"),
        "limit_ms": LIMIT_MS,
        "results": results,
        "times_as_long_for_all_keys": {
            kind: round(
                results["datatable_refilled"][kind]["mean_rows_ms"] / results["tunewise"][kind]["mean_rows_ms"], 1
            )
            for kind in TYPED
        },
        "all_below_limit": all(one["max_rows_ms"] < LIMIT_MS for one in results["tunewise"].values()),
    }
    print(json.dumps(said, indent=2))
    Path(__file__).with_name(f"results-tui-{datetime.now(UTC).date()}.json").write_text(
        json.dumps(said, indent=2) + "\n", "utf-8"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--models", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer-rounds", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
