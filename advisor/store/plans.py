"""Plans on disk, each with the facts that it was made from: one file each, named by the plan's id."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

from pydantic import ValidationError

from advisor.errors import BadInput
from advisor.paths import Workspace
from advisor.plan.basis import Basis, KeptPlan
from advisor.plan.records import Plan
from advisor.store.pricing import make_plan
from harness.chain import atomic

NAME = re.compile(r"plan-[0-9a-f]{12}")
AGAIN = "make a new one: tunewise plan PROFILE"


def keep(workspace: Workspace, plan: Plan, basis: Basis) -> Path:
    """Write a plan with its basis, unless it is there. Raises OSError where it cannot be written."""
    path = _path(workspace, plan.id)
    if not _is_whole(workspace, plan.id):
        kept = KeptPlan(version=metadata.version("tunewise"), plan=plan, basis=basis)
        with atomic(path) as temporary:
            temporary.write_text(kept.model_dump_json(exclude_defaults=True, by_alias=True), encoding="utf-8")
    return path


def read(workspace: Workspace, plan_id: str) -> KeptPlan:
    """A plan with its basis. Raises BadInput for an id that is not there and for a damaged file."""
    if not NAME.fullmatch(plan_id):
        raise BadInput(f"{plan_id[:60]!r} is not the id of a plan", "plan- and twelve digits of 0-9a-f")
    path = _path(workspace, plan_id)
    try:
        return KeptPlan.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise BadInput(f"no plan {plan_id} in {workspace.root}", AGAIN) from error
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})", AGAIN) from error
    except ValidationError as error:
        raise BadInput(f"{path}: damaged", AGAIN) from error


def replay(workspace: Workspace, plan_id: str) -> tuple[Plan, str]:
    """The plan made again from the facts that it was made from, and what is to be said of it.

    Nothing is said where it comes out as it was. Raises BadInput for an id that is not there, and for a file whose
    plan does not follow from its facts though it is of this version.
    """
    kept = read(workspace, plan_id)
    basis = kept.basis
    made = make_plan(
        basis.profile, basis.model, basis, today=basis.today, gpu=basis.gpu, method=basis.method, ledger=basis.ledger
    )
    if made == kept.plan and made.id == plan_id:
        return made, ""
    version = metadata.version("tunewise")
    if kept.version == version:
        raise BadInput(f"{_path(workspace, plan_id)}: its plan does not follow from its facts", AGAIN)
    return made, f"made with tunewise {kept.version}; the method of {version} gives other numbers from the same facts"


def _is_whole(workspace: Workspace, plan_id: str) -> bool:
    try:
        read(workspace, plan_id)
    except BadInput:
        return False
    return True


def _path(workspace: Workspace, plan_id: str) -> Path:
    return workspace.plans / f"{plan_id}.json"
