"""The advisor speaks to the harness through five light modules only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import advisor

DOORS = {"harness.chain", "harness.fingerprint", "harness.lock", "harness.protocol", "harness.span"}
SOURCES = sorted(Path(advisor.__file__).parent.rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "harness":
            yield from (f"harness.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_advisor_uses_only_the_doors_of_the_harness() -> None:
    used = {
        (str(path), name)
        for path in SOURCES
        for name in imported(ast.parse(path.read_text("utf-8")))
        if name.partition(".")[0] == "harness"
    }

    assert len(used) > 10
    assert {name for _, name in used} <= DOORS
