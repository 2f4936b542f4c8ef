"""The statistics equal published figures and the libraries that do them right."""

from __future__ import annotations

import math
import random
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as oracle
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.inter_rater import cohens_kappa as statsmodels_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from advisor import statistics as ours
from advisor.statistics import PairedTable
from advisor.statistics.cases import Case, answer
from tests.advisor.statistics_figures import CORN, PUBLISHED, Published

counts = st.integers(0, 400)
tables = st.builds(PairedTable, counts, counts, counts, counts).filter(lambda table: table.n > 0)
probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@pytest.mark.parametrize("figure", PUBLISHED, ids=lambda figure: f"{figure.method}-{figure.source[:14]}")
def test_published_figures_are_reproduced(figure: Published) -> None:
    found = answer(Case(id="published", method=figure.method, inputs=figure.inputs))
    for name, expected in figure.expected.items():
        _assert_equal(found[name], expected, figure.tolerance)


def _assert_equal(found: Any, expected: Any, tolerance: float) -> None:
    if isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            _assert_equal(one, other, tolerance)
    elif isinstance(expected, bool):
        assert found is expected
    else:
        assert found == pytest.approx(expected, abs=tolerance, rel=0)


@given(tables)
def test_mcnemar_equals_statsmodels(table: PairedTable) -> None:
    found = ours.mcnemar(table)
    cells = [[table.a, table.b], [table.c, table.d]]
    if table.discordant == 0:
        assert found == (1.0, 1.0, 0.0, 1.0, 0.0, 1.0)
        return
    exact = statsmodels_mcnemar(cells, exact=True)
    plain = statsmodels_mcnemar(cells, exact=False, correction=False)
    assert found.exact_p == pytest.approx(exact.pvalue, abs=1e-12)
    assert (found.chi2, found.asymptotic_p) == pytest.approx((plain.statistic, plain.pvalue), abs=1e-12)
    if table.b != table.c:
        corrected = statsmodels_mcnemar(cells, exact=False, correction=True)
        assert (found.chi2_cc, found.cc_p) == pytest.approx((corrected.statistic, corrected.pvalue), abs=1e-12)


@given(tables)
def test_mid_p_is_the_exact_p_less_the_observed_point(table: PairedTable) -> None:
    point = oracle.binom.pmf(min(table.b, table.c), table.discordant, 0.5) if table.discordant else 0.0
    share = 0.5 if table.b == table.c else 1.0
    assert ours.mcnemar(table).midp == pytest.approx(ours.mcnemar(table).exact_p - share * point, abs=1e-10)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.001, 0.5))
def test_intervals_of_one_proportion_equal_statsmodels(pair: tuple[int, int], alpha: float) -> None:
    for found, method in ((ours.wilson, "wilson"), (ours.clopper_pearson, "beta")):
        low, high = proportion_confint(*pair, alpha=alpha, method=method)
        assert found(*pair, alpha=alpha) == pytest.approx((max(low, 0.0), min(high, 1.0)), abs=1e-9)


@given(tables, st.floats(0.001, 0.5))
def test_tango_limits_are_where_the_score_test_stops_rejecting(table: PairedTable, alpha: float) -> None:
    low, high = ours.tango_interval(table, alpha=alpha)
    z = oracle.norm.isf(alpha / 2)
    assert -1 <= low <= table.difference <= high <= 1
    for limit, sign in ((low, 1), (high, -1)):
        if -1 + 1e-9 < limit < 1 - 1e-9:
            assert ours.tango_z(table, limit) == pytest.approx(sign * z, rel=1e-5)


