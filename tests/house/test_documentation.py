"""What the documentation tells people to type, open or look at is there, and does what it says."""

from __future__ import annotations

import ast
import csv
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from textual.binding import Binding
from textual.screen import Screen

from advisor.cli.main import COMMANDS, tunewise
from advisor.tui.screens import (
    catalog,
    catalog_compare,
    catalog_detail,
    catalog_pareto,
    comparison,
    decision,
    home,
    journey,
    plan,
    report,
    run,
    shortlist,
    wizard,
)
from harness.__main__ import parser as harness_parser

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "catalog/**/*.md", "tests/**/*.md", "advisor/**/*.md")
    for path in ROOT.glob(pattern)
    if path.parent.name != "demo"  # a recorded report is no documentation
)
PACKAGES = ("advisor", "catalog", "harness")
PLACES = (*PACKAGES, "docs", "examples", "requirements", "scripts", "tests")
PROMPT = re.compile(r"^(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?")
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
SCREENS: dict[str, type[Screen[Any]]] = {
    "Home": home.HomeScreen,
    "Wizard": wizard.WizardScreen,
    "Journey": journey.JourneyScreen,
    "Decision": decision.DecisionScreen,
    "Shortlist": shortlist.ShortlistScreen,
    "Plan": plan.PlanScreen,
    "Run": run.RunScreen,
    "Comparison": comparison.ComparisonScreen,
    "Report": report.ReportScreen,
    "Catalog": catalog.CatalogScreen,
    "Facts": catalog_detail.DetailScreen,
    "Compare": catalog_compare.CompareScreen,
    "Pareto": catalog_pareto.ParetoScreen,
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def code(path: Path) -> Iterator[str]:
    """Every code span, and every line of an indented or fenced block, without its environment and its prompt."""
    text = path.read_text("utf-8")
    spans = SPAN.findall(text)
    blocks = re.findall(r"^(?: {4}|\$ )(.+)$", text, flags=re.MULTILINE)
    for fenced in re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        blocks += fenced.splitlines()
    for line in (*spans, *blocks):
        yield PROMPT.sub("", line.strip())


def spelled_out(line: str) -> Iterator[list[str]]:
    """The words of a command line; `a|b` gives one line for each, and a comment none."""
    words = shlex.split(line, comments=True)
    for number, word in enumerate(words):
        if "|" in word:
            yield from ([*words[:number], one, *words[number + 1 :]] for one in word.split("|"))
            return
    yield words


def told(program: str) -> list[tuple[str, str]]:
    """File and arguments of every line that runs the program."""
    return sorted(
        {
            (name_of(path), shlex.join(words[1:]))
            for path in DOCS
            for line in code(path)
            if line == program or line.startswith(f"{program} ")
            for words in spelled_out(line)
        }
    )


def walk(command: click.Command, words: list[str]) -> None:
    """Parse the words as click does, without running anything; raises UsageError where click would."""
    context = click.Context(command, info_name=command.name)
    values, rest, _order = command.make_parser(context).parse_args(words)
    for parameter in command.params:
        given = values.get(parameter.name or "")
        if isinstance(parameter.type, click.Choice) and isinstance(given, str):
            parameter.type.convert(given, parameter, context)
    if not isinstance(command, click.Group):
        assert not rest, f"too many arguments: {rest}"
        return
    if rest:
        found = command.get_command(context, rest[0])
        assert found is not None, f"no command {rest[0]}"
        walk(found, rest[1:])


@pytest.mark.parametrize(("where", "line"), told("tunewise"))
def test_a_command_line_of_the_documentation_is_one_that_tunewise_takes(where: str, line: str) -> None:
    words = shlex.split(line)
    walk(tunewise, words)
    for word in words:
        assert not word.startswith("examples/") or (ROOT / word).is_file(), word


def test_the_documentation_shows_every_command() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in COMMANDS if not re.search(rf"(?:`|tunewise ){name}\b", readme)] == []


@pytest.mark.parametrize(("where", "line"), told("make"))
def test_a_make_target_of_the_documentation_exists(where: str, line: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, flags=re.MULTILINE))
    variables = set(re.findall(r"^(\w+) \?=", makefile, flags=re.MULTILINE))
    for word in shlex.split(line):
        name, is_variable, _ = word.partition("=")
        assert name in (variables if is_variable else targets), word


def test_every_target_of_the_makefile_is_phony_and_described() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, flags=re.MULTILINE)
    assert phony is not None
    assert sorted(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE)) == sorted(phony.group(1).split())
    listed = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.findall(r"^  make (\w+)", listed.stdout, flags=re.MULTILINE) == phony.group(1).split()


