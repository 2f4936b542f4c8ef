"""A command that is shown works when it is typed: the same workspace, the same inputs, a profile that is there."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from advisor.cli.demo_command import demo
from advisor.paths import Workspace
from advisor.tui.app import TunewiseApp
from advisor.tui.case import Case
from advisor.tui.commands_shown import command, workspace_words
from advisor.tui.screens.base import Page
from advisor.tui.screens.start import whole_path
from advisor.workflow.profiles import read_profile
from advisor.workflow.records import JourneyInputs
from advisor.workflow.workflow import Workflow
from harness.protocol import EMBEDDED
from tests.tui.driving import clock, press, settled


def workflow_in(folder: Path) -> Workflow:
    return Workflow(Workspace(folder / "elsewhere" / "ws"))


def test_a_workspace_is_named_unless_the_command_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUNEWISE_WORKSPACE", raising=False)
    assert workspace_words(Workspace(tmp_path / ".tunewise")) == ()
    assert workspace_words(Workspace(tmp_path / "two words")) == ("--workspace", "two words")
    monkeypatch.setenv("TUNEWISE_WORKSPACE", str(tmp_path / "two words"))
    assert workspace_words(Workspace(tmp_path / "two words")) == ()


def test_the_demo_command_names_every_input_that_is_not_usual(tmp_path: Path) -> None:
    workflow = workflow_in(tmp_path)
    own = workflow.example_profile().with_answer("volume_per_day", 7.0)
    app = TunewiseApp(workflow, clock=clock)
    said = app.demo_command(
        JourneyInputs(profile=own, model="/a b", steps=20, test_items=30, seed=3, train_anyway=True)
    )
    program, option, folder, name, *words = shlex.split(said)
    assert (program, option, Path(folder).absolute(), name) == (
        "tunewise", "--workspace", workflow.workspace.root, "demo",
    )  # fmt: skip
    given = demo.make_context("demo", words, obj=folder).params
    assert (given["model"], given["steps"], given["test_items"], given["seed"]) == ("/a b", 20, 30, 3)
    assert given["train_anyway"] is True
    assert given["validation_items"] == JourneyInputs.model_fields["validation_items"].default
    assert read_profile(given["profile"]) == own


def test_the_example_needs_no_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = workflow_in(tmp_path)
    monkeypatch.setenv("TUNEWISE_WORKSPACE", str(workflow.workspace.root))
    assert TunewiseApp(workflow, clock=clock).demo_command() == "tunewise demo"


def test_rooms_of_an_unsaved_profile_name_a_file_that_holds_it(tmp_path: Path) -> None:
    workflow = workflow_in(tmp_path)
    app = TunewiseApp(workflow, clock=clock)
    profile = workflow.example_profile().with_answer("name", "Ünsere / Mails; rm -rf")
    words = shlex.split(app.room_command("decision", Case(profile=profile)))
    assert words[:2] == ["tunewise", "advise"]
    assert read_profile(Path(words[2])) == profile


def test_where_no_file_can_be_written_no_command_is_promised(tmp_path: Path) -> None:
    workflow = workflow_in(tmp_path)
    workflow.workspace.root.parent.mkdir()
    workflow.workspace.root.write_text("a file stands here", "utf-8")
    app = TunewiseApp(workflow, clock=clock)
    assert app.room_command("plan", Case(profile=workflow.example_profile())) == ""


def shown(app: TunewiseApp) -> str:
    assert isinstance(app.screen, Page)
    return app.screen.command_shown()


async def test_the_wizard_promises_no_command_for_answers_that_are_in_no_file(tmp_path: Path) -> None:
    app = TunewiseApp(workflow_in(tmp_path), clock=clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "w", *"Mail", "enter")
        assert shown(app) == ""
        await press(pilot, "ctrl+s", "enter")
        assert shown(app) == command("advise", "profile.yaml")
        await press(pilot, "f4")
        assert read_profile(Path("profile.yaml")).name == "Mail"
        await press(pilot, "enter")
        assert shown(app) == ""


@pytest.mark.parametrize("typed", ["model", "~/model", "/model"])
def test_a_relative_folder_means_the_same_from_everywhere(typed: str) -> None:
    assert whole_path(f" {typed} ") == str(Path(typed).expanduser().absolute())
    assert whole_path("  ") == EMBEDDED
