"""``docs/accuracy.md`` with its plots: ``python -m scripts.estimator.page``.

Each source is left out in turn: the constants are fitted to the others, and its figures are foreseen with them.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from advisor.errors import BadInput
from advisor.estimate import Prediction, predict
from advisor.estimate.constants import Constants, constants_from
from catalog.load import load
from harness.protocol import Range
from scripts.estimator.beside import section
from scripts.estimator.columns import chosen, columns
from scripts.estimator.fit import SECTIONS, TARGET, fitted_values, priors, starting
from scripts.estimator.rows import Measured, measured, outcomes
from scripts.estimator.score import Meeting, Score, by_source, mean_over_sources, score

DOCS = Path(__file__).resolve().parents[2] / "docs"
TITLES = {"memory": "Peak memory", "throughput": "Training speed", "serving": "Serving speed"}
UNITS = {"memory": "GiB on the fullest GPU", "throughput": "tokens/s and GPU", "serving": "output tokens/s of all GPUs"}
TIERS = ("extended", "strict")


@dataclass(frozen=True)
class Result:
    """A part: figures foreseen with their source left out, and with all sources in."""

    part: str
    left_out: list[Meeting]
    all_in: list[Meeting]
    unanswered: int


def main() -> None:
    """Write the page and its plots."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=DOCS, help="folder of the page")
    folder = parser.parse_args().to
    results = {tier: [result(part, tier) for part in SECTIONS] for tier in TIERS}
    (folder / "accuracy").mkdir(parents=True, exist_ok=True)
    for one in results["extended"]:
        plot(one, folder / "accuracy" / f"{one.part}.svg")
    (folder / "accuracy.md").write_text(page(results, fit_shares()), "utf-8")


def result(part: str, tier: str) -> Result:
    """Foresee every figure of a part twice."""
    rows = measured(part, tier)
    left = without_source(part)
    shipped = constants_from(tomllib.loads(TARGET.read_text("utf-8")))
    left_out = [met for row in rows if (met := meeting(part, row, left(row.source)))]
    all_in = [met for row in rows if (met := meeting(part, row, shipped))]
    return Result(part, left_out, all_in, len(rows) - len(all_in))


def without_source(part: str) -> Callable[[str], Constants]:
    """The constants fitted to all sources but one."""
    now, known = tomllib.loads(TARGET.read_text("utf-8")), priors()
    start = starting(now, known)
    of = columns(part, measured(part), load(), constants_from(start))
    section = SECTIONS[part]
    made: dict[str, Constants] = {}

    def constants(source: str) -> Constants:
        if source not in made:
            keep = np.array([not name.startswith(source) for name in of.sources])
            found = fitted_values(chosen(of, keep), start, known[section])
            made[source] = constants_from({**start, section: {**start[section], **found}})
        return made[source]

    return constants


def meeting(part: str, row: Measured, constants: Constants) -> Meeting | None:
    """What was foreseen beside what was measured; None where nothing was."""
    try:
        found = predict(row.spec, load(), constants)
    except BadInput:
        return None
    span = answer(part, found)
    return None if span is None else Meeting(row.source, row.value, span.expected, span.low, span.high)


def answer(part: str, found: Prediction) -> Range | None:
    """The part's range."""
    return {
        "memory": found.peak_gpu_memory_gib,
        "throughput": found.tokens_per_second_per_gpu,
        "serving": found.output_tokens_per_second,
    }[part]


def fit_shares() -> tuple[float, float, int]:
    """Share of the runs that ran and were said to fit, of those that did not and were said not to, and how many."""
    said: list[tuple[bool, bool]] = []
    for spec, ran in outcomes():
        try:
            fits = predict(spec, load()).fits
        except BadInput:
            continue
        if fits is not None:
            said.append((fits, ran))
    right = [fits for fits, ran in said if ran], [not fits for fits, ran in said if not ran]
    return sum(right[0]) / len(right[0]), sum(right[1]) / len(right[1]), len(said)


