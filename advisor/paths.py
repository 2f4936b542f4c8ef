"""The folders of a workspace, and nothing else."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from advisor.errors import BadInput

DEFAULT = ".tunewise"


@dataclass(frozen=True)
class Workspace:
    """One folder that holds everything of one project."""

    root: Path

    @property
    def journal(self) -> Path:
        """The workspace journal: decisions, plans, runs started, comparisons, reports."""
        return self.root / "journal.jsonl"

    @property
    def index(self) -> Path:
        """The DuckDB index; can be rebuilt from the journals."""
        return self.root / "index.duckdb"

    @property
    def runs(self) -> Path:
        """One folder per run."""
        return self.root / "runs"

    @property
    def models(self) -> Path:
        """Converted models, shared by runs."""
        return self.root / "models"

    @property
    def data(self) -> Path:
        """Prepared data sets."""
        return self.root / "data"

    @property
    def reports(self) -> Path:
        """Rendered reports."""
        return self.root / "reports"

    @property
    def plans(self) -> Path:
        """Plans with the facts that they were made from."""
        return self.root / "plans"

    @property
    def catalog(self) -> Path:
        """Facts of the user's own, and installed snapshots."""
        return self.root / "catalog"

    @property
    def session(self) -> Path:
        """Where the terminal application was left: unfinished wizard answers, last screen."""
        return self.root / "session.json"

    def run_dir(self, run_id: str) -> Path:
        """The folder of one run."""
        return self.runs / run_id


def find_workspace(option: Path | None) -> Workspace:
    """The workspace from ``--workspace``, else ``TUNEWISE_WORKSPACE``, else ``.tunewise`` here; not created yet."""
    return Workspace(full_path(option or Path(os.environ.get("TUNEWISE_WORKSPACE") or DEFAULT)))


def full_path(path: Path) -> Path:
    """An absolute path with ``~`` spelled out.

    Raises BadInput where nobody has that home, the current folder is gone, or the name is not UTF-8, as DuckDB needs it.
    """
    try:
        full = path.expanduser().absolute()
        str(full).encode("utf-8")
    except RuntimeError as error:
        raise BadInput(f"{path}: no such home folder", "write the path out") from error
    except FileNotFoundError as error:
        raise BadInput(f"{path}: the current folder does not exist any more", "cd to one that does") from error
    except UnicodeEncodeError as error:
        raise BadInput(f"{path}: its name is not UTF-8", "rename it, or use a UTF-8 locale") from error
    return full


def ensure_writable(workspace: Workspace) -> None:
    """Create the workspace; raises BadInput if it cannot be written to."""
    try:
        workspace.root.mkdir(parents=True, exist_ok=True)
        probe = workspace.root / f".write-test-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise BadInput(
            f"workspace {workspace.root} is not writable ({error.strerror})",
            "choose another folder with --workspace DIR or TUNEWISE_WORKSPACE",
        ) from error
