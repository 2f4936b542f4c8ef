"""The same published measurements put to other tools, beside this project, and the same command timed in turn.

    python -m benchmarks.estimator.peers --peers DIR [--rounds 9]

DIR holds one environment for each peer, named as its package, made beforehand:

    python -m venv DIR/ridgepoint && DIR/ridgepoint/bin/pip install ridgepoint      # and so on; ftuneai as 'ftuneai[cli]'

How a question becomes a peer's parameters stands at the top of its adapter in ``adapters``. A peer is scored on the rows
that it answers, and this project on those same rows, once with the row's source left out of the fit and once as it
ships. No answer counts as no answer, with its reason. Nothing is fetched: models' dimensions are handed over, those
that this project's own estimate of the row rests on.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from advisor.errors import BadInput
from advisor.estimate import predict
from benchmarks.estimator.machine import machine
from benchmarks.estimator.questions import OF_THE_FIT, PARTS, Asked, asked
from catalog.load import load
from scripts.estimator.page import answer, without_source
from scripts.estimator.score import Meeting, mean_over_sources

HERE = Path(__file__).resolve().parent
PEERS = ("canifinetune", "ftuneai", "train-in-silence", "tinyforge", "ridgepoint", "vramscout")
ENVIRONMENT = {**os.environ, "HF_HUB_OFFLINE": "1", "NO_COLOR": "1", "COLUMNS": "80"}
Answers = dict[tuple[str, str], dict[str, Any]]
"""By part and id."""


def main() -> None:
    """Ask, score, time, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, required=True, help="folder of the peers' environments")
    parser.add_argument("--rounds", type=int, default=9, help="of the timing, after one that does not count")
    given = parser.parse_args()
    rows = list(asked())
    answers = {name: ask(given.peers / name, name, rows) for name in PEERS}
    ours = {"left_out": our_own(rows, left_out=True), "shipped": our_own(rows, left_out=False)}
    found = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": {name: version(given.peers / name, name) for name in PEERS},
        "parts": {part: scored(part, rows, answers, ours) for part in PARTS},
        "commands": timed(given.peers, given.rounds),
    }
    target = HERE / f"results-peers-{found['date']}.json"
    target.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(table(found))


def ask(environment: Path, name: str, rows: Sequence[Asked]) -> Answers:
    """All answers of a peer; none where it is not there. Raises CalledProcessError where its adapter breaks."""
    python = environment / "bin" / "python"
    if not python.exists():
        return {}
    adapter = HERE / "adapters" / f"ask_{name.replace('-', '_')}.py"
    text = "".join(json.dumps(row.question) + "\n" for row in rows)
    done = subprocess.run(
        [python, adapter], input=text, capture_output=True, text=True, env=ENVIRONMENT, check=True, timeout=600
    )
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {(one["part"], one["id"]): one for one in said}


def our_own(rows: Sequence[Asked], *, left_out: bool) -> dict[tuple[str, str], Meeting]:
    """Our figures by part and id."""
    of = {part: without_source(part) for part in OF_THE_FIT} if left_out else {}
    found = {}
    for row in rows:
        constants = of[row.part](row.source) if row.part in of else None
        try:
            figure = _figure(row, predict(row.spec, load(), constants))
        except BadInput:
            continue
        if figure is not None:
            found[row.part, row.id] = Meeting(row.source, row.value, *figure)
    return found


def _figure(row: Asked, made: Any) -> tuple[float, float, float] | None:
    """Expected, low and high; serving's memory as a whole is no figure of ours, its cache has no interval."""
    if row.part in OF_THE_FIT:
        span = answer(row.part, made)
        return None if span is None else (span.expected, span.low, span.high)
    tokens = made.kv_cache_tokens if row.part == "kv_cache" else None
    return (float(tokens),) * 3 if tokens else None