def page(results: dict[str, list[Result]], fits: tuple[float, float, int]) -> str:
    """The page's text."""
    lines = [
        "# How accurate the estimator is",
        "",
        "Made by `python -m scripts.estimator.page` from [published measurements](../benchmarks/calibration/README.md). Each",
        "source was left out of the fit in turn and foreseen from the others; the mean weighs every source the same.",
        "*Too low* counts figures foreseen more than 10 % below what was measured. *80 % interval* gives the share of figures",
        "inside it, and its mean width as high over low. Rows of the extended tier include those that their sources state less",
        "exactly; the strict tier leaves them out. The formulas, the priors and the widths of the intervals were chosen with",
        "all of these measurements in view, and only the fit leaves a source out: on sources that nobody has looked at yet",
        "expect more error than this.",
        "",
        "| | rows | median error | within 20 % | too low | 80 % interval | width |",
        "|---|---|---|---|---|---|---|",
    ]
    for tier, parts in results.items():
        lines += [_row(f"{TITLES[one.part]}, {tier}, left out", mean_over_sources(one.left_out)) for one in parts]
    lines += [
        _row(f"{TITLES[one.part]}, {TIERS[0]}, all in", mean_over_sources(one.all_in)) for one in results[TIERS[0]]
    ]
    lines += [
        "",
        f"Fit: of {fits[2]} runs that published whether they ran, {fits[0]:.0%} of those that ran were said to fit, and",
        f"{fits[1]:.0%} of those that ran out of memory were said not to.",
    ]
    for one in results[TIERS[0]]:
        lines += ["", *_part(one)]
    if beside := section():
        lines += ["", *beside]
    return "\n".join(lines) + "\n"


def _part(one: Result) -> list[str]:
    head = "| source, left out | rows | median error | within 20 % | too low | 80 % interval | width |"
    scores = by_source(one.left_out)
    worst = max(scores, key=lambda name: scores[name].median_error)
    return [
        f"## {TITLES[one.part]}",
        "",
        f"In {UNITS[one.part]}. {one.unanswered} rows without an answer. Poorest: {worst}, {scores[worst].median_error:.0%}.",
        "",
        f"![{TITLES[one.part]}: foreseen against measured](accuracy/{one.part}.svg)",
        "",
        head,
        "|---|---|---|---|---|---|---|",
        *(_row(name, found) for name, found in scores.items()),
        _row("all rows", score(one.left_out)),
    ]


def _row(name: str, found: Score) -> str:
    cells = (found.median_error, found.within_20, found.too_low, found.coverage)
    return f"| {name} | {found.rows} | " + " | ".join(f"{cell:.0%}" for cell in cells) + f" | {found.width:.2f}x |"


def plot(one: Result, path: Path) -> None:
    """Foreseen against measured, a colour for each source, intervals as lines."""
    import matplotlib as mpl  # noqa: PLC0415 - only this needs it

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "accuracy", "font.size": 9})
    from matplotlib import pyplot as plt  # noqa: PLC0415 - the same

    figure, axes = plt.subplots(figsize=(6.4, 5.2), layout="constrained")
    for number, source in enumerate(sorted({met.source for met in one.left_out})):
        _points(axes, [met for met in one.left_out if met.source == source], f"C{number}", source)
    ends = [min(met.actual for met in one.left_out), max(met.actual for met in one.left_out)]
    axes.plot(ends, ends, color="black", linewidth=0.8)
    for factor in (0.8, 1.2):
        axes.plot(ends, [factor * end for end in ends], color="grey", linewidth=0.6, linestyle="--")
    axes.set(xscale="log", yscale="log", xlabel=f"measured, {UNITS[one.part]}", ylabel="foreseen, its source left out")
    axes.legend(fontsize=7, frameon=False)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _points(axes: Any, met: Sequence[Meeting], colour: str, label: str) -> None:
    actual = [one.actual for one in met]
    axes.vlines(actual, [one.low for one in met], [one.high for one in met], color=colour, linewidth=0.5, alpha=0.25)
    axes.plot(actual, [one.expected for one in met], "o", color=colour, markersize=2.6, alpha=0.8, label=label)


if __name__ == "__main__":
    main()
