"""Memory, speed and fit of a workload, foreseen from its shape: pure, standard library only.

Every estimate is an 80 % interval with its assumptions. What the workload does not say widens the interval and is
named; nothing is silently filled in.
"""

from advisor.estimate.machine import MachineNeed, evaluation_estimate, machine_estimate
from advisor.estimate.predict import expected_peak_gib, predict
from advisor.estimate.records import Prediction

__all__ = ["MachineNeed", "Prediction", "evaluation_estimate", "expected_peak_gib", "machine_estimate", "predict"]
