"""What a run is, seen from outside."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from harness.protocol import Planned, Price, RunKind

RunStatus = Literal["starting", "running", "interrupted", "killed", "failed", "finished"]


class RunView(BaseModel):
    """A run as its journal and its process tell it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: RunKind
    status: RunStatus
    pid: int | None
    """Of the process that works on it now; None when none does."""
    started_at: str
    elapsed_s: float
    """Seconds worked at the last event, over all sessions."""
    progress: float | None
    """0 to 1."""
    usd_so_far: Decimal | None
    detail: str
    """Last thing that happened, in a few words."""
    resume_command: str | None
    folder: Path
    planned: Planned | None = None
    """What the plan foresaw, from the run's specification."""
    price: Price | None = None
    """What its hours are counted at, from the run's specification."""
    past_error: str = ""
    """How far earlier estimates of like runs here were off, as it was known when it started; empty where none was."""
    bad_input: bool = False
    """It failed because its input is at fault."""
    hint: str = ""
    """How to go on, in the words of the run itself, where it failed."""
