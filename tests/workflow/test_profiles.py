from pathlib import Path

import pytest

from advisor.errors import BadInput
from advisor.paths import Workspace
from advisor.profile import Profile
from advisor.workflow import profiles
from advisor.workflow.records import Draft


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("p.yaml", "n_exampels: 5\n", "n_exampels"),
        ("p.yaml", "n_examples: many\n", "n_examples"),
        ("p.yaml", "n_examples: -1\n", "n_examples"),
        ("p.yaml", "prompt_score: .nan\n", "prompt_score"),
        ("p.yaml", "task_type: poetry\n", "task_type"),
        ("p.yaml", "a: [1\n", "p.yaml:2"),
        ("p.yaml", "- a\n- b\n", "a profile is a list of fields with values"),
        ("p.yaml", "", "a profile is a list of fields with values"),
        ("p.json", '{"n_examples": 5,}', "p.json:1"),
        ("p.yaml", b"\xff\xfe\x00", "not UTF-8"),
        ("p.json", '{"n_examples": 5, "n_examples": 9000}', "'n_examples' is given twice"),
        ("p.yaml", "n_examples: 5\nn_examples: 9000\n", "'n_examples' is given twice"),
        ("p.yaml", "n_examples: 2026-13-45\n", "cannot be read"),
        ("p.yaml", "budget_usd: !!float snan\n", "cannot be read"),
        ("p.yaml", "name: !!python/object/apply:os.getcwd []\n", "not YAML"),
        ("p.yaml", f"n_examples: {'9' * 5000}\n", "cannot be read"),
        ("p.json", f'{{"n_examples": {"9" * 5000}}}', "cannot be read"),
        ("p.json", "[" * 100_000, "nested too deeply"),
        ("p.yaml", "[" * 5_000, "nested too deeply"),
        ("p.yaml", "? [a]\n: 1\n", "not YAML"),
    ],
)
def test_a_bad_profile_is_one_line_with_the_file_and_the_fault(
    tmp_path: Path, name: str, content: str | bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(BadInput) as caught:
        profiles.read_profile(path)

    assert told in caught.value.message
    assert str(path) in caught.value.message
    assert "\n" not in caught.value.message


def test_a_missing_profile_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        profiles.read_profile(tmp_path / "none.yaml")
    with pytest.raises(BadInput, match="not a regular file"):
        profiles.read_profile(tmp_path)


@pytest.mark.parametrize("name", ["p.yaml", "p.json"])
def test_a_profile_reads_back_as_it_was_written(tmp_path: Path, name: str) -> None:
    given = profiles.example_profile()

    profiles.write_profile(given, tmp_path / name)

    assert profiles.read_profile(tmp_path / name) == given


def test_a_draft_is_restored_and_a_damaged_one_is_moved_aside(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    draft = Draft(profile=Profile(n_examples=7), question="label_quality")
    profiles.write_draft(workspace, draft)
    assert profiles.read_draft(workspace) == draft

    workspace.session.write_text('{"profile": ')

    assert profiles.read_draft(workspace) is None
    assert (tmp_path / "session.damaged.json").exists()


def test_there_is_no_draft_in_a_new_workspace(tmp_path: Path) -> None:
    assert profiles.read_draft(Workspace(tmp_path)) is None
