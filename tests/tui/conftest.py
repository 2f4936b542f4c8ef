"""What the tests of the application share: no blinking cursor, a fixed clock, a folder of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_textual_snapshot import SVGImageExtension  # type: ignore[import-untyped]  # the plugin carries no types
from textual.widgets import Input

SVGImageExtension.file_extension = "svg"
"""The plugin sets the name that this setting had before syrupy 5."""


@pytest.fixture(autouse=True)
def no_cursor_blink(monkeypatch: pytest.MonkeyPatch) -> None:
    """A blinking cursor would make two pictures of one state."""
    monkeypatch.setattr(Input, "cursor_blink", False, raising=False)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recorded workspace is a relative path, so that screens show the same path everywhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUNEWISE_WORKSPACE", "bank/.tunewise")
