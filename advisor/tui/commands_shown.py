"""The command line that does what a screen does."""

from __future__ import annotations

import shlex

from advisor.plan.records import Plan
from advisor.tui.case import Case, RoomId
from advisor.workflow.records import JourneyInputs, JourneyView
from harness.protocol import EMBEDDED


def command(*words: str) -> str:
    """A command line with what needs quotes quoted."""
    return shlex.join(["tunewise", *words])


def demo_command(inputs: JourneyInputs) -> str:
    """The command that walks the same journey."""
    model = ["--model", inputs.model] if inputs.model != EMBEDDED else []
    data = ["--data", inputs.data] if inputs.data != EMBEDDED else []
    return command("demo", *model, *data)


def plan_command(profile: str, plan: Plan | None) -> str:
    """The command that makes the same plan."""
    chosen = ["--model", plan.model, "--gpu", plan.gpu] if plan is not None else []
    return command("plan", profile, *chosen)


def room_command(room: RoomId, case: Case) -> str:
    """The command that shows what a room shows."""
    profile = str(case.profile_path) if case.profile_path is not None else "profile.yaml"
    match room:
        case "decision" | "shortlist":
            return command("advise", profile)
        case "plan":
            return plan_command(profile, case.plan)
        case "run":
            return command("attach", case.shown_run or "RUN")
        case "journey":
            return _journey_command(case.journey)
        case "comparison" | "report":
            return command("report", case.journey.id if case.journey is not None else "ID")


def _journey_command(view: JourneyView | None) -> str:
    return demo_command(view.inputs) if view is not None else command("demo")
