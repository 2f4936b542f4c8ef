"""The statistics that verdicts rest on: pure functions, each with the source of its formula.

Scipy and numpy are imported where they are used, so that what does not compare anything does not pay for them.
"""

from __future__ import annotations

from advisor.statistics.agreement import Kappa, cohen_kappa
from advisor.statistics.mcnemar import McNemar, mcnemar
from advisor.statistics.multiplicity import Adjusted, benjamini_hochberg, bonferroni, holm
from advisor.statistics.noninferiority import NonInferiority, noninferiority_n_paired, noninferiority_paired
from advisor.statistics.paired import (
    PairedDifference,
    PairedTable,
    newcombe_interval,
    paired_accuracy_difference,
    probability_above,
    tango_interval,
    tango_z,
)
from advisor.statistics.permutation import SignFlip, sign_flip_mean
from advisor.statistics.power import miller_mde, miller_sample_size, resample_variance_ratio
from advisor.statistics.proportion import Interval, clopper_pearson, wilson

__all__ = [
    "Adjusted",
    "Interval",
    "Kappa",
    "McNemar",
    "NonInferiority",
    "PairedDifference",
    "PairedTable",
    "SignFlip",
    "benjamini_hochberg",
    "bonferroni",
    "clopper_pearson",
    "cohen_kappa",
    "holm",
    "mcnemar",
    "miller_mde",
    "miller_sample_size",
    "newcombe_interval",
    "noninferiority_n_paired",
    "noninferiority_paired",
    "paired_accuracy_difference",
    "probability_above",
    "resample_variance_ratio",
    "sign_flip_mean",
    "tango_interval",
    "tango_z",
    "wilson",
]
