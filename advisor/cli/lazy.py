"""A group of commands that imports one when it runs."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import click


class Entry(NamedTuple):
    """Where a command lives, and its line in the help."""

    place: str
    """``module:attribute`` within ``advisor.cli``."""
    help: str


class LazyGroup(click.Group):
    """A group whose help comes from its table alone; the module of a command is imported when that command is asked for."""

    def __init__(self, *args: Any, table: Mapping[str, Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command."""
        entry = self.table.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.place.partition(":")
        command: click.Command = getattr(importlib.import_module(f"advisor.cli.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self.table.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Unknown names are answered with the nearest one."""
        if args and args[0] not in self.table and not args[0].startswith("-"):
            raise click.UsageError(f"no command {args[0]!r}; {self._nearest(args[0], ctx.command_path)}", ctx)
        return super().resolve_command(ctx, args)

    def _nearest(self, name: str, path: str) -> str:
        import difflib  # noqa: PLC0415 - only when a name is wrong

        close = difflib.get_close_matches(name, self.table, n=1)
        return f"did you mean {close[0]!r}?" if close else f"`{path} --help` lists them"
