"""``tunewise catalog import``: any model from what its files say of themselves."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from advisor.cli.catalog_text import labelled, say
from advisor.cli.options import json_option, print_json, workspace_option
from advisor.wording import printable

if TYPE_CHECKING:
    from advisor.paths import Workspace
    from advisor.workflow.importing import Outcome
    from catalog.importing.check import Check
    from catalog.importing.compare import Comparison

SHOWN: Mapping[str, str] = {
    "model_type": "architecture",
    "num_layers": "layers",
    "hidden_size": "hidden size",
    "num_heads": "heads",
    "num_kv_heads": "KV heads",
    "head_dim": "head size",
    "intermediate_size": "feed-forward size",
    "num_experts": "experts",
    "experts_per_token": "experts per token",
    "expert_size": "expert size",
    "attention": "attention",
    "vocab_size": "vocabulary",
    "tied_embeddings": "tied embeddings",
    "native_context_tokens": "context, tokens",
    "extended_context_tokens": "extended context",
    "kv_bytes_per_token": "KV bytes per token",
    "license": "licence",
}
"""Fields of a record, and what they are called."""
OPTIONAL = frozenset({"num_experts", "experts_per_token", "expert_size", "extended_context_tokens"})
"""Left out where they do not apply."""
FAR_PERCENT = 5
"""A count that is further off than this is of another model than the headers."""


@click.command("import")
@click.argument("source")
@click.option("--id", "identifier", metavar="ID", help="Its id in the catalog [of the hub, else local/NAME].")
@click.option("--name", metavar="TEXT", help="Its name [the folder's or file's].")
@click.option("--license", "license_name", metavar="TEXT", help="Its licence, as apache-2.0 [as the file says].")
@click.option("--online", is_flag=True, help="Ask the hub for the headers of a model that is not on this machine.")
@click.option("--replace", is_flag=True, help="Put it over a record of the same id.")
@click.option("--dry-run", is_flag=True, help="Show what it is, and change nothing.")
@json_option
@workspace_option
@click.pass_context
def import_model(
    ctx: click.Context, source: str, *, identifier: str | None, name: str | None, license_name: str | None, online: bool,
    replace: bool, dry_run: bool, as_json: bool, workspace: Workspace,
) -> None:  # fmt: skip
    """Add any model to your own facts: SOURCE is its folder, config.json, GGUF file, or organisation/model of the hub.

    Reads configuration and headers only: no weight is loaded and no code of the model is run. What the configuration
    gives is compared with the parameters that are stored. A model that the catalog has is compared with its record and
    left as it is; where they differ the command ends with 1 unless --replace is given.
    """
    from advisor.workflow.importing import Ways  # noqa: PLC0415 - help needs no catalog
    from advisor.workflow.importing import import_model as bring_in  # noqa: PLC0415
    from catalog.importing.record import Chosen  # noqa: PLC0415

    outcome = bring_in(
        workspace, source, Chosen(identifier, name, license_name), environment=os.environ, today=date.today(),  # noqa: DTZ011 - the user's own day
        ways=Ways(online, replace, not dry_run),
    )  # fmt: skip
    if as_json:
        print_json(document(outcome))
    else:
        say([printable(line) for line in lines(outcome)])
    ctx.exit(1 if outcome.state == "differs" else 0)


def document(outcome: Outcome) -> dict[str, Any]:
    """Everything that was found."""
    found = outcome.imported
    return {
        "state": outcome.state,
        "model": found.model.model_dump(mode="json"),
        "check": found.check._asdict(),
        "stated": list(found.said),
        "assumed": list(found.assumed),
        "comparison": _comparison(outcome.comparison) if outcome.comparison else None,
        "same_architecture": list(outcome.alike),
        "written_to": str(outcome.path) if outcome.state in ("added", "replaced") else None,
    }


def lines(outcome: Outcome) -> Iterator[str]:
    """For people: fields, counts, what was assumed, and where it was put."""
    found, model = outcome.imported, outcome.imported.model
    yield f"{model.id}, from {found.source}"
    yield from labelled([*_fields(outcome).items(), *_counts(found.check).items(), *_told(outcome).items()])
    yield from _beside(outcome.comparison)
    yield _ending(outcome)


def _fields(outcome: Outcome) -> dict[str, str]:
    known = {label: getattr(outcome.imported.model, name) for name, label in SHOWN.items()}
    dropped = {SHOWN[name] for name in OPTIONAL}
    return {label: _value(value) for label, value in known.items() if value is not None or label not in dropped}


def _value(value: Any) -> str:
    """In words, figures to the unit."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _counts(check: Check) -> dict[str, str]:
    """The three counts and the verdict."""
    words = {"exact": "exact: the same to the unit", "approximate": "approximate", None: "nothing to compare with"}
    verdict = words[check.outcome]
    if check.outcome == "approximate" and check.deviation_percent:
        far = abs(check.deviation_percent) > FAR_PERCENT
        verdict = f"{'does not pass' if far else verdict}: {check.deviation_percent:+.3g}%"
    return {
        "parameters, computed": _value(check.computed),
        "parameters, stored": _value(check.stored),
        "check": verdict,
    }


def _told(outcome: Outcome) -> dict[str, str]:
    found = outcome.imported
    notes = {
        "stored as": found.weights,
        "notes": "; ".join((*found.check.notes, *found.said)),
        "same architecture": ", ".join(outcome.alike[:5]),
    }
    return {"assumed": "; ".join(found.assumed) or "nothing", **{name: text for name, text in notes.items() if text}}


def _beside(comparison: Comparison | None) -> Iterator[str]:
    if comparison is None:
        return
    total = len(comparison.same) + len(comparison.different)
    yield ""
    if comparison.reproduces:
        yield f"reproduces the catalog record {comparison.id}: {total} of {total} fields"
    else:
        yield f"the catalog record {comparison.id} differs in {len(comparison.different)} of {total} fields:"
    for one in comparison.different:
        yield f"  {one.field}: {_value(one.imported)} here, {_value(one.catalog)} in the catalog"
    if comparison.untold:
        yield f"  only the catalog tells: {', '.join(comparison.untold)}"


def _ending(outcome: Outcome) -> str:
    name = outcome.imported.model.id
    return {
        "added": f"added to {outcome.path}; `tunewise catalog show {name}` shows it",
        "replaced": f"put over the record of {name} in {outcome.path}",
        "reproduced": "nothing was changed: the catalog has it",
        "differs": "nothing was changed: --replace puts this over the record, --id keeps both",
        "shown": "nothing was changed",
    }[outcome.state]


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "id": found.id,
        "reproduces": found.reproduces,
        "same": list(found.same),
        "different": [one._asdict() for one in found.different],
        "new": list(found.new),
        "untold": list(found.untold),
    }
