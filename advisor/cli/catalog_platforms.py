"""``tunewise catalog platforms``: where to train and serve, in general or for a profile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advisor.cli.catalog_source import Source, in_our_words, read_catalog, source_options
from advisor.cli.options import json_option, print_json
from advisor.errors import BadInput

if TYPE_CHECKING:
    from catalog.load import Catalog


@click.command()
@click.option("--for", "profile", type=click.Path(path_type=Path), metavar="PROFILE", help="Compare for this profile.")
@click.option("--model", metavar="ID", help="Model to serve; the first open one of the shortlist if not given.")
@source_options
@json_option
def platforms(profile: Path | None, *, model: str | None, source: Source, as_json: bool) -> None:
    """Where to train and serve: RunPod, Modal, SageMaker, Kubernetes, your own machine, hosted fine-tuning.

    With --for they are compared for PROFILE's traffic, skills, compliance and data residency: which come into question,
    set-up time, a month's cost, why, and the traffic at which another becomes the cheaper one. Without it: what is
    known of each, with source and date.
    """
    if profile is None and model is not None:
        raise BadInput("--model needs --for PROFILE", "what a platform costs depends on the traffic of a profile")
    from catalog.errors import CatalogError  # noqa: PLC0415 - help needs no catalog

    try:
        facts = read_catalog(source)
        if profile is None:
            _show_facts(facts, as_json=as_json)
        else:
            _compare(profile, facts, model=model, source=source, as_json=as_json)
    except CatalogError as error:
        raise in_our_words(error) from error


def _compare(profile: Path, facts: Catalog, *, model: str | None, source: Source, as_json: bool) -> None:
    from advisor.platforms.text import comparison_text  # noqa: PLC0415 - help starts without it
    from advisor.workflow.platforms import platforms_for  # noqa: PLC0415 - the same
    from advisor.workflow.profiles import read_profile  # noqa: PLC0415 - the same

    found = platforms_for(read_profile(profile), facts, model=model, today=source.day)
    if as_json:
        print_json(found)
    else:
        click.echo(comparison_text(found))


def _show_facts(facts: Catalog, *, as_json: bool) -> None:
    from advisor.platforms.facts_text import facts_text  # noqa: PLC0415 - help starts without it

    if as_json:
        print_json({"platforms": [_plain(one, facts) for one in facts.platforms]})
    else:
        click.echo(facts_text(facts.platforms, facts.platform_facts))


def _plain(platform: Any, facts: Catalog) -> dict[str, Any]:
    """The platform with its facts in place."""
    known = [one.model_dump(mode="json") for one in facts.platform_facts if one.platform == platform.id]
    return {**platform.model_dump(mode="json"), "facts": known}
