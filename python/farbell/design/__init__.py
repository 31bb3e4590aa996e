"""Does it scale, what limits it, and what must improve? Questions that take many runs of many scenarios."""

from farbell.design.improvement import improvable, improved, improved_value
from farbell.design.platform_comparison import PlatformComparison, compare_platforms
from farbell.design.scaling import Scaling, ScalingFit, Target, scale
from farbell.design.scenario_parameters import Parameter, changed, parameters
from farbell.design.search import Requirements, requirements
from farbell.design.sensitivity import Elasticities, elasticities
from farbell.design.target_placement import TargetPlacement, placement_for_target

__all__ = [
    "Elasticities",
    "Parameter",
    "PlatformComparison",
    "Requirements",
    "Scaling",
    "ScalingFit",
    "Target",
    "TargetPlacement",
    "changed",
    "compare_platforms",
    "elasticities",
    "improvable",
    "improved",
    "improved_value",
    "parameters",
    "placement_for_target",
    "requirements",
    "scale",
]
