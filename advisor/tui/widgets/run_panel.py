"""A run, live: figures against the plan, the curve or the arms, the parts of the work, and what happened last."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from textual import getters, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import ContentSwitcher, Static
from textual.worker import Worker, WorkerState

from advisor.tui.figures import about, duration, number, percent, track, usd
from advisor.tui.run_figures import arm_bar, main_figure, part_line, peak_memory_gib, speed
from advisor.tui.run_state import RunState
from advisor.tui.shell import Shell
from advisor.tui.widgets.bars import Bars
from advisor.tui.widgets.plot import LossPlot
from advisor.tui.widgets.text import one_line
from advisor.tui.widgets.tile import Tile
from advisor.tui.words import MARKS, RUN_NAMES, TONES
from advisor.workflow.records import RunStatus, RunView
from harness.protocol import Event

LOG_SHOWN = 40
NARROW = 60


class RunPanel(Vertical):
    """Follows one run through the workflow; the run does not notice."""

    DEFAULT_CSS = """
    RunPanel {
        height: 1fr;
        #run-line { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #tiles { height: 3; margin-top: 1; }
        #shape { height: 1fr; min-height: 4; margin-top: 1; }
        #arms { padding: 0 1; }
        #below { height: 6; border-top: solid $panel; }
        &.-parts-only #shape, &.-parts-only #tiles { display: none; }
        &.-parts-only #below { height: 1fr; }
        #parts-box { width: 38%; padding: 0 1; }
        #log-box { width: 1fr; padding: 0 1; border-left: solid $panel; }
        #parts, #log { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    shell = getters.app(Shell)

    @dataclass
    class Heard(Message):
        """One event of the run that is followed."""

        run_id: str
        event: Event

    @dataclass
    class Looked(Message):
        """The run as its journal and process tell it."""

        view: RunView

    @dataclass
    class Settled(Message):
        """The run has come to rest: finished, failed or interrupted."""

        run_id: str
        state: RunState

    def __init__(self) -> None:
        super().__init__()
        self.run_id: str | None = None
        self.state = RunState()
        self.view: RunView | None = None
        self._unwatch = threading.Event()
        self._drawing = False

    def compose(self) -> ComposeResult:
        """Line, tiles, curve or arms, parts and log."""
        yield Static(id="run-line")
        with Horizontal(id="tiles"):
            for key, title in (("t-main", "loss"), ("t-speed", "speed"), ("t-memory", "peak memory"),
                               ("t-usd", "dollars"), ("t-elapsed", "elapsed"), ("t-left", "time left")):  # fmt: skip
                yield Tile(title, key=key)
        with ContentSwitcher(initial="plot", id="shape"):
            yield LossPlot(key="plot")
            with Vertical(id="arms"):
                yield Static("Right answers so far; the verdict is drawn at the end", classes="muted")
                yield Bars()
        with Horizontal(id="below"):
            with VerticalScroll(id="parts-box", can_focus=False):
                yield Static(id="parts")
            with VerticalScroll(id="log-box"):
                yield Static(id="log")

    # -- following ---------------------------------------------------------------------------------------------
    def follow(self, run_id: str) -> None:
        """Replay a run from its first event and go on with it live."""
        self._unwatch.set()
        self._unwatch = threading.Event()
        self.run_id, self.state, self.view = run_id, RunState(), None
        self._watch(run_id, self._unwatch)

    def on_unmount(self) -> None:
        """Stop watching; the run goes on."""
        self._unwatch.set()

    @work(thread=True, exclusive=True, exit_on_error=False, group="follow")
    def _watch(self, run_id: str, unwatch: threading.Event) -> None:
        workflow = self.shell.workflow
        self.post_message(self.Looked(workflow.run(run_id)))
        for event in workflow.follow(run_id, stop=unwatch):
            if unwatch.is_set():
                return
            self.post_message(self.Heard(run_id, event))
        if not unwatch.is_set():
            self.post_message(self.Looked(workflow.run(run_id)))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A run that cannot be read is said, not hidden."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.shell.show_error(event.worker.error)

    def on_run_panel_looked(self, event: Looked) -> None:
        """Take the run's own facts in."""
        if event.view.id == self.run_id:
            self.view = event.view
            self._draw_soon()
            if event.view.status not in ("starting", "running"):
                self.post_message(self.Settled(event.view.id, self.state))

    def on_run_panel_heard(self, event: Heard) -> None:
        """Take one event in."""
        if event.run_id == self.run_id:
            self.state.hear(event.event)
            self._draw_soon()

    @property
    def status(self) -> RunStatus:
        """What the events say, and where they say nothing, the process."""
        if self.state.outcome is not None:
            return self.state.outcome
        return self.view.status if self.view is not None else "starting"

    # -- drawing -----------------------------------------------------------------------------------------------
    def _draw_soon(self) -> None:
        """Draw once for all events that are waiting."""
        if not self._drawing:
            self._drawing = True
            self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        self._drawing = False
        if not self.is_mounted:
            return
        self._draw_shape()
        self._draw_line()
        self._draw_tiles()
        self._draw_parts()
        self._draw_log()

    def _draw_log(self) -> None:
        lines = [one_line(note, 200) for note in self._notes()[-LOG_SHOWN:]]
        self.query_one("#log", Static).update(Content("\n".join(lines)))
        for name in ("#log-box", "#parts-box"):
            self.call_after_refresh(self.query_one(name, VerticalScroll).scroll_end, animate=False)

    def _notes(self) -> list[str]:
        """What happened; after the start, how far plans of like runs were off before."""
        notes, past = self.state.notes, self.view.past_error if self.view is not None else ""
        return [*notes[:1], f"{'plan':>9}  {past}", *notes[1:]] if past else notes

    def _draw_line(self) -> None:
        state, status = self.state, self.status
        kind = RUN_NAMES.get(state.kind or (self.view.kind if self.view else ""), "Run")
        step = f"  step {state.step.step}/{state.step.total_steps}" if state.step is not None else ""
        doing = f"  {one_line(state.message or state.part, 80)}"
        elapsed = f"  {duration(state.elapsed_s)}" if self.has_class("-parts-only") else ""
        self.query_one("#run-line", Static).update(
            Content.assemble(
                (kind, "bold"), "  ", (f"{MARKS[status]} {status}", TONES[status]), *self._progress(), step,
                (doing, "$foreground-muted"), (elapsed, "$foreground-muted"),
            )
        )  # fmt: skip

    def _progress(self) -> tuple[tuple[str, str], ...]:
        share = self.state.progress
        if share is None:
            return ()
        done, open_ = track(share, 20 if self.size.width > NARROW else 10)
        return ("  ", ""), (done, "$text-primary"), (open_, "$foreground-muted"), (f" {percent(share)}", "bold")

    def _draw_tiles(self) -> None:
        state, planned = self.state, self.view.planned if self.view is not None else None
        self.query_one("#t-main", Tile).rename(main_figure(state)[0])
        self._tile("t-main", *main_figure(state)[1:])
        self._tile("t-speed", *speed(state))
        step = state.step
        memory = planned.peak_memory_gib if planned is not None else None
        peak = peak_memory_gib(state)
        remark = f"plan {number(memory.expected)}" if memory is not None else ""
        self._tile("t-memory", f"{number(peak)} GiB" if peak is not None else "-", remark)
        dollars = planned.usd if planned is not None else None
        self._tile("t-usd", usd(state.usd_so_far) if state.usd_so_far is not None else "-",
                   f"plan {usd(dollars.expected).lstrip('$')}" if dollars is not None else "")  # fmt: skip
        hours = planned.machine_hours if planned is not None else None
        self._tile("t-elapsed", duration(state.elapsed_s), f"plan {about(hours.expected * 3600)}" if hours else "")
        left = step.eta_s if step is not None and state.outcome is None else None
        self._tile("t-left", "done" if state.outcome == "finished" else duration(left) if left is not None else "-")

    def _tile(self, key: str, figure: str, remark: str = "") -> None:
        self.query_one(f"#{key}", Tile).show(figure, remark)

    def _draw_shape(self) -> None:
        state = self.state
        kind = state.kind or (self.view.kind if self.view is not None else None)
        switcher = self.query_one("#shape", ContentSwitcher)
        switcher.current = "arms" if kind == "evaluate" else "plot"
        if kind == "train":
            self.query_one(LossPlot).show(state.losses, state.validation)
        elif kind == "evaluate":
            self.query_one(Bars).show(tuple(arm_bar(name, arm) for name, arm in state.arms.items()))
        self.set_class(kind == "prepare", "-parts-only")

    def _draw_parts(self) -> None:
        lines = [part_line(part, self.state.outcome) for part in self.state.parts]
        self.query_one("#parts", Static).update(Content("\n").join(lines))