@pytest.mark.parametrize(("where", "line"), [found for found in told("python") if " harness " in f" {found[1]} "])
def test_a_line_for_the_harness_is_one_that_it_takes(where: str, line: str) -> None:
    words = shlex.split(line)
    harness_parser().parse_args(words[words.index("harness") + 1 :])


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_every_relative_link_and_picture_is_there(path: Path) -> None:
    targets = re.findall(r"\]\(([^)\s#]+)[^)]*\)", path.read_text("utf-8"))
    missing = [target for target in targets if "://" not in target and not (path.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_every_file_that_is_named_is_there(path: Path) -> None:
    words = (word for span in code(path) for word in span.split())
    paths = {word.partition("::")[0] for word in words if word.partition("/")[0] in PLACES and "/" in word}
    there = {name for name in paths for end in ("", ".py") if list(ROOT.glob(name.rstrip("/,.:") + end))}
    assert sorted(paths - there) == []


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_every_name_in_the_code_is_there(path: Path) -> None:
    dotted = {span for span in SPAN.findall(path.read_text("utf-8")) if re.fullmatch(r"\w+(\.\w+)+", span)}
    missing = [name for name in sorted(dotted) if name.partition(".")[0] in PACKAGES and not is_defined(name)]
    assert missing == []


def is_defined(dotted: str) -> bool:
    """Whether a dotted name leads to a module, or to a name that its module defines; imports nothing."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        base = ROOT.joinpath(*parts[:length])
        file = next((found for found in (base.with_suffix(".py"), base / "__init__.py") if found.is_file()), None)
        if file is not None:
            return length == len(parts) or parts[length] in defined(file)
    return False


def defined(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            names.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_no_placeholder_is_left(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"^[A-Z][A-Z_]+$|\bTODO\b|\bFIXME\b|\bTBD\b|\bXXX\b", text, flags=re.MULTILINE) == []


def test_the_help_that_is_shown_is_the_real_one() -> None:
    outcome = CliRunner().invoke(tunewise, ["--help"], prog_name="tunewise")
    assert outcome.exit_code == 0
    for path in DOCS:
        shown = re.findall(r"^```\w*\n(?:\$ tunewise --help\n)?(Usage: tunewise \[OPTIONS\].*?)```", path.read_text("utf-8"),
                           flags=re.MULTILINE | re.DOTALL)  # fmt: skip
        assert all(block == outcome.output for block in shown), name_of(path)


def test_the_rooms_of_the_architecture_are_the_modules_that_there_are() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    table = text.partition("## Rooms")[2].partition("\n\n## ")[0]
    named = set(re.findall(r"`(?:advisor/)?(\w+)`", table))
    there = {path.stem for path in (ROOT / "advisor").iterdir() if re.fullmatch(r"[a-z]+(\.py)?", path.name)}
    assert there - named == set()
    assert named - there <= {"harness", "catalog"}


def test_the_decisions_are_numbered_without_a_gap_and_titled_alike() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in files] == list(range(1, len(files) + 1))
    for number, path in enumerate(files, start=1):
        assert path.read_text("utf-8").startswith(f"# {number}. "), path.name


def test_the_size_of_the_catalog_is_told_as_it_is() -> None:
    counts = []
    for name in ("models", "gpus"):
        with (ROOT / "catalog" / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            counts.append(sum(1 for _ in csv.DictReader(file)))
    assert "{} models, {} GPUs".format(*counts) in (ROOT / "README.md").read_text("utf-8")


def test_every_key_of_a_screen_is_in_its_documentation() -> None:
    text = (ROOT / "docs" / "tui.md").read_text("utf-8").partition("## Keys")[2].partition("\n## ")[0]
    table = re.findall(r"^\| (\w+) \| (.*`.*) \|$", text, flags=re.MULTILINE)
    rows = {name: set(SPAN.findall(keys)) for name, keys in table}
    assert rows.keys() == SCREENS.keys()
    for name, keys in rows.items():
        written = {key.lower().replace("esc", "escape") for key in keys}
        bound = {key.partition(",")[0] for key in own_keys(SCREENS[name])}
        assert bound - {"f1"} <= written <= bound | {"enter"}, name


def own_keys(screen: type[Screen[Any]]) -> list[str]:
    """The keys that a screen binds itself."""
    return [binding.key for binding in vars(screen)["BINDINGS"] if isinstance(binding, Binding)]