def scored(
    part: str,
    rows: Sequence[Asked],
    answers: Mapping[str, Answers],
    ours: Mapping[str, Mapping[tuple[str, str], Meeting]],
) -> dict[str, Any]:
    """A part: ours on all its rows, and each peer on what it answers, beside ours on the same."""
    of = [row for row in rows if row.part == part]
    keys = [(part, row.id) for row in of]
    return {
        "rows": len(of),
        "ours": {way: _score([found[key] for key in keys if key in found]) for way, found in ours.items()},
        "peers": {name: _peer(of, given, ours) for name, given in answers.items()},
    }


def _peer(
    rows: Sequence[Asked], given: Answers, ours: Mapping[str, Mapping[tuple[str, str], Meeting]]
) -> dict[str, Any]:
    met = {(row.part, row.id): _meeting(row, given.get((row.part, row.id), {"why": "not installed"})) for row in rows}
    keys = [key for key, one in met.items() if one is not None]
    whys = Counter(
        given.get(key, {"why": "not installed"}).get("why", "no positive figure") for key in met if key not in keys
    )
    return {
        "answered": len(keys),
        "score": _score([one for one in met.values() if one is not None]),
        "ours_on_the_same": {way: _score([found[key] for key in keys if key in found]) for way, found in ours.items()},
        "no_answer": dict(whys.most_common(5)),
    }


def _meeting(row: Asked, given: Mapping[str, Any]) -> Meeting | None:
    """A peer's figure, which has no interval."""
    value = given.get(row.part)
    return Meeting(row.source, row.value, value, value, value) if value and 0 < value < float("inf") else None


def _score(met: Sequence[Meeting]) -> dict[str, float] | None:
    """Mean over sources, and the number of rows."""
    if not met:
        return None
    found = dataclasses.asdict(mean_over_sources(met))
    bare = all(one.low == one.high for one in met)
    return {name: value for name, value in found.items() if not (bare and name in ("coverage", "width"))}


def timed(peers: Path, rounds: int) -> dict[str, Any]:
    """Seconds of whole commands, one after another in each round, and each peer's time over ours, round by round."""
    with tempfile.TemporaryDirectory() as folder:
        commands = {name: command for name, command in whole_commands(peers, Path(folder)).items() if command}
        taken: dict[str, list[float]] = {name: [] for name in commands}
        codes = {name: _run(command)[1] for name, command in commands.items()}
        for _ in range(rounds):
            for name, command in commands.items():
                taken[name].append(_run(command)[0])
    ratios = {name: [a / b for a, b in zip(times, taken["tunewise"], strict=True)] for name, times in taken.items()}
    return {
        name: {"median_s": statistics.median(times), "ratio": statistics.median(ratios[name]), "exit": codes[name]}
        for name, times in taken.items()
    }


def _run(command: Sequence[str | Path]) -> tuple[float, int]:
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, env=ENVIRONMENT, check=False, timeout=120)
    return time.perf_counter() - start, done.returncode


def whole_commands(peers: Path, folder: Path) -> dict[str, list[str | Path]]:
    """LoRA of Qwen2.5-7B on an A100 80GB, or serving it where a tool knows only that."""
    spec = folder / "one.jsonl"
    spec.write_text(json.dumps(WORKLOAD) + "\n")
    request, config = folder / "request.json", folder / "config.json"
    request.write_text(json.dumps(REQUEST))
    config.write_text(json.dumps(CONFIG))
    found: dict[str, list[str | Path]] = {
        "tunewise": [Path(sys.executable).with_name("tunewise"), "estimate", spec, "--json"]
    }
    for name, arguments in _arguments(request, config).items():
        program = peers / name / "bin" / str(arguments[0])
        if program.exists():
            found[name] = [program, *arguments[1:]]
    return found


