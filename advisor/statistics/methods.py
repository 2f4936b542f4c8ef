"""Which statistics ``tunewise stats`` knows, by name: inputs in, the fields of the answer out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from advisor.statistics import inputs as given
from advisor.statistics.agreement import cohen_kappa
from advisor.statistics.mcnemar import mcnemar
from advisor.statistics.multiplicity import benjamini_hochberg, bonferroni, holm
from advisor.statistics.noninferiority import noninferiority_n_paired, noninferiority_paired, whole_items
from advisor.statistics.paired import newcombe_interval, paired_accuracy_difference, tango_interval
from advisor.statistics.permutation import sign_flip_mean
from advisor.statistics.power import miller_mde, miller_sample_size, paired_variance, resample_variance_ratio
from advisor.statistics.proportion import clopper_pearson, wilson

Answer = dict[str, Any]


class Method(NamedTuple):
    """A statistic: what it takes and how it answers."""

    takes: type[given.Inputs]
    answer: Callable[[Any], Answer]


def _tango(values: given.Table) -> Answer:
    return {"diff": values.table.difference, **tango_interval(values.table)._asdict()}


def _newcombe(values: given.Table) -> Answer:
    return {"diff": values.table.difference, **newcombe_interval(values.table)._asdict()}


def _noninferiority(values: given.TableWithMargin) -> Answer:
    return noninferiority_paired(values.table, margin=values.margin, alpha=values.alpha)._asdict()


def _noninferiority_n(values: given.NonInferiorityPlan) -> Answer:
    n = noninferiority_n_paired(**values.model_dump())
    return {"n": n, "n_ceil": whole_items(n)}


def _variance(values: given.Power) -> float:
    return paired_variance(
        omega2=values.omega2, sigma2_a=values.sigma2_a, sigma2_b=values.sigma2_b, k_a=values.k_a, k_b=values.k_b
    )


def _sample_size(values: given.SampleSize) -> Answer:
    n = miller_sample_size(_variance(values), values.delta, alpha=values.alpha, power=values.power)
    return {"n": n, "n_ceil": whole_items(n)}


def _mde(values: given.Detectable) -> Answer:
    return {"mde": miller_mde(_variance(values), values.n, alpha=values.alpha, power=values.power)}


def _holm(values: given.PValues) -> Answer:
    return holm(values.p, alpha=values.alpha)._asdict()


def _benjamini_hochberg(values: given.PValuesAtRate) -> Answer:
    adjusted, strict = benjamini_hochberg(values.p, q=values.q), bonferroni(values.p, alpha=values.q)
    return {"n_reject": sum(adjusted.reject), "bonferroni_n_reject": sum(strict.reject), **adjusted._asdict()}


def _sign_flip(values: given.Differences) -> Answer:
    return sign_flip_mean(values.diff, resamples=values.resamples, seed=values.seed)._asdict()


METHODS: Mapping[str, Method] = {
    "mcnemar": Method(given.Table, lambda values: mcnemar(values.table)._asdict()),
    "wilson_ci_95": Method(given.Count, lambda values: wilson(values.k, values.n)._asdict()),
    "clopper_pearson_95": Method(given.Count, lambda values: clopper_pearson(values.k, values.n)._asdict()),
    "tango_paired_diff_ci_95": Method(given.Table, _tango),
    "newcombe_paired_diff_ci_95": Method(given.Table, _newcombe),
    "paired_accuracy_difference": Method(
        given.Table, lambda values: paired_accuracy_difference(values.table)._asdict()
    ),
    "noninferiority_paired": Method(given.TableWithMargin, _noninferiority),
    "noninferiority_n_paired": Method(given.NonInferiorityPlan, _noninferiority_n),
    "sign_flip_permutation_mean": Method(given.Differences, _sign_flip),
    "holm": Method(given.PValues, _holm),
    "benjamini_hochberg": Method(given.PValuesAtRate, _benjamini_hochberg),
    "cohen_kappa": Method(given.Ratings, lambda values: cohen_kappa(values.table)._asdict()),
    "miller_sample_size": Method(given.SampleSize, _sample_size),
    "miller_mde": Method(given.Detectable, _mde),
    "miller_resample_variance_ratio": Method(
        given.Resamples, lambda values: {"ratio": [resample_variance_ratio(k) for k in values.k]}
    ),
}
