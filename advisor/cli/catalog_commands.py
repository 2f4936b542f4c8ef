"""``tunewise catalog``: the facts that every answer rests on, each with its source and date."""

from __future__ import annotations

import click

from advisor.cli.lazy import Entry, LazyGroup

COMMANDS: dict[str, Entry] = {
    "list": Entry("catalog_list:list_records", "Models, GPUs, offers and prices that fit a filter."),
    "show": Entry("catalog_show:show", "Everything known of one record, fact by fact."),
    "search": Entry("catalog_search:search", "Find models by name, family, vendor or strength."),
    "compare": Entry("catalog_compare:compare", "Two to four models or GPUs side by side, best of each row marked."),
    "frontier": Entry("catalog_frontier:frontier", "Models that none as cheap outscores, for a profile."),
    "guide": Entry("catalog_guide:guide", "What the guide says beside what holds, with the evidence."),
    "platforms": Entry("catalog_platforms:platforms", "Where to train and serve, compared for a profile."),
    "verify": Entry("catalog_verify:verify", "Check every record: ids, sources, dates, units, counts, freshness."),
    "import": Entry("catalog_import:import_model", "Add any model from its config.json, folder, GGUF file or hub id."),
    "set": Entry("catalog_overlay:set_fact", "Set a fact of your own; it wins and is marked."),
    "unset": Entry("catalog_overlay:unset_fact", "Take a fact of your own back."),
    "update": Entry("catalog_update:update", "Take in a snapshot after showing what it changes."),
    "rollback": Entry("catalog_update:rollback", "Return to the facts before the last update."),
    "history": Entry("catalog_update:history", "Which snapshots were installed when."),
    "diff": Entry("catalog_update:diff", "What differs between two sets of facts."),
    "export": Entry("catalog_update:export", "Write the facts that hold as a snapshot."),
}


class ExampleGroup(LazyGroup):
    """Commands whose help ends with examples."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command and give it its examples."""
        from advisor.cli.catalog_examples import epilog  # noqa: PLC0415 - with the command

        command = super().get_command(ctx, cmd_name)
        if command is not None:
            command.epilog = epilog(cmd_name)
        return command


@click.group(cls=ExampleGroup, table=COMMANDS)
def catalog() -> None:
    """The facts: models, GPUs, prices and ends of life, each with source, date and how far to trust it."""
