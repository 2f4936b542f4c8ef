"""The evaluation recipe with a scripted engine: what is checked, counted, journalled and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harness import chat, evaluate
from harness.emit import Emitter
from harness.engine import Generated, Weights
from harness.errors import InputError, Interrupted
from harness.fingerprint import fingerprint
from harness.protocol import Arm, EvaluateResult, EvaluateSpec, EvaluationPlan, Prompt, Shot
from harness.signals import StopRequest
from tests.harness import evaluating
from tests.harness.evaluating import Script

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")

Say = Callable[[Path, str], Generated | str]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return evaluating.write_model(tmp_path_factory.mktemp("base") / "model")


@pytest.fixture(scope="module")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return evaluating.write_model(tmp_path_factory.mktemp("other") / "model", seed=6)


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Path:
    return evaluating.write_adapter(tmp_path_factory.mktemp("adapter") / "saved", model)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return evaluating.write_data(tmp_path_factory.mktemp("data") / "tiny")


@pytest.fixture(scope="module")
def count(model: Path) -> Callable[[str], int]:
    tokenizer = chat.load_tokenizer(model)
    return lambda prompt: len(chat.encode(tokenizer, prompt))


def run(spec: EvaluateSpec, script: Script, stop: StopRequest | None = None) -> EvaluateResult:
    with Emitter(Path(spec.run_dir), spec.run_id, stop=stop) as emitter:
        return evaluate.run(spec, emitter, import_engine=script.importer)


def always(text: str) -> Say:
    return lambda folder, prompt: text


def test_every_arm_gets_the_same_items_and_its_own_score(
    tmp_path: Path, model: Path, data_dir: Path, count: Callable[[str], int]
) -> None:
    arms = [evaluating.arm("zero", model), evaluating.arm("terse", model, evaluating.TERSE)]
    spec = evaluating.spec(tmp_path, "r", data_dir=data_dir, arms=arms)
    script = Script(lambda folder, prompt: "Card." if "Which label" in prompt else "I think it is a card", count)

    result = run(spec, script)

    items = evaluating.by_arm(Path(spec.run_dir))
    assert [item.item for item in items["zero"]] == [item.item for item in items["terse"]]
    assert [(score.arm, score.items, score.correct, score.format_valid) for score in result.arms] == [
        ("zero", 9, 0, 0),
        ("terse", 9, sum(item.target == "card" for item in items["terse"]), 9),
    ]
    assert len(script.engines) == 1
    assert script.engines[0].closed


def test_items_that_fail_or_are_empty_are_errors_and_not_wrong(
    tmp_path: Path, model: Path, data_dir: Path, count: Callable[[str], int]
) -> None:
    spec = evaluating.spec(tmp_path, "r", data_dir=data_dir, arms=[evaluating.arm("zero", model)])
    answers: Iterator[Generated | str] = iter(
        [Generated("ca", 0, 1, "the engine ended the request: abort"), " \n", *["card"] * 7]
    )

    result = run(spec, Script(lambda folder, prompt: next(answers), count))

    first, second, *rest = evaluating.by_arm(Path(spec.run_dir))["zero"]
    assert (first.output, first.correct, first.error) == (None, None, "the engine ended the request: abort")
    assert (second.output, second.correct, second.error) == (" \n", None, "the output is empty")
    assert all(item.correct is not None and item.error is None for item in rest)
    assert result.arms[0].errors == 2
    assert result.arms[0].correct == sum(item.target == "card" for item in rest)


def test_the_same_prompt_under_other_weights_is_asked_again(
    tmp_path: Path, model: Path, other_model: Path, data_dir: Path, count: Callable[[str], int]
) -> None:
    arms = [evaluating.arm("one", model), evaluating.arm("two", other_model)]
    spec = evaluating.spec(tmp_path, "r", data_dir=data_dir, arms=arms)
    script = Script(lambda folder, prompt: "card" if folder == model else "rate", count)

    run(spec, script)

    items = evaluating.by_arm(Path(spec.run_dir))
    assert script.engines[0].asked == script.engines[1].asked
    assert {item.prediction for item in items["one"]} == {"card"}
    assert {item.prediction for item in items["two"]} == {"rate"}
    assert not {item.key for item in items["one"]} & {item.key for item in items["two"]}


def test_an_adapter_is_merged_once_loaded_after_the_others_and_removed(
    tmp_path: Path, model: Path, adapter: Path, data_dir: Path, count: Callable[[str], int]
) -> None:
    arms = [
        evaluating.arm("zero", model),
        evaluating.arm("tuned", model, adapter=adapter),
        evaluating.arm("terse", model, evaluating.TERSE),
    ]
    spec = evaluating.spec(tmp_path, "r", data_dir=data_dir, arms=arms)
    loaded: list[str] = []

    def say(folder: Path, prompt: str) -> str:
        loaded.append(folder.name)
        return "card"

    result = run(spec, Script(say, count))

    assert [score.arm for score in result.arms] == ["zero", "tuned", "terse"]
    assert loaded[:18] == ["model"] * 18
    assert all(name.startswith("merged-") for name in loaded[18:])
    assert not list(Path(spec.run_dir).glob("*merged*"))


def test_a_run_stopped_between_batches_goes_on_with_the_same_end(
    tmp_path: Path, model: Path, data_dir: Path, count: Callable[[str], int]
) -> None:
    arms = [evaluating.arm("zero", model), evaluating.arm("terse", model, evaluating.TERSE)]
    whole = evaluating.spec(tmp_path / "whole", "r", data_dir=data_dir, arms=arms)
    broken = evaluating.spec(tmp_path / "broken", "r", data_dir=data_dir, arms=arms)
    expected = run(whole, Script(always("card"), count))
    stop = StopRequest()

    def say(folder: Path, prompt: str) -> str:
        stop.signal = "SIGINT" if "Which label" in prompt else None
        return "card"

    with pytest.raises(Interrupted):
        run(broken, Script(say, count), stop)
    script = Script(always("card"), count)
    again = run(broken, script)

    assert len(script.engines[0].asked) == 5
    assert [event["cached"] for event in evaluating.event_bodies(Path(broken.run_dir), "arm_progress")][-3:] == [
        4,
        4,
        4,
    ]
    assert evaluating.results(Path(broken.run_dir)) == evaluating.results(Path(whole.run_dir))
    assert [score.model_copy(update={"seconds": 0.0}) for score in again.arms] == [
        score.model_copy(update={"seconds": 0.0}) for score in expected.arms
    ]


def test_nothing_is_loaded_when_every_item_is_in_the_journal(
    tmp_path: Path, model: Path, data_dir: Path, count: Callable[[str], int]
) -> None:
    spec = evaluating.spec(tmp_path, "r", data_dir=data_dir, arms=[evaluating.arm("zero", model)])
    first = run(spec, Script(always("rate"), count))
    script = Script(always("card"), count)

    second = run(spec, script)

    assert script.engines == []
    assert second.arms == first.arms
    assert second.items_head == first.items_head


def test_progress_carries_dollars_at_the_price(
    tmp_path: Path, model: Path, data_dir: Path, count: Callable[[str], int]
) -> None:
    spec = evaluating.spec(tmp_path, "r", data_dir=data_dir, arms=[evaluating.arm("zero", model)])

    result = run(spec, Script(always("rate"), count))

    for event in evaluating.event_bodies(Path(spec.run_dir), "arm_progress"):
        assert float(event["usd_so_far"]) == pytest.approx(event["elapsed_s"] / 1000, abs=1e-6)
    assert result.usd is not None
    assert abs(result.usd - Decimal(str(result.machine_hours)) * Decimal("3.6")) < Decimal("0.00001")
    assert result.engine.startswith("fallback: transformers ")
    assert "fallback" in evaluating.event_bodies(Path(spec.run_dir), "warning")[0]["message"]


def test_a_prompt_longer_than_the_setting_raises_the_setting_and_says_so(
    tmp_path: Path, model: Path, data_dir: Path, count: Callable[[str], int]
) -> None:
    long = Prompt(id="long", system="Labels: card; rate; refund.", shots=(Shot(input="x " * 120, output="card"),))
    spec = evaluating.spec(tmp_path, "r", data_dir=data_dir, arms=[evaluating.arm("long", model, long)])
    seen: list[int] = []
    script = Script(always("card"), count)

    def opening(weights: Weights, settings: Any, *, facts: Any, seed: int) -> Any:
        seen.append(settings.max_model_len)
        return script.open(weights, settings, facts=facts, seed=seed)

    with Emitter(Path(spec.run_dir), "r") as emitter:
        evaluate.run(spec, emitter, import_engine=lambda settings: opening)

    longest = max(item.prompt_tokens for item in evaluating.by_arm(Path(spec.run_dir))["long"])
    assert longest + 6 > spec.engine.max_model_len
    assert longest + 6 <= seen[0] <= 512
    assert any(
        "max_model_len raised" in one["message"] for one in evaluating.event_bodies(Path(spec.run_dir), "warning")
    )


def refused(spec: EvaluateSpec, count: Callable[[str], int]) -> InputError:
    script = Script(always("card"), count)
    with pytest.raises(InputError) as error:
        run(spec, script)
    assert script.engines == []
    assert "\n" not in error.value.message
    return error.value


def test_a_prompt_longer_than_the_model_reads_is_refused(
    tmp_path: Path, model: Path, data_dir: Path, count: Callable[[str], int]
) -> None:
    long = Prompt(id="long", system="Labels: card; rate; refund.", shots=(Shot(input="x " * 600, output="card"),))
    spec = evaluating.spec(tmp_path, "r", data_dir=data_dir, arms=[evaluating.arm("long", model, long)])

    assert "the model reads 512" in refused(spec, count).message


def test_another_model_adapter_or_data_is_refused_naming_both(
    tmp_path: Path, model: Path, adapter: Path, data_dir: Path, count: Callable[[str], int]
) -> None:
    wrong = "f" * 64
    changed_model = evaluating.arm("zero", model, model_sha256=wrong)
    changed_adapter = evaluating.arm("tuned", model, adapter=adapter, adapter_sha256=wrong)

    def make(one: Arm, **more: str) -> EvaluateSpec:
        return evaluating.spec(tmp_path, one.id, data_dir=data_dir, arms=[one], **more)

    for spec, actual in (
        (make(changed_model), fingerprint(model)),
        (make(changed_adapter), fingerprint(adapter)),
        (make(evaluating.arm("zero2", model), data_sha256=wrong), ""),
    ):
        said = refused(spec, count).message
        assert wrong[:12] in said
        assert actual[:12] in said


def test_more_items_than_the_split_has_and_unknown_arms_in_the_plan_are_refused(
    tmp_path: Path, model: Path, data_dir: Path, count: Callable[[str], int]
) -> None:
    arms = [evaluating.arm("zero", model)]
    plan = EvaluationPlan(baseline="zero", candidate="tuned", items=9)

    many = evaluating.spec(tmp_path, "a", data_dir=data_dir, arms=arms, items=10)
    unknown = evaluating.spec(tmp_path, "b", data_dir=data_dir, arms=arms, plan=plan)
    twice = evaluating.spec(tmp_path, "c", data_dir=data_dir, arms=arms * 2)

    assert refused(many, count).message == "test has 9 items, 10 are asked for"
    assert "candidate 'tuned' is not an arm" in refused(unknown, count).message
    assert "same id" in refused(twice, count).message


def test_an_engine_that_reads_other_tokens_than_training_stops_the_run(
    tmp_path: Path, model: Path, data_dir: Path, count: Callable[[str], int]
) -> None:
    spec = evaluating.spec(tmp_path, "r", data_dir=data_dir, arms=[evaluating.arm("zero", model)])

    with pytest.raises(AssertionError, match="tokens of item"):
        run(spec, Script(always("card"), lambda prompt: count(prompt) + 1))


def test_a_plan_for_another_number_of_items_is_said_before_the_first_output(
    tmp_path: Path, model: Path, data_dir: Path, count: Callable[[str], int]
) -> None:
    arms = [evaluating.arm("zero", model), evaluating.arm("terse", model, evaluating.TERSE)]
    plan = EvaluationPlan(baseline="zero", candidate="terse", items=20)
    spec = evaluating.spec(tmp_path, "r", data_dir=data_dir, arms=arms, plan=plan)

    run(spec, Script(always("card"), count))

    assert "the plan foresees 20 items, the test split gives 9" in [
        event["message"] for event in evaluating.event_bodies(Path(spec.run_dir), "warning")
    ]
