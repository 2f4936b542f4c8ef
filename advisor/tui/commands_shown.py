"""The command line that does what a screen does: typed as it is shown, it works."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

from advisor.paths import Workspace, find_workspace
from advisor.plan.records import Plan
from advisor.profile import Profile
from advisor.tui.case import Case, RoomId
from advisor.tui.sheet import Filter
from advisor.workflow.records import JourneyInputs
from harness.protocol import EMBEDDED

FileOf = Callable[[Profile], Path | None]
"""Where a profile stands as a file, or None where it cannot be written."""


def command(*words: str) -> str:
    """A command line with what needs quotes quoted."""
    return shlex.join(["tunewise", *words])


def workspace_words(workspace: Workspace) -> tuple[str, ...]:
    """``--workspace DIR``, unless the command finds this workspace by itself."""
    root = workspace.root.absolute()
    return () if root == find_workspace(None).root else ("--workspace", near(root))


def placed(hint: str, place: tuple[str, ...]) -> str:
    """A hint whose commands find this workspace."""
    if not place or "--workspace" in hint:
        return hint
    return re.sub(r"\btunewise (?=[a-z])", lambda _: f"{command(*place)} ", hint)


def near(path: Path) -> str:
    """A path as it is typed here: relative where it lies beneath the current folder."""
    here, whole = Path.cwd(), path.absolute()
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(whole)


def demo_command(inputs: JourneyInputs, place: tuple[str, ...] = (), profile: Path | None = None) -> str:
    """The command that walks the same journey; ``profile`` is the file of a profile of one's own."""
    words = [*place, "demo"]
    words += ["--model", inputs.model] if inputs.model != EMBEDDED else []
    words += ["--data", inputs.data] if inputs.data != EMBEDDED else []
    words += ["--profile", near(profile)] if profile is not None else []
    usual = JourneyInputs.model_fields
    for name in ("steps", "test_items", "validation_items", "seed"):
        value = getattr(inputs, name)
        words += [f"--{name.replace('_', '-')}", str(value)] if value != usual[name].default else []
    return command(*words, *(["--train-anyway"] if inputs.train_anyway else []))


def plan_command(profile: str, plan: Plan | None) -> str:
    """The command that makes the same plan."""
    chosen = ["--model", plan.model, "--gpu", plan.gpu] if plan is not None else []
    return command("plan", profile, *chosen)


def room_command(room: RoomId, case: Case, place: tuple[str, ...], file_of: FileOf) -> str:
    """The command that shows what a room shows; empty where there is none."""
    match room:
        case "decision" | "shortlist" | "plan":
            return _profile_command(room, case, file_of)
        case "run":
            return command(*place, "attach", case.shown_run) if case.shown_run is not None else ""
        case "journey" | "comparison" | "report":
            return _journey_command(room, case, place, file_of)


def _profile_command(room: RoomId, case: Case, file_of: FileOf) -> str:
    path = case.profile_path or (file_of(case.profile) if case.profile is not None else None)
    if path is None:
        return ""
    return plan_command(near(path), case.plan) if room == "plan" else command("advise", near(path))


def _journey_command(room: RoomId, case: Case, place: tuple[str, ...], file_of: FileOf) -> str:
    if case.journey is None:
        return ""
    if room != "journey":
        return command(*place, "report", case.journey.id)
    return demo_command(case.journey.inputs, place, file_of(case.journey.inputs.profile))


def list_command(
    place: tuple[str, ...], kind: str, asked: Filter, sort: tuple[str, bool] | None, profile: Path | None = None
) -> str:
    """The command that lists the same facts; ``sort`` is a field and whether the largest come first."""
    words = [*place, "catalog", "list", kind, *_where(asked)]
    if sort is not None:
        words += ["--sort", sort[0], *(["--desc"] if sort[1] else [])]
    return command(*words, *(["--for", near(profile)] if profile is not None else []))


def frontier_command(place: tuple[str, ...], profile: Path, measure: str, asked: Filter) -> str:
    """The command that finds the same frontier."""
    return command(*place, "catalog", "frontier", near(profile), "--measure", measure, *_where(asked))


def _where(asked: Filter) -> list[str]:
    conditions = (*map(_found_in_text, asked.words), *asked.conditions)
    return [word for condition in conditions for word in ("--where", condition)]


def _found_in_text(word: str) -> str:
    """A word of the filter in the filter language."""
    return f"text~{word}" if re.fullmatch(r"[^\s<>=!~(),\"']+", word) else f'text~"{word}"'