@given(tables)
def test_the_score_statistic_for_no_difference_is_mcnemars(table: PairedTable) -> None:
    if table.discordant:
        assert ours.tango_z(table, 0.0) ** 2 == pytest.approx(ours.mcnemar(table).chi2, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(tables, st.floats(-0.9, 0.9))
def test_the_score_statistic_uses_the_most_likely_table_under_the_hypothesis(table: PairedTable, delta: float) -> None:
    def likelihood(only_b: float) -> float:
        only_a, same = only_b + delta, 1 - 2 * only_b - delta
        parts = ((table.b, only_a), (table.c, only_b), (table.a + table.d, same))
        return sum(count * math.log(max(p, 1e-300)) for count, p in parts if count)

    low, high = max(0.0, -delta), (1 - delta) / 2
    best = max((low + (high - low) * step / 1000 for step in range(1001)), key=likelihood)
    variance = table.n * (2 * best + delta * (1 - delta))
    gap = table.b - table.c - table.n * delta
    assert ours.tango_z(table, delta) * math.sqrt(variance) == pytest.approx(
        gap, rel=0.02, abs=0.02 * math.sqrt(table.n) + 0.02
    )


@given(tables)
def test_swapping_the_arms_mirrors_every_paired_interval(table: PairedTable) -> None:
    swapped = PairedTable(table.a, table.c, table.b, table.d)
    for interval in (ours.tango_interval, ours.newcombe_interval):
        low, high = interval(table)
        assert interval(swapped) == pytest.approx((-high, -low), abs=1e-9)
        assert -1 <= low <= table.difference <= high <= 1


@given(tables, st.floats(-0.99, 0.99))
def test_confidence_above_a_difference_agrees_with_the_interval(table: PairedTable, delta: float) -> None:
    low, high = ours.tango_interval(table)
    above = ours.probability_above(table, delta)
    if delta < low - 1e-9:
        assert above >= 0.975
    if delta > high + 1e-9:
        assert above <= 0.025


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        (PairedTable(0, 1, 0, 0), -0.5869, 1.0),
        (PairedTable(0, 0, 1, 0), -1.0, 0.5869),
        (PairedTable(0, 20, 0, 0), 0.6777, 1.0),
        (PairedTable(10, 0, 0, 10), -0.1611, 0.1611),
    ],
    ids=["one item", "one item, other arm", "all discordant one way", "none discordant"],
)
def test_tango_has_limits_where_the_normal_interval_has_none(table: PairedTable, low: float, high: float) -> None:
    assert ours.tango_interval(table) == pytest.approx((low, high), abs=1e-4)


def test_paired_intervals_cover_the_truth_as_often_as_they_say() -> None:
    cells, rng = ("a", "b", "c", "d"), random.Random(5)
    only_a, only_b, both = 0.15, 0.05, 0.5
    covered = {"tango": 0, "newcombe": 0}
    for _ in range(1500):
        drawn = rng.choices(cells, weights=(both, only_a, only_b, 1 - both - only_a - only_b), k=80)
        table = PairedTable(*(drawn.count(cell) for cell in cells))
        for name, interval in (("tango", ours.tango_interval), ("newcombe", ours.newcombe_interval)):
            low, high = interval(table)
            covered[name] += low <= only_a - only_b <= high
    assert all(0.935 <= hits / 1500 <= 0.975 for hits in covered.values()), covered


@given(tables)
def test_the_paired_difference_is_that_of_the_items(table: PairedTable) -> None:
    items = [1] * table.b + [-1] * table.c + [0] * (table.a + table.d)
    mean = sum(items) / len(items)
    sd = math.sqrt(sum((item - mean) ** 2 for item in items) / len(items))
    found = ours.paired_accuracy_difference(table)
    assert (found.diff, found.se) == pytest.approx((mean, sd / math.sqrt(len(items))), abs=1e-9)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=9))
def test_the_sign_flip_test_equals_scipy(diff: list[int]) -> None:
    for side, name in (("greater", "p_one_sided"), ("two-sided", "p_two_sided")):
        if len(diff) == 1:
            return
        exact = oracle.permutation_test(
            (diff,), lambda x, axis: x.sum(axis=axis), permutation_type="samples", n_resamples=math.inf,
            alternative=side, vectorized=True,
        )  # fmt: skip
        assert getattr(ours.sign_flip_mean(diff), name) == pytest.approx(exact.pvalue, abs=1e-12)


