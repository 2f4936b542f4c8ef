"""Help of the catalog's commands: within 80 columns, every option told, examples that the command takes."""

from __future__ import annotations

import shlex

import click
import pytest

from advisor.cli.catalog_commands import COMMANDS, catalog
from advisor.cli.catalog_examples import EXAMPLES
from advisor.cli.main import run, tunewise
from tests.house.test_documentation import walk


def command(name: str) -> click.Command:
    found = catalog.get_command(click.Context(catalog), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_fits_eighty_columns_and_ends_with_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", name, "--help"]) == 0

    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert f"  tunewise catalog {name}" in shown.partition("\n  Example")[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name: str) -> None:
    options = [one for one in command(name).params if isinstance(one, click.Option)]

    assert [one.name for one in options if not one.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_an_example_is_one_that_the_command_takes(name: str) -> None:
    for line in " ".join(EXAMPLES[name]).replace("\\ ", "").split("tunewise ")[1:]:
        walk(tunewise, shlex.split(line))
