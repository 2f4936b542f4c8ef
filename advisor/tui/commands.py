"""The command palette: what can be done, named ``area: verb``, and a second search over journeys and runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from advisor.errors import TunewiseError
from advisor.tui.case import ROOMS, Case, case_of
from advisor.tui.screens.base import Page, Room
from advisor.tui.shell import Shell
from advisor.tui.widgets.chrome import ROOM_TITLES
from advisor.tui.widgets.text import one_line
from advisor.tui.words import RUN_NAMES


class Command(NamedTuple):
    """One line of the palette."""

    name: str
    help: str
    do: Callable[[], object]


class TunewiseProvider(Provider):
    """Lists and searches the commands that make sense now."""

    @property
    def shell(self) -> Shell:
        """The application."""
        app = self.app
        assert isinstance(app, Shell)  # noqa: S101 - narrows the type; this provider is only used there
        return app

    def available(self) -> Iterator[Command]:
        """The commands."""
        raise NotImplementedError

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for command in self.available():
            yield DiscoveryHit(Content(command.name), command.do, text=command.name, help=command.help)

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for command in self.available():
            score = matcher.match(command.name)
            if score > 0:
                yield Hit(score, matcher.highlight(command.name), command.do, text=command.name, help=command.help)


class RoomProvider(TunewiseProvider):
    """Places to go and things to do on this screen."""

    def available(self) -> Iterator[Command]:
        """Global ones, then the rooms of the case, then the keys of the screen."""
        yield Command("go: Home", "The start", partial(self._act, "home"))
        yield Command("go: Catalog", "Models, GPUs, offers, prices, ends of life", partial(self._act, "catalog"))
        yield Command("go: Wizard", "Questions about your own task", partial(self._act, "wizard"))
        yield Command("journey: Run the demo", "The whole path on the embedded model", partial(self._act, "demo"))
        screen = self.screen
        if isinstance(screen, Page) and screen.command_shown():
            yield Command("copy: Command", screen.command_shown(), partial(self._copy, screen.command_shown()))
        if isinstance(screen, Room):
            for room in ROOMS:
                if room in screen.case.rooms() and room != screen.room:
                    yield Command(f"go: {ROOM_TITLES[room]}", "A room of this case", partial(screen.action_room, room))
        yield from self._keys()

    def _keys(self) -> Iterator[Command]:
        """What the keys of this screen do."""
        for active in self.screen.active_bindings.values():
            binding = active.binding
            area, _, verb = binding.id.partition(".") if binding.id else ("", "", "")
            if verb and area not in ("app", "room", "command") and active.enabled:
                do = partial(self.shell.run_action, binding.action, active.node)
                yield Command(f"{area}: {binding.description}", binding.tooltip, do)

    async def _act(self, name: str) -> None:
        await self.shell.run_action(f"app.{name}")

    def _copy(self, text: str) -> None:
        self.shell.copy_to_clipboard(text)
        self.shell.notify(text, title="Copied", timeout=3, markup=False)


class DataProvider(TunewiseProvider):
    """Journeys and runs by name."""

    async def startup(self) -> None:
        """Read them once, when the palette opens."""
        try:
            self._journeys = tuple(self.shell.workflow.journeys())
            self._runs = tuple(self.shell.workflow.runs())
        except TunewiseError:
            self._journeys, self._runs = (), ()

    def available(self) -> Iterator[Command]:
        """Each journey, each run."""
        shell = self.shell
        for view in self._journeys:
            case = case_of(view)
            yield Command(
                f"open: Journey {one_line(view.id, 40)}",
                one_line(case.name, 60),
                partial(shell.open_room, "journey", case),
            )
        for run in self._runs:
            said = f"{RUN_NAMES[run.kind]}, {run.status}"
            yield Command(
                f"open: Run {one_line(run.id, 40)}", said, partial(shell.open_room, "run", Case(run_id=run.id))
            )
