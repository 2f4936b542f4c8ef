"""The lm-eval task that a data folder is, made from its manifest: no code by whoever brings the data.

lm-eval drives the model, reads the answers through our one filter and computes the metric; its own task index
(10 s to scan) and its cache (whose key has no model in it) are left out.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.answers import read_answer
from harness.items import Item

if TYPE_CHECKING:
    from lm_eval.api.model import LM

METRIC = "exact_match"
SPLIT = "items"


def task_config(
    name: str, items: Sequence[Item], *, labels: tuple[str, ...], stop: Sequence[str], max_new_tokens: int
) -> dict[str, Any]:
    """A generate-until task over rendered prompts, scored by exact match of the answer read from the output."""
    return {
        "task": name,
        "custom_dataset": lambda **_: {SPLIT: as_dataset(items)},
        "test_split": SPLIT,
        "output_type": "generate_until",
        "doc_to_text": lambda doc: doc["prompt"],
        "doc_to_target": lambda doc: read_answer(doc["target"], labels).prediction,
        "description": "",
        "target_delimiter": "",
        "num_fewshot": 0,
        "generation_kwargs": {
            "until": list(stop),
            "max_gen_toks": max_new_tokens,
            "do_sample": False,
            "temperature": 0.0,
        },
        "filter_list": [
            {
                "name": "answer",
                "filter": [{"function": "custom", "filter_fn": answers_of(labels)}, {"function": "take_first"}],
            }
        ],
        "metric_list": [{"metric": METRIC, "aggregation": "mean", "higher_is_better": True}],
        "metadata": {"version": 1},
    }


def as_dataset(items: Sequence[Item]) -> Any:
    """Items as the table that lm-eval walks through; in memory, nothing is cached on disk."""
    from datasets import Dataset  # noqa: PLC0415 - a second to import

    return Dataset.from_list([item._asdict() for item in items])


def answers_of(labels: tuple[str, ...]) -> Any:
    """The filter for lm-eval: each output's answer, by the rule that every arm is read with."""

    def apply(responses: Sequence[Sequence[str]], docs: Sequence[Mapping[str, Any]]) -> list[list[str]]:
        del docs
        return [[read_answer(text, labels).prediction for text in repeats] for repeats in responses]

    return apply


def score(model: LM, config: Mapping[str, Any], *, seed: int) -> list[dict[str, Any]]:
    """Run lm-eval over the task; returns its samples in the order of the items."""
    from lm_eval import simple_evaluate  # noqa: PLC0415 - a second to import
    from lm_eval.tasks import TaskManager  # noqa: PLC0415 - as above

    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    results = simple_evaluate(
        model=model,
        tasks=[dict(config)],
        task_manager=TaskManager(include_defaults=False),
        log_samples=True,
        bootstrap_iters=0,
        random_seed=seed,
        numpy_random_seed=seed,
        torch_random_seed=seed,
        fewshot_random_seed=seed,
    )
    samples: list[dict[str, Any]] = results["samples"][config["task"]]
    return sorted(samples, key=lambda sample: int(sample["doc_id"]))
