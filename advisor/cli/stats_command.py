"""``tunewise stats``: any of the statistics on given numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from advisor.cli.options import json_option, print_json
from advisor.cli.reading import read_text
from advisor.statistics.cases import answer_all, read_cases


@click.command()
@click.argument("cases", type=click.Path(path_type=Path))
@json_option
def stats(cases: Path, *, as_json: bool) -> None:
    """Compute the statistics named in CASES, a JSON file, or - for standard input.

    CASES holds {"cases": [{"id", "method", "inputs"}]}; a method that does not exist is answered with the list of
    those that do.
    """
    results = answer_all(read_cases(read_text(cases, wanted="a JSON file with cases"), where=str(cases)))
    if as_json:
        print_json({"results": results})
        return
    for result in results:
        click.echo(_line(result))


def _line(result: dict[str, Any]) -> str:
    """One case on one line; names come from the user and lose what a terminal would obey."""
    fields = "  ".join(f"{name} {_short(value)}" for name, value in result.items() if name != "id")
    return f"{''.join(mark for mark in str(result['id']) if mark.isprintable())}  {fields}"


def _short(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_short(part) for part in value)}]"
    return f"{value:.6g}" if isinstance(value, float) else "unknown" if value is None else str(value).lower()
