"""The report: where its files are, and its text."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Markdown, Static

from advisor.tui.case import RoomId
from advisor.tui.report_text import parts
from advisor.tui.screens.base import Room
from advisor.tui.widgets.text import clean
from advisor.workflow.records import JourneyView, ReportFiles


class ReportScreen(Room):
    """Everything a journey found, as it can be handed on."""

    CSS_PATH = "report.tcss"
    help_topic = "report"
    room: ClassVar[RoomId] = "report"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy('html')", "HTML path", id="report.copy_html", tooltip="Copy the path of the HTML report"),
        Binding("m", "copy('markdown')", "MD path", id="report.copy_markdown", tooltip="Copy the Markdown's path"),
        Binding("o", "open", "Browser", id="report.open", tooltip="Open the HTML report in a browser"),
        Binding("w", "write", "Write again", id="report.write", show=False, tooltip="Render the report from the journals again"),
    ]  # fmt: skip

    @dataclass
    class Loaded(Message):
        """The files and the Markdown text."""

        files: ReportFiles
        text: str

    files: ReportFiles | None = None

    def body(self) -> ComposeResult:
        """Paths above, text below."""
        yield Static(id="paths")
        yield VerticalScroll(id="page")

    def on_mount(self) -> None:
        """Read the report, or have it written."""
        self.query_one("#page").loading = True
        self.load(again=False)

    @work(thread=True, exclusive=True, exit_on_error=False, group="report")
    def load(self, *, again: bool) -> None:
        """Find the files, have them rendered where they are not there, and read the Markdown."""
        view = self.case.journey
        if view is None:
            return
        files = (None if again else written(view)) or self.shell.workflow.write_report(view.id)
        self.post_message(self.Loaded(files, files.markdown.read_text("utf-8")))

    async def on_report_screen_loaded(self, event: Loaded) -> None:
        """The report has come."""
        self.files = event.files
        self.shell.report_written = event.files.html
        self.query_one("#paths", Static).update(paths_text(event.files))
        page = self.query_one("#page")
        page.loading = False
        await page.remove_children()
        self._draw(clean(event.text))
        page.focus()
        self.refresh_bindings()

    @work(exclusive=True, exit_on_error=False, group="draw")
    async def _draw(self, text: str) -> None:
        """One section after the other: keys work meanwhile, and the first is there at once."""
        page = self.query_one("#page")
        for part in parts(text):
            await page.mount(Markdown(part, open_links=False))
            await asyncio.sleep(0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to copy or open before the files are known."""
        if action in ("copy", "open"):
            return True if self.files is not None else None
        return super().check_action(action, parameters)

    def action_copy(self, which: str) -> None:
        """Hand a path to the terminal's clipboard."""
        if self.files is not None:
            path = self.files.html if which == "html" else self.files.markdown
            self.app.copy_to_clipboard(str(path.absolute()))
            self.notify(clean(str(path)), title="Copied", timeout=3, markup=False)

    def action_open(self) -> None:
        """Open the HTML report where a browser is."""
        if self.files is not None:
            self.app.open_url(self.files.html.absolute().as_uri())

    def action_write(self) -> None:
        """Render it again."""
        self.query_one("#page").loading = True
        self.load(again=True)


def written(view: JourneyView) -> ReportFiles | None:
    """The files of a journey's report, where both are still there."""
    html, markdown = view.report_html, view.report_markdown
    if html is None or markdown is None or not (html.exists() and markdown.exists()):
        return None
    return ReportFiles(html=html, markdown=markdown)


def paths_text(files: ReportFiles) -> Content:
    """Where the files are."""
    return Content.assemble(("HTML      ", "$text-accent"), clean(str(files.html)), ("\nMarkdown  ", "$text-accent"),
                            clean(str(files.markdown)))  # fmt: skip
