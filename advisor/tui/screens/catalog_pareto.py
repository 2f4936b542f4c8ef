"""Quality against what a month costs, drawn; the models that no other beats beneath, and those that cannot be drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from advisor.profile import Profile
from advisor.shortlist.bill import Bill
from advisor.tui.catalog_columns import price
from advisor.tui.commands_shown import frontier_command
from advisor.tui.screens.catalog_detail import DetailScreen
from advisor.tui.screens.catalog_page import CatalogPage
from advisor.tui.sheet import Filter
from advisor.tui.widgets.chrome import CommandLine
from advisor.tui.widgets.pareto_plot import SHAPES, Dot, ParetoPlot
from advisor.tui.widgets.row_table import Head, RowTable
from advisor.tui.widgets.text import one_line
from advisor.workflow.browsing import Browsing
from advisor.workflow.frontier import ASSUMED, MEASURES, Frontier, LeftOut, Spot

BEST = (Head("frontier", 34), Head("$/month", 9, "right"), Head("score", 6, "right"), Head("rests on", 30))
OUT = (Head("not shown", 34), Head("cause", 13), Head("because", 60))


class ParetoScreen(CatalogPage):
    """A plot and its list."""

    CSS_PATH = "catalog.tcss"
    title_shown = "Catalog / Pareto"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "measure", "Measure", id="catalog_pareto.measure", tooltip="Another score: MMLU, GPQA, ... or assumed where unknown"),
        Binding("x", "left_out", "Not shown", id="catalog_pareto.left_out", tooltip="The models that are not drawn, and why; again for the frontier"),
    ]  # fmt: skip
    table = getters.query_one("#rows", RowTable)
    plot = getters.query_one("#plot", ParetoPlot)

    @dataclass
    class Drawn(Message):
        """What can be drawn is known."""

        frontier: Frontier

        def can_replace(self, message: Message) -> bool:
            """A newer drawing makes an older one worthless."""
            return isinstance(message, ParetoScreen.Drawn)

    def __init__(
        self,
        browsing: Browsing,
        profile: Profile,
        bills: Mapping[str, Bill],
        *,
        among: Sequence[str],
        asked: Filter,
    ) -> None:
        super().__init__()
        self.browsing, self.profile, self.bills, self.among, self.asked = browsing, profile, bills, tuple(among), asked
        self.measure = MEASURES[0]
        self.frontier: Frontier | None = None
        self.shows_left_out = False
        self.picked: Spot | None = None
        """A model that was clicked and is not on the frontier."""

    def about(self) -> str:
        """Whose months they are."""
        return f"for: {one_line(self.profile.name or 'unnamed task', 50)}"

    def command(self) -> str:
        """The command that lists the same frontier."""
        path = self.shell.profile_file(self.profile)
        return frontier_command(self.shell.place, path, self.measure, self.asked) if path is not None else ""

    def body(self) -> ComposeResult:
        """Legend, plot, what is not in it, list, explanation."""
        yield Static(id="legend")
        yield ParetoPlot(key="plot")
        yield Static(id="left-out")
        yield RowTable(key="rows")
        yield Static(id="explained")

    def on_mount(self) -> None:
        """Draw."""
        self.table.focus()
        self.draw()

    @work(thread=True, exclusive=True, exit_on_error=False, group="pareto")
    def draw(self) -> None:
        """Ask which models no other beats."""
        found = self.browsing.frontier(self.profile, self.bills, measure=self.measure, among=self.among)
        self.post_message(self.Drawn(found))

    def on_pareto_screen_drawn(self, event: Drawn) -> None:
        """Show them."""
        self.frontier, self.picked = event.frontier, None
        self.query_one("#legend", Static).update(Content(legend(event.frontier)))
        self.query_one("#left-out", Static).update(Content(left_out_text(event.frontier)))
        self.query_one(CommandLine).show(self.command())
        self._show_list()

    def _show_list(self) -> None:
        if self.frontier is None:
            return
        listed = self.frontier.left_out if self.shows_left_out else self.frontier.best
        rows = [out_row(one) if isinstance(one, LeftOut) else spot_row(one) for one in listed]
        self.table.set_columns(OUT if self.shows_left_out else BEST, rows.__getitem__)
        self.table.show(range(len(rows)), ordered_by=(-1, False))
        self.plot.show(map(dot, self.frontier.spots), chosen=self._chosen_dot())
        self._explain()

    def _chosen(self) -> Spot | LeftOut | None:
        row = self.table.highlighted
        if self.picked is not None or self.frontier is None or row is None:
            return self.picked
        return self.frontier.left_out[row] if self.shows_left_out else self.frontier.best[row]

    def _chosen_dot(self) -> int | None:
        chosen = self._chosen()
        return self.frontier.spots.index(chosen) if self.frontier is not None and isinstance(chosen, Spot) else None

    def on_row_table_highlighted(self, event: RowTable.Highlighted) -> None:
        """Make its dot stand out, and say what it rests on."""
        if event.record is not None:
            self.picked = None
        self._explain()

    def on_pareto_plot_picked(self, event: ParetoPlot.Picked) -> None:
        """A dot was clicked: highlight it in the list, where it is on the frontier."""
        if self.frontier is None:
            return
        spot = self.frontier.spots[event.dot]
        if spot.best and not self.shows_left_out:
            self.picked = None
            self.table.cursor = self.frontier.best.index(spot)
        else:
            self.picked = spot
        self._explain()

    def _explain(self) -> None:
        chosen = self._chosen()
        self.plot.choose(self._chosen_dot())
        said = (
            explained(chosen, self.frontier) if chosen is not None and self.frontier is not None else Content(NOTHING)
        )
        self.query_one("#explained", Static).update(said)

    def action_measure(self) -> None:
        """The next score."""
        self.measure = MEASURES[(MEASURES.index(self.measure) + 1) % len(MEASURES)]
        self.draw()

    def action_left_out(self) -> None:
        """Between the frontier and what is not drawn."""
        self.shows_left_out, self.picked = not self.shows_left_out, None
        self._show_list()

    def on_row_table_chosen(self) -> None:
        """Every fact of the highlighted model."""
        chosen = self._chosen()
        model = next(
            (one for one in self.browsing.catalog.models if chosen is not None and one.id == chosen.model), None
        )
        if model is not None:
            bill = self.bills.get(model.id)
            self.app.push_screen(DetailScreen(model, self.browsing, profile=self.profile, bill=bill))


NOTHING = "No model has both a monthly cost and this score. m takes another score, x says why each is missing."


def legend(found: Frontier) -> str:
    """What the axes and the shapes are."""
    hollow = "  ◇ ∘ assumed score" if found.measure == ASSUMED else ""
    return f"{found.measure}, % over $ a month · ◆ frontier  • beaten{hollow}"


def left_out_text(found: Frontier) -> str:
    """How many are drawn, and how many are not, by cause."""
    causes = Counter(one.cause for one in found.left_out)
    score = f"without {found.measure}"
    said = ", ".join(f"{count} {score if cause == 'without score' else cause}" for cause, count in causes.items())
    return f"{len(found.spots)} drawn; not shown: {said or 'none'}"


def dot(spot: Spot) -> Dot:
    """A model as it is drawn."""
    label = spot.model.rpartition("/")[2]
    return Dot(float(spot.usd_per_month), spot.percent, label, spot.best, spot.basis == "published")


def spot_row(spot: Spot) -> tuple[str, ...]:
    """A line of the frontier."""
    name = one_line(spot.model.rpartition("/")[2], 60)
    return (
        f"{SHAPES[True, spot.basis == 'published']} {name}",
        price(spot.usd_per_month),
        f"{spot.percent:.1f}",
        one_line(spot.score_because, 80),
    )


def out_row(one: LeftOut) -> tuple[str, ...]:
    """A model that is not drawn."""
    return one_line(one.model.rpartition("/")[2], 60), one.cause, one_line(one.because, 160)


def explained(chosen: Spot | LeftOut, found: Frontier) -> Content:
    """What a cost and a score rest on, or why there is none."""
    name = one_line(chosen.model, 70)
    if isinstance(chosen, LeftOut):
        return Content.assemble((name, "bold"), f"  {chosen.cause}\n{one_line(chosen.because, 240)}")
    beaten = _beater(chosen, found)
    tail = f"  beaten by {one_line(beaten.model, 60)}" if beaten is not None else "  on the frontier"
    return Content.assemble(
        (name, "bold"), tail, f"\n{one_line(chosen.cost_because, 240)}\n{one_line(chosen.score_because, 160)}"
    )


def _beater(chosen: Spot, found: Frontier) -> Spot | None:
    """The best model that costs no more."""
    if chosen.best:
        return None
    return max(
        (one for one in found.best if one.usd_per_month <= chosen.usd_per_month),
        key=lambda one: one.percent,
        default=None,
    )
