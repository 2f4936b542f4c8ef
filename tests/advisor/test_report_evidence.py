"""A report is refused where the journals, the answers or the adapter do not hold together, and says which."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from advisor.compare.rows import by_arm, recount
from advisor.errors import TunewiseError
from advisor.report import same_comparison, verify_evidence
from harness import chain, protocol
from harness.fingerprint import fingerprint
from harness.protocol import (
    Arm,
    EvaluateResult,
    EvaluateSpec,
    ItemResult,
    Prompt,
    RunFinished,
    RunStarted,
    TrainResult,
    TrainSpec,
)
from tests.advisor.evaluations import BASE, TUNED, compared, paired, plan_for
from tests.advisor.report_facts import train as train_facts

ITEMS = paired(both=10, only_tuned=20, only_base=2, neither=8)
PROMPT = Prompt(id="p", system="Classify.")


class Workspace:
    """A workspace with one training and one evaluation, written as their processes would."""

    def __init__(self, root: Path) -> None:
        self.journal, self.train, self.evaluate = (
            root / "journal.jsonl",
            root / "runs" / "train-1",
            root / "runs" / "compare-1",
        )
        self._train()
        self._evaluate()

    @property
    def runs(self) -> list[Path]:
        return [self.train, self.evaluate]

    @property
    def adapter(self) -> Path:
        return self.train / "adapter" / "adapter_model.safetensors"

    @property
    def items(self) -> Path:
        return self.evaluate / "items.jsonl"

    def check(self) -> None:
        verify_evidence(self.journal, self.runs)

    def _train(self) -> None:
        self.adapter.parent.mkdir(parents=True)
        self.adapter.write_bytes(b"weights")
        spec = TrainSpec(
            run_id="train-1",
            run_dir=str(self.train),
            model_dir="m",
            model_sha256="a",
            data_dir="d",
            data_sha256="b",
            prompt=PROMPT,
        )
        result = train_facts().result.model_copy(update={"adapter_sha256": fingerprint(self.adapter.parent)})
        self._run(self.train, spec, result)

    def _evaluate(self) -> None:
        with chain.Writer(self.items) as writer:
            for start in range(0, len(ITEMS), 32):
                writer.append("items", {"items": [item.model_dump(mode="json") for item in ITEMS[start : start + 32]]})
            head = writer.head
        arms = tuple(Arm(id=arm, label=arm, model_dir="m", prompt=PROMPT) for arm in (BASE, TUNED))
        spec = EvaluateSpec(
            run_id="compare-1",
            run_dir=str(self.evaluate),
            data_dir="d",
            data_sha256="b",
            arms=arms,
            plan=plan_for(ITEMS),
        )
        self._run(self.evaluate, spec, _result(ITEMS, head))

    def _run(self, folder: Path, spec: TrainSpec | EvaluateSpec, result: TrainResult | EvaluateResult) -> None:
        (folder / "spec.json").write_text(spec.model_dump_json(), "utf-8")
        digest = chain.digest(spec.model_dump(mode="json"))
        chain.append(self.journal, "run_started", {"run_id": folder.name, "spec_sha256": digest})
        started = RunStarted(
            elapsed_s=0.0, run_id=folder.name, run_kind=spec.kind, pid=1, host="h", boot_id="b", spec_sha256=digest
        )
        with chain.Writer(folder / "events.jsonl") as writer:
            for event in (started, RunFinished(elapsed_s=9.0, result=result)):
                last = writer.append(event.kind, protocol.event_body(event))
        body = {"run_id": folder.name, "head": last.hash, "seq": last.seq, "status": "finished"}
        chain.append(self.journal, "run_ended", body)


def _result(items: list[ItemResult], head: str) -> EvaluateResult:
    scores = tuple(recount(arm, rows, 3.0) for arm, rows in by_arm(items)[0].items())
    return EvaluateResult(
        arms=scores,
        items_path="items.jsonl",
        items_head=head,
        engine="vllm 0.32.0",
        peak_memory_gib=2.0,
        machine_hours=0.01,
        usd=None,
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def _rebuild(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the last record's body and make all hashes anew, as somebody would who knows the format."""
    records = chain.read(path)
    path.unlink()
    change(records[-1].body)
    with chain.Writer(path) as writer:
        for record in records:
            writer.append(record.kind, record.body)


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_evidence_that_holds_together_is_returned_run_by_run(workspace: Workspace) -> None:
    train, evaluation = verify_evidence(workspace.journal, workspace.runs)
    assert (train.run_id, train.items, train.seq) == ("train-1", (), 1)
    assert evaluation.items == tuple(ITEMS)
    assert evaluation.head == chain.read(workspace.evaluate / "events.jsonl")[-1].hash


