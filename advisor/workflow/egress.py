"""Whether a workspace lets anything out: a profile that says no_egress speaks for all of it."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from advisor.errors import OverLimit
from advisor.paths import Workspace
from advisor.profile import Profile
from advisor.store.journal import Journal
from advisor.workflow.records import Draft


def refuse_egress(workspace: Workspace, *, wanted: str) -> None:
    """Raises OverLimit, which names the profile, where a profile of the workspace forbids that anything leaves it."""
    where = next(_forbidding(workspace), None)
    if where is not None:
        raise OverLimit(
            f"{wanted} asks another machine, and {where} says privacy: no_egress",
            "bring a snapshot as a file and give its path, or use another workspace",
        )


def _forbidding(workspace: Workspace) -> Iterator[str]:
    """What of the workspace forbids it: journeys, whatever came of them, and the wizard's answers so far."""
    for record in Journal(workspace).records():
        profile = record.body.get("profile") or (record.body.get("inputs") or {}).get("profile")
        if profile and Profile.model_validate(profile).privacy == "no_egress":
            yield f"the profile of {record.body.get('journey', 'this workspace')}"
    draft = _draft(workspace)
    if draft is not None and draft.profile.privacy == "no_egress":
        yield "the unfinished profile of this workspace"


def _draft(workspace: Workspace) -> Draft | None:
    try:
        return Draft.model_validate_json(workspace.session.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
