"""What results mean: bounds, flows, Bell tests, secret keys, confidence intervals, latencies. Pure functions of numbers."""

from __future__ import annotations

from farbell.analysis.bounds import crossing_distance_m, fiber_transmissivity, plob_bound, repeater_bound, tgw_bound
from farbell.analysis.bright_state import BrightStatePoint, bright_state_tradeoff, optimal_bright_state
from farbell.analysis.chsh import chsh, maximal_chsh
from farbell.analysis.fair_rates import FairRates, fair_rates
from farbell.analysis.flows import Capacities, FlowDemand, LinkCapacity, MaxFlow, PathFlow, Throughput, WidestPath
from farbell.analysis.intervals import (
    Interval,
    count_interval,
    effective_count,
    function_interval,
    rate_interval,
    ratio_interval,
    score_interval,
)
from farbell.analysis.key import (
    bbm92_key_fraction,
    binary_entropy,
    device_independent_key_fraction,
    error_threshold,
    key_fraction,
    key_fraction_gradient,
    six_state_key_fraction,
)
from farbell.analysis.latency import LATENCY_RELATIVE_ERROR, latency_distribution, latency_interval, latency_quantile
from farbell.analysis.outcomes import measured_error_rates
from farbell.analysis.percolation import (
    OneShot,
    fusion_thresholds,
    one_shot,
    path_throughput,
    percolation_threshold,
    wrapping_thresholds,
)

__all__ = [
    "LATENCY_RELATIVE_ERROR",
    "BrightStatePoint",
    "Capacities",
    "FairRates",
    "FlowDemand",
    "Interval",
    "LinkCapacity",
    "MaxFlow",
    "OneShot",
    "PathFlow",
    "Throughput",
    "WidestPath",
    "bbm92_key_fraction",
    "binary_entropy",
    "bright_state_tradeoff",
    "chsh",
    "count_interval",
    "crossing_distance_m",
    "device_independent_key_fraction",
    "effective_count",
    "error_threshold",
    "fair_rates",
    "fiber_transmissivity",
    "function_interval",
    "fusion_thresholds",
    "key_fraction",
    "key_fraction_gradient",
    "latency_distribution",
    "latency_interval",
    "latency_quantile",
    "maximal_chsh",
    "measured_error_rates",
    "one_shot",
    "optimal_bright_state",
    "path_throughput",
    "percolation_threshold",
    "plob_bound",
    "rate_interval",
    "ratio_interval",
    "repeater_bound",
    "score_interval",
    "six_state_key_fraction",
    "tgw_bound",
    "wrapping_thresholds",
]