TAMPERING: dict[str, tuple[Callable[[Workspace], object], str]] = {
    "the adapter is deleted": (lambda w: shutil.rmtree(w.adapter.parent), "the adapter is missing"),
    "the adapter's weights are deleted": (lambda w: w.adapter.unlink(), "the adapter was changed"),
    "the adapter is changed": (lambda w: w.adapter.write_bytes(b"other"), "the adapter was changed"),
    "the answers are deleted": (lambda w: w.items.unlink(), "the answers to the items are missing"),
    "the last answers are cut off": (
        lambda w: w.items.write_bytes(b"".join(w.items.read_bytes().splitlines(keepends=True)[:-1])),
        "answers were removed, added or rewritten",
    ),
    "a number in the answers is changed": (lambda w: _edit(w.items, '"correct":false', '"correct":true'), "items.jsonl, line 1: hash does not match"),
    "the answers are rewritten with hashes": (
        lambda w: _rebuild(w.items, lambda body: body["items"][0].update(correct=True)),
        "answers were removed, added or rewritten",
    ),
    "a number in a run's journal is changed": (
        lambda w: _edit(w.train / "events.jsonl", '"machine_hours":0.0688', '"machine_hours":0.0188'),
        "events.jsonl, line 2: hash does not match",
    ),
    "a run's journal is rewritten with hashes": (
        lambda w: _rebuild(w.train / "events.jsonl", lambda body: body["result"].update(machine_hours=0.01)),
        "the journal was rewritten",
    ),
    "a run's journal is deleted": (lambda w: (w.train / "events.jsonl").unlink(), "journal is missing or empty"),
    "a number in the workspace journal is changed": (lambda w: _edit(w.journal, '"seq":1,"status"', '"seq":2,"status"'), "journal.jsonl, line 2"),
    "the workspace journal is deleted": (lambda w: w.journal.unlink(), "the workspace journal is missing"),
    "the end of a run is not noted": (
        lambda w: w.journal.write_bytes(b"".join(w.journal.read_bytes().splitlines(keepends=True)[:-1])),
        "does not say how this run ended",
    ),
    "the specification is changed": (lambda w: _edit(w.train / "spec.json", '"max_steps":60', '"max_steps":90'), "not the specification"),
    "the specification is deleted": (lambda w: (w.train / "spec.json").unlink(), "specification is missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_is_refused_with_its_place_and_reason(workspace: Workspace, name: str) -> None:
    workspace.check()
    tamper, says = TAMPERING[name]
    tamper(workspace)
    with pytest.raises(TunewiseError, match=re_escape(says)) as refused:
        workspace.check()
    assert "\n" not in refused.value.message
    assert refused.value.hint


def re_escape(text: str) -> str:
    """A literal for ``match``."""
    return "".join(f"\\{mark}" if mark in ".()[]" else mark for mark in text)


def test_answers_that_do_not_give_the_recorded_scores_are_refused_even_if_every_hash_is_right(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    _rebuild(workspace.items, lambda body: body["items"][-1].update(correct=True))
    head = chain.read(workspace.items)[-1].hash
    _rebuild(workspace.evaluate / "events.jsonl", lambda body: body["result"].update(items_head=head))
    last = chain.read(workspace.evaluate / "events.jsonl")[-1]
    chain.append(
        workspace.journal,
        "run_ended",
        {"run_id": "compare-1", "head": last.hash, "seq": last.seq, "status": "finished"},
    )
    with pytest.raises(TunewiseError, match="the recorded correct is 30, the items add up to 31"):
        workspace.check()


def test_a_run_that_did_not_finish_names_the_command_that_goes_on(workspace: Workspace) -> None:
    body = protocol.event_body(protocol.Warned(elapsed_s=10.0, message="more"))
    (workspace.train / "events.jsonl").unlink()
    last = chain.append(workspace.train / "events.jsonl", "warning", body)
    chain.append(
        workspace.journal, "run_ended", {"run_id": "train-1", "head": last.hash, "seq": last.seq, "status": "killed"}
    )
    with pytest.raises(TunewiseError, match="did not reach its end") as refused:
        workspace.check()
    assert refused.value.hint == "go on with: tunewise resume train-1"


def test_a_recorded_comparison_must_be_what_the_answers_give() -> None:
    honest = compared(ITEMS)
    same_comparison(honest, compared(ITEMS))
    with pytest.raises(TunewiseError, match="says of verdict is not what the answers give"):
        same_comparison(honest.model_copy(update={"verdict": "KEEP"}), honest)


def test_a_recorded_comparison_survives_being_written_and_read() -> None:
    honest = compared(ITEMS)
    same_comparison(type(honest).model_validate(json.loads(honest.model_dump_json())), honest)
