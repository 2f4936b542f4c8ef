"""A checkpoint is whole or it is not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness import checkpoints


def save(run_dir: Path, step: int) -> checkpoints.Checkpoint:
    written = checkpoints.staging(run_dir) / f"checkpoint-{step}"
    written.mkdir()
    (written / "adapter_model.safetensors").write_bytes(b"weights %d" % step)
    (written / "optimizer.pt").write_bytes(b"state %d" % step)
    (written / "training_args.bin").write_bytes(b"pickle")
    return checkpoints.commit(written, run_dir, step)


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[0] ^= 1
    path.write_bytes(bytes(raw))


def test_the_newest_complete_checkpoint_is_found_and_carries_no_foreign_pickle(tmp_path: Path) -> None:
    saved = [save(tmp_path, step) for step in (2, 10)]
    assert checkpoints.newest(tmp_path, warn=pytest.fail) == saved[1]
    assert not (saved[1].path / "training_args.bin").exists()
    assert saved[0].sha256 != saved[1].sha256


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda at: flip(at / "optimizer.pt"), "optimizer.pt was changed"),
        (lambda at: (at / "optimizer.pt").write_bytes(b""), "optimizer.pt was changed or cut off"),
        (lambda at: (at / "adapter_model.safetensors").unlink(), "adapter_model.safetensors is missing"),
        (lambda at: (at / checkpoints.MARKER).unlink(), "completeness marker"),
        (lambda at: (at / checkpoints.MARKER).write_text('{"step": 4'), "completeness marker"),
    ],
)
def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(
    tmp_path: Path, spoil: Callable[[Path], object], says: str
) -> None:
    before, damaged = save(tmp_path, 2), save(tmp_path, 4)
    spoil(damaged.path)
    warnings: list[str] = []
    assert checkpoints.newest(tmp_path, warn=warnings.append) == before
    assert len(warnings) == 1
    assert "step-000004" in warnings[0]
    assert says in warnings[0]


def test_a_save_that_was_cut_off_is_not_seen_and_does_not_hinder_the_next(tmp_path: Path) -> None:
    good = save(tmp_path, 2)
    half = checkpoints.staging(tmp_path) / "checkpoint-4"
    half.mkdir()
    (half / "optimizer.pt").write_bytes(b"half")
    assert checkpoints.newest(tmp_path, warn=pytest.fail) == good
    assert save(tmp_path, 4).step == 4


def test_a_damaged_checkpoint_is_replaced_when_its_step_is_saved_again(tmp_path: Path) -> None:
    flip(save(tmp_path, 2).path / "optimizer.pt")
    assert checkpoints.newest(tmp_path, warn=lambda _: None) is None
    assert checkpoints.newest(tmp_path, warn=lambda _: None) is None
    assert save(tmp_path, 2) == checkpoints.newest(tmp_path, warn=pytest.fail)


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    for step in (2, 4, 100):
        save(tmp_path, step)
    checkpoints.prune(tmp_path, 2)
    assert sorted(path.name for path in (tmp_path / "checkpoints").glob("step-*")) == ["step-000004", "step-000100"]


def test_a_run_without_checkpoints_has_none(tmp_path: Path) -> None:
    assert checkpoints.newest(tmp_path, warn=pytest.fail) is None
