"""A journey's seven stages, each with its state in a mark and a word, and what came out of it in one line."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from advisor.tui.figures import duration
from advisor.tui.widgets.text import one_line
from advisor.tui.words import MARKS, STAGE_PURPOSE, TONES
from advisor.workflow.records import STAGE_TITLES, STAGES, StageView

UNTOUCHED = tuple(StageView(id=stage, title=STAGE_TITLES[stage], status="waiting") for stage in STAGES)


class Spine(OptionList):
    """The stages as a list; choosing one opens what came out of it."""

    DEFAULT_CSS = """
    Spine { height: auto; border: none; background: transparent; padding: 0; text-wrap: nowrap; text-overflow: ellipsis; }
    Spine:focus { border: none; }
    """
    help_text = "The seven stages of a journey. **Enter** opens what came out of the highlighted one."

    def __init__(
        self, stages: tuple[StageView, ...] = UNTOUCHED, *, tall: bool = False, key: str | None = None
    ) -> None:
        self._tall = tall
        super().__init__(*self._stage_options(stages), id=key, markup=False)

    def show(self, stages: tuple[StageView, ...]) -> None:
        """Draw the stages as they are now, keeping the cursor."""
        kept = self.highlighted
        self.clear_options()
        self.add_options(self._stage_options(stages))
        self.highlighted = kept

    def _stage_options(self, stages: tuple[StageView, ...]) -> list[Option]:
        return [Option(stage_line(stage, tall=self._tall), id=stage.id) for stage in stages]


def stage_line(stage: StageView, *, tall: bool) -> Content:
    """Mark, title and time; what came out beside it, or beneath where it stands in a column."""
    said = one_line(stage.summary, 120) or (STAGE_PURPOSE[stage.id] if stage.status == "waiting" else stage.status)
    title = (stage.title if tall else f"{stage.title:<27}", "bold" if stage.status != "waiting" else "")
    took = f"  {duration(stage.seconds)}" if stage.seconds is not None and tall else ""
    mark = (f"{MARKS[stage.status]} ", TONES[stage.status])
    return Content.assemble(mark, title, "\n  " if tall else " ", (f"{said}{took}", "$foreground-muted"))
