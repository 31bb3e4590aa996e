"""Confidence intervals: coverage where the truth is known, and what happens with little data; latencies; outcomes.

Coverage tests count how often a 95 % interval holds the truth in N trials. They fail when the count is so low (or so high)
that an interval of the stated coverage would give it with a probability below 1e-6.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import farbell as fb
from farbell.analysis.distributions import binomial_ranks, gamma_quantile, student_t_quantile

TRIALS = 1500
FALSE_ALARM = 1e-6


def assert_covers(intervals: list[fb.analysis.Interval], truth: float, *, least: float, most: float = 1.0) -> None:
    """The coverage lies between `least` and `most`."""
    hits = sum(interval.low <= truth <= interval.high for interval in intervals)
    assert hits >= stats.binom.ppf(FALSE_ALARM, len(intervals), least), f"covers {hits} of {len(intervals)}"
    assert hits <= stats.binom.ppf(1 - FALSE_ALARM, len(intervals), most), f"covers {hits} of {len(intervals)}"


def autoregression(rng: np.random.Generator, replicas: int, correlation: float, per_batch: int = 20) -> np.ndarray:
    """Sums over 32 batches of a first-order autoregression of mean 0, in equilibrium from the start."""
    noise = rng.normal(size=(replicas, 32 * per_batch))
    values = np.empty_like(noise)
    state = rng.normal(size=replicas) / math.sqrt(1 - correlation**2)
    for i in range(noise.shape[1]):
        state = correlation * state + noise[:, i]
        values[:, i] = state
    return values.reshape(replicas, 32, per_batch).sum(axis=2)


@pytest.mark.parametrize("replicas, correlation, least", [
    (1, 0.0, 0.93), (1, 0.5, 0.93), (1, 0.9, 0.91),
    (4, 0.5, 0.93), (4, 0.9, 0.92),
    (12, 0.9, 0.93), (12, 0.99, 0.93),
])  # fmt: skip
def test_coverage_of_a_mean_with_correlation(replicas: int, correlation: float, least: float) -> None:
    """A correlation of 0.9 lasts 10 values, of 640 per replica; half a batch."""
    rng = np.random.default_rng([replicas, int(100 * correlation)])
    counts = np.full((replicas, 32), 20.0)
    runs = autoregression(rng, TRIALS * replicas, correlation).reshape(TRIALS, replicas, 32)
    intervals = [fb.analysis.ratio_interval(sums, counts, bound=math.inf) for sums in runs]
    assert_covers(intervals, 0.0, least=least, most=0.98)


def test_intervals_that_ignore_correlation_would_not_cover() -> None:
    """The same data, but each value taken as independent: the test above would notice."""
    rng = np.random.default_rng(8)
    means = autoregression(rng, TRIALS, 0.9).sum(axis=1) / 640
    error = math.sqrt(1 / (1 - 0.9**2) / 640)
    assert np.sum(np.abs(means) < 1.96 * error) < stats.binom.ppf(FALSE_ALARM, TRIALS, 0.91)


@pytest.mark.parametrize("replicas", [1, 3, 12])
@pytest.mark.parametrize("mean", [0.5, 5, 40, 70, 500])
def test_coverage_of_a_poisson_rate(replicas: int, mean: float) -> None:
    """`mean` events are expected in all; few of them make intervals that cover more than they must."""
    rng = np.random.default_rng([replicas, int(10 * mean)])
    shape = (replicas, 32)
    exposure = np.full(shape, 0.25)
    truth = mean / exposure.sum()
    intervals = [fb.analysis.rate_interval(rng.poisson(mean / exposure.size, shape), exposure) for _ in range(TRIALS)]
    assert_covers(intervals, truth, least=0.93, most=1.0 if mean < 64 else 0.98)


def test_coverage_of_clustered_events() -> None:
    """Pairs that come in bunches of ten scatter ten times more than a Poisson law says."""
    rng = np.random.default_rng(4)
    exposure = np.full((1, 32), 1.0)
    for bunches in (4, 40):
        intervals = [fb.analysis.rate_interval(10.0 * rng.poisson(bunches / 32, (1, 32)), exposure) for _ in range(TRIALS)]
        assert_covers(intervals, 10 * bunches / 32, least=0.90)


def test_coverage_of_a_key_fraction() -> None:
    """Error rates that drift together, and numbers of pairs that differ between batches."""
    rng = np.random.default_rng(6)
    means = np.array([0.9, -0.88, 0.92])
    truth = fb.analysis.key_fraction("bbm92", *means)
    intervals = []
    for _ in range(TRIALS):
        counts = rng.poisson(50, (1, 32)).astype(float)
        shared, own = rng.normal(size=(1, 32, 1)), rng.normal(size=(1, 32, 3))
        sums = counts[..., None] * (means + 0.02 * shared * [1, -1, 1] + 0.01 * own)
        intervals.append(
            fb.analysis.function_interval(
                sums,
                counts,
                lambda m: fb.analysis.key_fraction("bbm92", *m),
                lambda m: fb.analysis.key_fraction_gradient("bbm92", *m),
            )
        )
    assert_covers(intervals, truth, least=0.93, most=0.98)


@pytest.mark.parametrize("protocol", ["bbm92", "six_state", "device_independent"])
@pytest.mark.parametrize("means", [(0.95, -0.93, 0.96), (0.8, -0.75, 0.9), (0.5, -0.4, 0.6)])
def test_gradients(protocol: str, means: tuple[float, float, float]) -> None:
    step = 1e-6 * np.eye(3)
    slopes = [
        (fb.analysis.key_fraction(protocol, *(means + d)) - fb.analysis.key_fraction(protocol, *(means - d))) / 2e-6
        for d in step
    ]
    assert fb.analysis.key_fraction_gradient(protocol, *means) == pytest.approx(slopes, abs=1e-6)


def test_gradient_is_finite_without_errors() -> None:
    for protocol in ("bbm92", "six_state", "device_independent"):
        assert np.isfinite(fb.analysis.key_fraction_gradient(protocol, 1, -1, 1)).all()


# Little data.


def test_no_events_give_an_upper_limit() -> None:
    interval = fb.analysis.rate_interval(np.zeros((2, 32)), np.full((2, 32), 0.5))
    assert (interval.value, interval.low, interval.method) == (0, 0, "poisson")
    assert interval.high == pytest.approx(-math.log(0.05) / 32)


def test_no_time_gives_no_rate() -> None:
    interval = fb.analysis.rate_interval(np.zeros((1, 32)), np.zeros((1, 32)))
    assert math.isnan(interval.value)
    assert interval.method == "none"


def test_no_pairs_give_no_mean() -> None:
    interval = fb.analysis.ratio_interval(np.zeros((1, 32)), np.zeros((1, 32)))
    assert all(map(math.isnan, (interval.value, interval.low, interval.high)))


def test_pairs_in_one_batch_give_the_widest_scatter() -> None:
    sums, counts = np.zeros((1, 32)), np.zeros((1, 32))
    sums[0, 3], counts[0, 3] = 9.0, 10
    interval = fb.analysis.ratio_interval(sums, counts)
    assert interval.method == "pairs"
    assert interval.high - interval.value == pytest.approx(1.96 * math.sqrt((1 - 0.81) / 10), rel=1e-2)


def test_a_constant_has_no_scatter() -> None:
    counts = np.arange(1.0, 33).reshape(1, 32)
    interval = fb.analysis.ratio_interval(0.5 * counts, counts)
    assert (interval.low, interval.value, interval.high) == (0.5, 0.5, 0.5)


def test_a_run_that_ended_early_counts_the_time_it_had() -> None:
    exposure = np.concatenate([np.full(16, 1.0), [0.5], np.zeros(15)]).reshape(1, 32)
    counts = np.round(20 * exposure)
    interval = fb.analysis.rate_interval(counts, exposure)
    assert interval.value == pytest.approx(20)
    assert interval.low <= 20 <= interval.high


def test_ten_replicas_are_units_by_themselves() -> None:
    rng = np.random.default_rng(0)
    counts = rng.poisson(20, (10, 32))
    interval = fb.analysis.rate_interval(counts, np.ones((10, 32)))
    means = counts.mean(axis=1)
    half = stats.t.ppf(0.975, 9) * means.std(ddof=1) / math.sqrt(10)
    assert interval.method == "replicas"
    assert interval.high == pytest.approx(means.mean() + half)


def test_levels() -> None:
    counts = np.random.default_rng(1).poisson(20, (1, 32))
    widths = [
        interval.high - interval.low
        for interval in (fb.analysis.rate_interval(counts, np.ones((1, 32)), level=level) for level in (0.5, 0.9, 0.99))
    ]
    assert widths == sorted(widths)
    for level in (0, 1, -1, math.nan):
        with pytest.raises(ValueError, match="level"):
            fb.analysis.rate_interval(counts, np.ones((1, 32)), level=level)


def test_arrays_of_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="dimensions"):
        fb.analysis.rate_interval([1, 2], [1, 1])


@pytest.mark.parametrize("probability", [0.6, 0.95, 0.975, 0.9995])
def test_quantiles(probability: float) -> None:
    for degrees in (1, 2, 3, 4, 7, 31, 500, 999, 1000):
        assert student_t_quantile(probability, degrees) == pytest.approx(stats.t.ppf(probability, degrees), rel=1e-9)
    assert student_t_quantile(probability, 5000) == pytest.approx(stats.t.ppf(probability, 5000), rel=1e-5)
    for shape in (0.3, 1, 2.5, 30, 200):
        for p in (probability, 1 - probability):
            assert gamma_quantile(p, shape) == pytest.approx(stats.gamma.ppf(p, shape), rel=1e-9)


# Latencies.


def sketch(latencies_s: np.ndarray) -> np.ndarray:
    """Counts as a run makes them: bucket k holds (1.02^(k-1), 1.02^k] ns."""
    buckets = np.clip(np.ceil(np.log(latencies_s * 1e9) / math.log(1.02)), 0, 2047).astype(int)
    return np.bincount(buckets, minlength=2048)


@pytest.mark.parametrize("seed", range(20))
def test_quantiles_of_latencies_are_within_the_stated_error(seed: int) -> None:
    rng = np.random.default_rng(seed)
    latencies = np.exp(rng.normal(-7, 3, size=rng.integers(1, 3000)))
    counts = sketch(latencies)
    for probability in (0.01, 0.5, 0.95, 1.0):
        exact = np.quantile(latencies, probability, method="inverted_cdf")
        estimate = fb.analysis.latency_quantile(counts, probability)
        assert abs(estimate / exact - 1) <= fb.analysis.LATENCY_RELATIVE_ERROR * (1 + 1e-9)


def test_quantiles_of_nothing() -> None:
    assert math.isnan(fb.analysis.latency_quantile(np.zeros(2048), 0.5))
    assert [len(part) for part in fb.analysis.latency_distribution(np.zeros(2048))] == [0, 0]
    with pytest.raises(ValueError, match="probability"):
        fb.analysis.latency_quantile([1], 0)


@pytest.mark.parametrize("number", [1, 5, 40, 3000, 10**7])
@pytest.mark.parametrize("probability", [0.02, 0.5, 0.95])
def test_ranks_of_order_statistics(number: int, probability: float) -> None:
    for tail in (0.025, 1e-6):
        first, last = binomial_ranks(number, probability, tail)
        below = stats.binom(number, probability).cdf
        assert below(first - 1) <= tail < below(first)
        assert below(last - 1) >= 1 - tail > below(last - 2)


def latency_interval(latencies: np.ndarray, at: np.ndarray, probability: float) -> fb.analysis.Interval:
    """From what a run keeps: 32 batches of the time in which the requests are done."""
    batch = np.minimum((32 * at / at[-1]).astype(int), 31)
    counts, sums = (np.bincount(batch, weights, minlength=32)[None] for weights in (np.ones_like(at), latencies))
    effective = fb.analysis.effective_count(sums, counts, float(latencies.var(ddof=1)))
    return fb.analysis.latency_interval(sketch(1e-3 * latencies), probability, effective=effective)


def waiting_line(rng: np.random.Generator, number: int, load: float) -> tuple[np.ndarray, np.ndarray]:
    """Sojourn times in an M/M/1 queue in equilibrium, in units of the mean service, and when they end."""
    service, gaps = rng.exponential(size=number), rng.exponential(1 / load, size=number)
    arrivals, latencies = np.cumsum(gaps), np.empty(number)
    wait = rng.exponential(1 / (1 - load)) if rng.random() < load else 0.0
    for i in range(number):
        latencies[i] = wait + service[i]
        if i + 1 < number:
            wait = max(0.0, latencies[i] - gaps[i + 1])
    return latencies, arrivals + latencies


@pytest.mark.parametrize("probability", [0.5, 0.95])
@pytest.mark.parametrize("load, number", [(0.5, 1000), (0.8, 1000)])
def test_coverage_of_quantiles_in_a_queue(load: float, number: int, probability: float) -> None:
    """Sojourn times are exponential (rate 1 - load), and alike if near: order statistics alone cover less than 90 %."""
    rng = np.random.default_rng([int(100 * load), int(100 * probability)])
    truth = -1e-3 * math.log(1 - probability) / (1 - load)
    lines = [waiting_line(rng, number, load) for _ in range(400)]
    assert_covers([latency_interval(*line, probability) for line in lines], truth, least=0.95)
    alone = [fb.analysis.latency_interval(sketch(1e-3 * latencies), probability) for latencies, _ in lines]
    assert sum(interval.low <= truth <= interval.high for interval in alone) < stats.binom.ppf(FALSE_ALARM, 400, 0.95)


def test_few_latencies_bound_a_quantile_on_one_side_or_none() -> None:
    interval = fb.analysis.latency_interval(sketch(np.array([1e-3] * 30)), 0.95)
    assert 0.97e-3 < interval.low < 1e-3 and interval.high == math.inf
    interval = fb.analysis.latency_interval(sketch(np.array([1e-3])), 0.5)
    assert (interval.low, interval.high) == (0, math.inf)
    assert math.isnan(fb.analysis.latency_interval(np.zeros(2048), 0.5).low)


def test_equal_values_count_in_full() -> None:
    assert fb.analysis.effective_count(np.full((1, 32), 20.0), np.full((1, 32), 10), 0.0) == 320
    assert fb.analysis.effective_count(np.zeros((1, 32)), np.zeros((1, 32)), 1.0) == 0


def test_distribution_of_latencies() -> None:
    latencies = np.array([1e-3, 2e-3, 2e-3, 5.0])
    seconds, share = fb.analysis.latency_distribution(sketch(latencies))
    assert share[0] == 0
    assert share[-1] == 1
    assert np.all(np.diff(share) >= 0)
    for latency in latencies:
        assert share[np.searchsorted(seconds, latency)] == np.mean(latencies <= latency)


def test_measured_error_rates_leave_out_what_was_not_measured() -> None:
    rates = fb.analysis.measured_error_rates(["z", None, "x", "x"], ["z", None, "x", "z"], [0, -1, 1, 0], [1, -1, 1, 0])
    assert rates == {"z": (1, 1), "x": (0, 1)}
