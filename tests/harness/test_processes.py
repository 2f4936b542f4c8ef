"""The harness as the process it is: killed, started twice, stopped, given bad input, read by no one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness import chain
from harness.fingerprint import fingerprint
from harness.protocol import PrepareSpec, RunFailed, RunInterrupted, TrainResult, finished, read_events
from tests.harness import running, tiny


def result(run_dir: Path) -> TrainResult:
    found = finished(read_events(run_dir))
    assert isinstance(found, TrainResult)
    return found


def step_losses(run_dir: Path) -> dict[int, float]:
    return {
        record.body["step"]: record.body["loss"]
        for record in chain.read(run_dir / "events.jsonl")
        if record.kind == "step"
    }


def test_kill_9_a_second_start_and_sigterm_end_in_the_adapter_of_an_undisturbed_run(
    tmp_path: Path, tiny_model: Path, tiny_data: Path
) -> None:
    """F15, F23 and F26 in one run: importing the libraries takes longer than training."""
    long = {"max_steps": 80, "checkpoint_every": 5, "validation_rows": 3}
    whole = running.train_spec(tmp_path, "whole", model=tiny_model, data_dir=tiny_data, **long)
    spec = running.train_spec(tmp_path, "killed", model=tiny_model, data_dir=tiny_data, **long)
    run_dir = Path(spec.run_dir)
    with running.started(whole, tmp_path) as undisturbed, running.started(spec, tmp_path) as process:
        running.wait_for(run_dir, "step", count=7)
        second = running.run(spec, tmp_path)
        process.kill()
        process.wait()
        assert undisturbed.wait(timeout=120) == 0
    assert second.returncode == 1
    assert f"already being worked on by pid {process.pid} on " in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1
    assert finished(read_events(run_dir)) is None

    before = len(step_losses(run_dir))
    with running.started(spec, tmp_path) as process:
        running.wait_for(run_dir, "run_started", count=2)
        running.wait_for(run_dir, "step", count=before + 8)
        assert running.send(process, signal.SIGTERM) == 143
    last = read_events(run_dir)[-1]
    assert isinstance(last, RunInterrupted)
    assert last.resume == f"tunewise resume killed --workspace {tmp_path}"
    assert last.step is not None
    assert (run_dir / "checkpoints" / f"step-{last.step:06d}" / "complete.json").is_file()

    assert running.run(spec, tmp_path).returncode == 0
    assert step_losses(run_dir) == step_losses(Path(whole.run_dir))
    assert fingerprint(run_dir / "adapter") == fingerprint(Path(whole.run_dir) / "adapter")
    assert result(run_dir).adapter_sha256 == result(Path(whole.run_dir)).adapter_sha256
    assert result(run_dir).machine_hours > result(Path(whole.run_dir)).machine_hours

    once_more = running.run(spec, tmp_path)
    assert once_more.returncode == 0
    assert "already finished" in once_more.stderr
    assert once_more.stdout == ""


def prepare_spec(root: Path, **changes: str) -> PrepareSpec:
    base = PrepareSpec(
        run_id="p",
        run_dir=str(root / "runs" / "p"),
        model_cache=str(root / "models"),
        data_dir=str(root / "data" / "d"),
    )
    return base.model_copy(update=changes)


def test_prepare_copies_its_events_to_stdout_and_nothing_else(tmp_path: Path, tiny_model: Path) -> None:
    rows = tiny.write_rows(tmp_path / "rows.jsonl")
    done = running.run(prepare_spec(tmp_path, model=str(tiny_model), data=str(rows)), tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.encode() == (tmp_path / "runs" / "p" / "events.jsonl").read_bytes()
    found = finished(read_events(tmp_path / "runs" / "p"))
    assert found is not None
    assert found.kind == "prepare"
    assert found.model_sha256 == fingerprint(tiny_model)
    assert found.data_sha256 == chain.file_sha256(tmp_path / "data" / "d" / "dataset.json")
    assert found.mean_prompt_tokens < found.mean_example_tokens
    assert found.machine.fp32_gflops is not None
    assert found.machine.fp32_gflops > 0
    assert "PyTorch" not in done.stdout


BAD = ["no model", "pickle", "remote code", "broken row", "no data"]


@pytest.mark.parametrize("fault", BAD)
def test_bad_input_ends_with_2_and_one_line(tmp_path: Path, tiny_model: Path, fault: str) -> None:
    model = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    rows = tiny.write_rows(tmp_path / "rows.jsonl")
    if fault == "no model":
        (model / "config.json").unlink()
    elif fault == "pickle":
        (model / "model.safetensors").rename(model / "pytorch_model.bin")
    elif fault == "remote code":
        (model / "tokenizer_config.json").write_text(json.dumps({"auto_map": {"AutoTokenizer": "x.Y"}}))
    elif fault == "broken row":
        rows.write_text(rows.read_text() + "{\n")
    else:
        rows.unlink()
    done = running.run(prepare_spec(tmp_path, model=str(model), data=str(rows)), tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.strip().splitlines()) == 1
    last = read_events(tmp_path / "runs" / "p")[-1]
    assert isinstance(last, RunFailed)
    assert last.bad_input
    assert last.error in done.stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        ("{", "Invalid JSON"),
        ('{"kind": "train"}', "run_id: Field required"),
        (
            '{"kind": "prepare", "run_id": "p", "run_dir": "r", "model_cache": "m", "data_dir": "d", "colour": 1}',
            "colour",
        ),
        ('{"kind": "prepare", "run_id": "p", "run_dir": "r", "model_cache": "m", "data_dir": "d"}', "is a prepare run"),
    ],
)
def test_a_specification_that_is_wrong_ends_with_2_and_one_line(tmp_path: Path, content: str | None, says: str) -> None:
    path = tmp_path / "spec.json"
    if content is not None:
        path.write_text(content)
    command = [sys.executable, "-P", "-m", "harness", "train", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=running.environment(), check=False)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_another_specification_for_the_same_folder_is_refused(tmp_path: Path) -> None:
    spec = prepare_spec(tmp_path, data=str(tmp_path / "none.jsonl"))
    assert running.run(spec, tmp_path).returncode == 2
    other = running.run(spec.model_copy(update={"seed": 3}), tmp_path)
    assert other.returncode == 2
    assert "was started with another specification" in other.stderr


def test_a_journal_that_was_changed_ends_the_run_and_names_the_line(tmp_path: Path) -> None:
    spec = prepare_spec(tmp_path, data=str(tmp_path / "none.jsonl"))
    running.run(spec, tmp_path)
    journal = tmp_path / "runs" / "p" / "events.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"run_kind":"prepare"', b'"run_kind":"evaluate"'))
    done = running.run(spec, tmp_path)
    assert done.returncode == 1
    assert f"{journal}:1: hash does not match" in done.stderr


def test_a_run_folder_that_cannot_be_made_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = running.run(prepare_spec(tmp_path, run_dir=str(tmp_path / "file" / "p")), tmp_path)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_the_light_modules_load_no_heavy_library(tmp_path: Path) -> None:
    light = "chain protocol emit replay lock signals errors fingerprint environment rows splitting data model model_folder __main__"
    imports = "; ".join(f"import harness.{name}" for name in light.split())
    heavy = "{'torch', 'transformers', 'peft', 'datasets', 'lm_eval', 'vllm', 'numpy', 'gguf'}"
    code = f"import sys; {imports}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=running.ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_a_reader_that_closes_the_pipe_does_not_end_the_run(tmp_path: Path) -> None:
    """The recording is played through the same emitter as any run."""
    recording = running.ROOT / "tests" / "recordings" / "train"
    command = [
        sys.executable,
        "-m",
        "harness",
        "replay",
        str(recording),
        "--into",
        str(tmp_path / "r"),
        "--speed",
        "200",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=running.ROOT, env=dict(os.environ)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 0
    assert finished(read_events(tmp_path / "r")) is not None
