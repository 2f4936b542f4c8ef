"""Which facts an estimate is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.paths import Workspace

if TYPE_CHECKING:
    from advisor.estimate.architecture import Facts


def dimensions(workspace: Workspace | None = None) -> Facts:
    """Models and GPUs of the package where the workspace has no facts of its own, else the checked facts of the workspace.

    Raises BadInput with file, place and what is allowed where a file of the user's own was edited wrongly.
    """
    from catalog.dimensions import Dimensions, has_own_facts  # noqa: PLC0415 - other commands start without it

    if workspace is None or not has_own_facts(workspace.catalog):
        return Dimensions()
    from advisor.workflow.facts import load_catalog  # noqa: PLC0415 - the checked records take longer than an estimate

    return load_catalog(workspace)