def test_many_differences_are_sampled_with_a_seed_and_never_give_zero() -> None:
    diff = [float(value) for value in CORN] * 3
    first, again, other = (ours.sign_flip_mean(diff, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert not first.exact
    assert first.total == 10_001
    assert ours.sign_flip_mean([1.0] * 400, resamples=99).p_one_sided == 0.01


def test_sampled_and_enumerated_sign_flips_agree() -> None:
    diff = [float(value) for value in CORN]
    exact, sampled = ours.sign_flip_mean(diff), ours.sign_flip_mean([*diff, *([0.0] * 6)], resamples=40_000)
    assert exact.exact
    assert not sampled.exact
    assert sampled.p_two_sided == pytest.approx(exact.p_two_sided, abs=0.005)


@settings(deadline=None, max_examples=25)
@given(probabilities, st.floats(0.001, 0.5))
def test_adjusted_p_values_equal_statsmodels(p: list[float], alpha: float) -> None:
    for found, method in (
        (ours.holm(p, alpha=alpha), "holm"),
        (ours.benjamini_hochberg(p, q=alpha), "fdr_bh"),
        (ours.bonferroni(p, alpha=alpha), "bonferroni"),
    ):
        reject, adjusted, _, _ = multipletests(p, alpha=alpha, method=method)
        assert found.adjusted == pytest.approx(adjusted.tolist(), abs=1e-12)
        near = [abs(value - alpha) < 1e-9 for value in found.adjusted]
        assert all(one == other or close for one, other, close in zip(found.reject, reject, near, strict=True))


@given(
    st.integers(2, 4).flatmap(
        lambda k: st.lists(st.lists(st.integers(0, 60), min_size=k, max_size=k), min_size=k, max_size=k)
    )
)
def test_kappa_equals_statsmodels(table: list[list[int]]) -> None:
    if sum(map(sum, table)) == 0:
        with pytest.raises(ValueError, match="at least one rating"):
            ours.cohen_kappa(table)
        return
    found = ours.cohen_kappa(table)
    if found.kappa is not None and found.expected < 1 - 1e-9:
        with np.errstate(all="ignore"):  # its standard error, which is not asked for, can be 0 / 0
            expected = statsmodels_kappa(table).kappa
        assert found.kappa == pytest.approx(expected, abs=1e-9)


def test_kappa_is_undefined_where_both_raters_use_one_label() -> None:
    assert ours.cohen_kappa([[30, 0], [0, 0]]) == (None, 1.0, 1.0)


def test_one_data_set_passes_and_fails_by_the_convention_of_alpha() -> None:
    table = PairedTable(900, 24, 30, 46)
    one_sided_5 = ours.noninferiority_paired(table, margin=0.02, alpha=0.05)
    one_sided_2_5 = ours.noninferiority_paired(table, margin=0.02, alpha=0.025)
    assert (one_sided_5.noninferior, round(one_sided_5.lower, 4)) == (True, -0.0181)
    assert (one_sided_2_5.noninferior, round(one_sided_2_5.lower, 4)) == (False, -0.0204)


@given(tables, st.floats(0.001, 0.5), st.floats(0.001, 0.4))
def test_noninferiority_and_its_p_value_agree(table: PairedTable, margin: float, alpha: float) -> None:
    found = ours.noninferiority_paired(table, margin=margin, alpha=alpha)
    if abs(found.p_value - alpha) > 1e-9 and found.lower > -1:
        assert found.noninferior == (found.p_value < alpha)


def test_items_for_noninferiority_follow_from_discordance_and_margin() -> None:
    assert math.ceil(ours.noninferiority_n_paired(discordance=0.06, margin=0.02)) == 1178
    assert math.ceil(ours.noninferiority_n_paired(discordance=0.06, margin=0.02, alpha=0.05)) == 928


@given(st.floats(0.001, 1), st.integers(1, 10**6), st.floats(0.001, 0.2), st.floats(0.5, 0.99))
def test_sample_size_and_smallest_difference_are_inverse(variance: float, n: int, alpha: float, power: float) -> None:
    delta = ours.miller_mde(variance, n, alpha=alpha, power=power)
    assert ours.miller_sample_size(variance, delta, alpha=alpha, power=power) == pytest.approx(n, rel=1e-9)


def test_a_hundred_thousand_items_and_thousands_of_discordant_pairs_take_less_than_a_second() -> None:
    table, start = PairedTable(89_000, 5_000, 5_600, 400), time.perf_counter()
    p, interval = ours.mcnemar(table), ours.tango_interval(table)
    assert time.perf_counter() - start < 1
    assert p.exact_p == pytest.approx(oracle.binomtest(5_000, 10_600).pvalue, rel=1e-9)
    assert interval.hi < 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: ours.wilson(3, 2),
        lambda: ours.clopper_pearson(0, 0),
        lambda: ours.mcnemar(PairedTable(0, 0, 0, 0)),
        lambda: ours.tango_interval(PairedTable(1, -1, 0, 5)),
        lambda: ours.tango_z(PairedTable(1, 1, 1, 1), 1.0),
        lambda: ours.holm([]),
        lambda: ours.holm([0.5, 1.5]),
        lambda: ours.cohen_kappa([[1, 2], [3]]),
        lambda: ours.sign_flip_mean([]),
        lambda: ours.miller_sample_size(0.1, 0.0),
        lambda: ours.noninferiority_n_paired(discordance=0.05, margin=0.02, difference=-0.02),
    ],
)
def test_impossible_numbers_are_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r"must|needed"):
        call()
