"""Options and output that commands share."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from advisor.paths import Workspace, find_workspace

Function = TypeVar("Function", bound=Callable[..., Any])


def workspace_option(function: Function) -> Function:
    """``--workspace``, after the command as well as before it."""
    return click.option(
        "--workspace", type=click.Path(), metavar="DIR", callback=_workspace,
        help="Folder of the project [TUNEWISE_WORKSPACE or .tunewise].",
    )(function)  # fmt: skip


def json_option(function: Function) -> Function:
    """``--json``: exactly one JSON document on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")(function)


def _workspace(ctx: click.Context, _parameter: click.Parameter, given: str | None) -> Workspace:
    outer = ctx.find_root().obj
    chosen = given or (outer if isinstance(outer, str) else None)
    return find_workspace(Path(chosen) if chosen else None)


def print_json(document: object) -> None:
    """Print one JSON document; records become their JSON form, what the output cannot encode becomes an escape."""
    utf8 = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    text = json.dumps(document, indent=2, ensure_ascii=not utf8, default=_as_json)
    click.echo(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def _as_json(value: object) -> object:
    dump = getattr(value, "model_dump", None)
    return dump(mode="json", by_alias=True) if dump else str(value)