def _arguments(request: Path, config: Path) -> dict[str, list[str | Path]]:
    lora = "--method lora --seq-len 2048 --micro-batch-size 2 --lora-rank 16 --target-scope all_linear"
    card = "--model Qwen/Qwen2.5-7B-Instruct --gpu-vram-gb 80"
    ftune = "--method lora -q none -b 2 -s 2048 -r 16 --lora-target all_linear -o json"
    return {
        "canifinetune": ["canifinetune", "estimate", *card.split(), *lora.split(), "--offline", "--json"],
        "ftuneai": ["ftune", "estimate", "-m", "Qwen/Qwen2.5-7B", *ftune.split()],
        "train-in-silence": ["tis", "recommend", request, "-o", "json"],
        "tinyforge": ["tinyforge", "memory", "--params-b", "7.6", "--quant", "none", "--no-measure", "--json"],
        "ridgepoint": ["ridgepoint", "fit", "qwen2.5-7b", "--gpu", "a100-80gb:1", "--json"],
        "vramscout": ["vramscout", config, "--vram-gib", "80", "--json"],
    }


WORKLOAD = {
    "id": "one", "task": "training", "model": "Qwen/Qwen2.5-7B-Instruct", "method": "lora", "lora_rank": 16,
    "lora_targets": "all", "weight_dtype": "bf16", "optimizer": "AdamW", "seq_len": 2048, "micro_batch": 2,
    "grad_accum": 1, "activation_ckpt": "y", "flash_attn": "y", "gpu": "A100 80GB SXM4", "n_gpus": 1,
    "parallelism": "none",
}  # fmt: skip
CONFIG = {
    "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_size": 3584, "intermediate_size": 18944,
    "num_hidden_layers": 28, "num_attention_heads": 28, "num_key_value_heads": 4, "vocab_size": 152064,
    "max_position_embeddings": 32768, "tie_word_embeddings": False, "torch_dtype": "bfloat16",
    "num_parameters": 7615616512,
}  # fmt: skip
REQUEST = {
    "workload": {
        "model": {"name": "Qwen2.5-7B", "params": 7615616512, "num_layers": 28, "num_heads": 28, "num_kv_heads": 4,
                  "hidden_dim": 3584, "vocab_size": 152064},
        "training": {"method": "lora", "batch_size": 2, "seq_len": 2048},
        "data": {"dataset_tokens": 10000000},
    },
}  # fmt: skip


def version(environment: Path, name: str) -> str | None:
    """Of a peer; None where it is not installed."""
    python = environment / "bin" / "python"
    if not python.exists():
        return None
    program = f"import importlib.metadata as m; print(m.version({name!r}))"
    done = subprocess.run([python, "-c", program], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def table(found: Mapping[str, Any]) -> str:
    """A row for each part and peer that answers."""
    lines = [f"{'part':<16}{'tool':<18}{'rows':>10}{'median':>8}{'in 20 %':>8}{'too low':>8}{'ours':>7}{'in 20 %':>8}"]
    for part, of in found["parts"].items():
        lines += [_line(part, name, one, of["rows"]) for name, one in of["peers"].items() if one["score"]]
    lines += [
        f"{name:<18}{one['median_s']:.3f} s {one['ratio']:6.1f}x exit {one['exit']}"
        for name, one in found["commands"].items()
    ]
    return "\n".join(lines)


def _line(part: str, name: str, one: Mapping[str, Any], rows: int) -> str:
    def cell(score: Mapping[str, float] | None, field: str) -> str:
        return f"{score[field]:.0%}" if score else "-"

    theirs, ours = one["score"], one["ours_on_the_same"]["left_out"]
    cells: list[tuple[Callable[..., str], Any, str]] = [
        (cell, theirs, field) for field in ("median_error", "within_20", "too_low")
    ]
    shown = [make(score, field) for make, score, field in cells]
    return (
        f"{part:<16}{name:<18}{one['answered']:>5}/{rows:<4}" + "".join(f"{text:>8}" for text in shown)
        + f"{cell(ours, 'median_error'):>7}{cell(ours, 'within_20'):>8}"
    )  # fmt: skip


if __name__ == "__main__":
    main()
