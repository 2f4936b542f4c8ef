"""Published figures that the statistics must reproduce, each with where it was published."""

from __future__ import annotations

from typing import Any, NamedTuple


class Published(NamedTuple):
    """One figure: what goes in, what comes out, how exactly it was printed, and where."""

    method: str
    inputs: dict[str, Any]
    expected: dict[str, Any]
    tolerance: float
    source: str


BENTUR = {"a": 1, "b": 1, "c": 7, "d": 12}
CORN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
FIFTEEN = [
    0.0001,
    0.0004,
    0.0019,
    0.0095,
    0.0201,
    0.0278,
    0.0298,
    0.0344,
    0.0459,
    0.324,
    0.4262,
    0.5719,
    0.6528,
    0.759,
    1.0,
]
MCNEMAR = {
    "exact_p": 0.0703125,
    "midp": 0.0390625,
    "chi2": 4.5,
    "asymptotic_p": 0.0338949,
    "chi2_cc": 3.125,
    "cc_p": 0.0770999,
}
MILLER = {"omega2": 1 / 9, "sigma2_a": 0, "sigma2_b": 0, "k_a": 1, "k_b": 1, "delta": 0.03, "alpha": 0.05, "power": 0.8}
NOISY = {"omega2": 1 / 9, "sigma2_a": 1 / 6, "sigma2_b": 1 / 6, "n": 198, "alpha": 0.05, "power": 0.8}

PUBLISHED = (
    Published("mcnemar", BENTUR, MCNEMAR, 5e-4, "Fagerland, Lydersen & Laake 2013, BMC Med Res Methodol 13:91, table 1"),
    Published("wilson_ci_95", {"k": 81, "n": 263}, {"lo": 0.2553, "hi": 0.3662}, 5e-4, "Newcombe 1998, Stat Med 17:857, table I"),
    Published("wilson_ci_95", {"k": 0, "n": 20}, {"lo": 0.0, "hi": 0.1611}, 5e-4, "Newcombe 1998, Stat Med 17:857, table I"),
    Published("clopper_pearson_95", {"k": 81, "n": 263}, {"lo": 0.2527, "hi": 0.3676}, 5e-4, "Newcombe 1998, Stat Med 17:857, table I"),
    Published("clopper_pearson_95", {"k": 0, "n": 20}, {"lo": 0.0, "hi": 0.1684}, 5e-4, "Newcombe 1998, Stat Med 17:857, table I"),
    Published("tango_paired_diff_ci_95", BENTUR, {"lo": -0.517, "hi": -0.026}, 5e-4, "Fagerland, Lydersen & Laake 2014, Stat Med 33:2850"),
    Published("newcombe_paired_diff_ci_95", BENTUR, {"lo": -0.507, "hi": -0.026}, 5e-4, "Fagerland, Lydersen & Laake 2014, Stat Med 33:2850"),
    Published("paired_accuracy_difference", BENTUR, {"lo": -0.520, "hi": -0.052}, 5e-4, "Fagerland, Lydersen & Laake 2014, Stat Med 33:2850, Wald"),
    Published("miller_sample_size", MILLER, {"n": 968.997, "n_ceil": 969}, 0.5, "Miller 2024, arXiv 2411.00640"),
    Published("miller_mde", {**NOISY, "k_a": 1, "k_b": 1}, {"mde": 0.132}, 1e-3, "Miller 2024, arXiv 2411.00640"),
    Published("miller_mde", {**NOISY, "k_a": 10, "k_b": 10}, {"mde": 0.075}, 1e-3, "Miller 2024, arXiv 2411.00640"),
    Published(
        "miller_resample_variance_ratio", {"k": [1, 2, 4, 6]}, {"ratio": [1, 2 / 3, 1 / 2, 4 / 9]}, 1e-9, "Miller 2024, arXiv 2411.00640"
    ),
    Published(
        "holm", {"p": [0.01, 0.04, 0.03, 0.005], "alpha": 0.05},
        {"reject": [True, False, False, True], "adjusted": [0.03, 0.06, 0.06, 0.02]}, 5e-4, "Holm 1979, step-down; R p.adjust",
    ),
    Published(
        "benjamini_hochberg", {"p": FIFTEEN, "q": 0.05}, {"n_reject": 4, "bonferroni_n_reject": 3}, 0,
        "Benjamini & Hochberg 1995, JRSS B 57:289, section 3.2",
    ),
    Published("cohen_kappa", {"table": [[20, 5], [10, 15]]}, {"kappa": 0.4}, 5e-4, "standard worked example of 50 proposals"),
    Published(
        "sign_flip_permutation_mean", {"diff": CORN},
        {"ge_count": 863, "total": 32768, "p_one_sided": 0.0263367, "p_two_sided": 0.0526733}, 5e-7,
        "Fisher 1935, The Design of Experiments, section 21: Darwin's Zea mays",
    ),
)  # fmt: skip
