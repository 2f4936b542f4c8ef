"""``tunewise probe``: the cheap experiments."""

from __future__ import annotations

import click

from advisor.cli.lazy import Entry, LazyGroup

COMMANDS: dict[str, Entry] = {
    "fit": Entry("probe_fit:fit", "Ten real steps here, then the estimate of the whole run anew."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def probe() -> None:
    """The cheap experiments that tell more than an estimate."""
