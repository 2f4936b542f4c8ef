"""The recorded evaluation still reads, agrees with itself, and is scored alike by today's rule."""

from __future__ import annotations

import re
from pathlib import Path

from harness import chain
from harness.answers import read_answer
from harness.emit import spec_digest
from harness.protocol import ArmProgress, EvaluateResult, EvaluateSpec, RunStarted, finished, read_events, read_spec
from tests.harness import evaluating

RECORDING = Path(__file__).parents[1] / "recordings" / "evaluate"
PLACES = re.compile(r"/(?:tmp|home|root|Users)/")
LABELS = ("close account", "exchange rate", "lost card", "refund request")


def result() -> EvaluateResult:
    found = finished(read_events(RECORDING))
    assert isinstance(found, EvaluateResult)
    return found


def test_events_name_the_specification_and_the_plan() -> None:
    spec = read_spec(RECORDING / "spec.json")
    assert isinstance(spec, EvaluateSpec)
    assert spec.plan is not None
    started = [event for event in read_events(RECORDING) if isinstance(event, RunStarted)]

    assert [event.spec_sha256 for event in started] == [spec_digest(spec)]
    assert [event.plan_sha256 for event in started] == [chain.digest(spec.plan.model_dump(mode="json"))]


def test_the_totals_are_those_of_the_items() -> None:
    items = evaluating.by_arm(RECORDING)

    assert result().items_head == chain.read(RECORDING / "items.jsonl")[-1].hash
    for score in result().arms:
        own = items[score.arm]
        assert (score.items, score.correct, score.format_valid, score.errors) == (
            len(own),
            sum(item.correct is True for item in own),
            sum(item.format_valid is True for item in own),
            sum(item.error is not None for item in own),
        )
    assert len({tuple(item.item for item in own) for own in items.values()}) == 1


def test_every_output_is_scored_as_it_was() -> None:
    for own in evaluating.by_arm(RECORDING).values():
        for item in own:
            assert item.output is not None
            answer = read_answer(item.output, LABELS)
            assert (answer.prediction, answer.format_valid) == (item.prediction, item.format_valid)
            assert (answer.prediction == item.target) == item.correct


def test_each_batch_was_journalled_before_it_was_announced() -> None:
    progress = [event for event in read_events(RECORDING) if isinstance(event, ArmProgress)]
    batches = [len(record.body["items"]) for record in chain.read(RECORDING / "items.jsonl")]

    assert [event.done for event in progress] == [8, 16, 24, 28] * 3
    assert batches == [8, 8, 8, 4] * 3


def test_the_recording_names_no_place_of_the_machine_it_was_made_on() -> None:
    text = "".join(
        (RECORDING / name).read_text(encoding="utf-8") for name in ("spec.json", "events.jsonl", "items.jsonl")
    )

    assert PLACES.findall(text) == []
