"""Fit the estimator's constants to the published measurements: ``python -m scripts.estimator.fit`` writes constants.toml.

Least squares of logarithmic errors with a soft loss, every source weighing the square root of its rows, and every
constant held to what is known of it beforehand (``priors.toml``): a few hundred rows of seven sources say much less about a
new framework than the counting of its tensors does.
"""

from __future__ import annotations

import argparse
import math
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from advisor.estimate.constants import Constants, constants_from
from catalog.load import load
from scripts.estimator.columns import Columns, Floats, columns, predictor
from scripts.estimator.rows import measured

HERE = Path(__file__).parent
TARGET = HERE.parents[1] / "advisor" / "estimate" / "constants.toml"
SECTIONS = {"memory": "memory", "throughput": "training", "serving": "serving"}
NOISE = {"memory": 0.12, "throughput": 0.12, "serving": 0.20}
"""Standard deviation of a logarithmic error that is nobody's fault."""
PRIOR_WEIGHT = 12.0
"""Of one constant against one row: rows of a source are alike, so hundreds count as a few."""
SECOND_FIGURE_WEIGHT = 0.7
Prior = tuple[float, float, str]


def main() -> None:
    """Fit every part and write the data file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=TARGET, help="data file to write")
    target = parser.parse_args().to
    now = tomllib.loads(TARGET.read_text("utf-8"))
    known = priors()
    start = starting(now, known)
    for part, section in SECTIONS.items():
        of = columns(part, measured(part), load(), constants_from(start))
        start[section] |= fitted_values(of, start, known[section])
        print(f"{part}: {len(of.value)} figures of {len(set(of.sources))} sources")
    target.write_text(page(start, known), "utf-8")


def priors() -> dict[str, dict[str, Prior]]:
    """Section to constant to value, spread and reason."""
    data = tomllib.loads((HERE / "priors.toml").read_text("utf-8"))
    return {section: {name: tuple(prior) for name, prior in values.items()} for section, values in data.items()}


def starting(now: Mapping[str, Any], known: Mapping[str, Mapping[str, Prior]]) -> dict[str, dict[str, Any]]:
    """The data file with every fitted constant at its prior."""
    return {
        section: dict(values) | {k: v[0] for k, v in known.get(section, {}).items()} for section, values in now.items()
    }


def fitted_values(of: Columns, start: Mapping[str, Any], known: Mapping[str, Prior]) -> dict[str, float]:
    """Constant to fitted value, four digits."""
    names = list(known)
    centre = np.log([known[name][0] for name in names])
    spread = np.array([known[name][1] for name in names])
    foreseen, answer, weight = predictor(of), np.log(of.value), _weights(of)

    def misses(logs: Floats) -> Floats:
        errors = np.log(foreseen(constants_with(start, of.part, names, logs))) - answer
        return np.concatenate([errors * weight / NOISE[of.part], (logs - centre) / spread * PRIOR_WEIGHT])

    found = least_squares(misses, centre, loss="soft_l1", max_nfev=40)
    return {name: float(f"{math.exp(value):.4g}") for name, value in zip(names, found.x, strict=True)}


def constants_with(start: Mapping[str, Any], part: str, names: list[str], logs: Floats) -> Constants:
    """The starting constants with some of a part's replaced."""
    section = SECTIONS[part]
    changed = dict(zip(names, map(float, np.exp(logs)), strict=True))
    return constants_from({**start, section: {**start[section], **changed}})


def _weights(of: Columns) -> Floats:
    """Every source weighs the square root of its rows."""
    counts = Counter(of.sources)
    second = [SECOND_FIGURE_WEIGHT if "(allocated)" in source else 1.0 for source in of.sources]
    weight = np.array(second) / np.sqrt([counts[source] for source in of.sources])
    return np.asarray(weight / weight.mean(), float)


def page(values: Mapping[str, Mapping[str, Any]], known: Mapping[str, Mapping[str, Prior]]) -> str:
    """The data file's text."""
    lines = [
        "# Constants of the estimator that no data sheet states; docs/method.md has the formulas. Written by",
        "# `python -m scripts.estimator.fit` from benchmarks/calibration and the priors beside that script.",
    ]
    for section, constants in values.items():
        lines += ["", f"[{section}]"]
        lines += [_line(name, value, known.get(section, {}).get(name)) for name, value in constants.items()]
    return "\n".join(lines) + "\n"


def _line(name: str, value: Any, prior: Prior | None) -> str:
    shown = f"[{', '.join(f'{one:g}' for one in value)}]" if isinstance(value, list) else f"{value:g}"
    said = REASONS.get(name, "") if prior is None else f"fitted from {prior[0]:g}: {prior[2]}"
    return f"{name} = {shown}" + (f"  # {said}" if said else "")


REASONS = {
    "eager_score_bytes": "counted: softmax in fp32 and its 16-bit cast, per head and key",
    "adapter_output_bytes": "counted: DoRA's output of the matrix in 16 bit and of the adapter in 16 bit or fp32: 4 to 6",
    "headroom": "judged: too little costs a failed run, too much a larger card",
    "memory_share": "engine default: share of the memory that the engine takes",
    "memory": "80 % of other sources' figures lie between, each source left out of the fit in turn",
    "training": "the same",
    "serving": "the same",
    "machine": "judged: one machine measured, 1.6 times slower beside other work",
}


if __name__ == "__main__":
    main()
