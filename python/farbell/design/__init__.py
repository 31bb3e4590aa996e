"""Does it scale, what limits it, and what must improve? Questions that take many runs of many scenarios."""

from farbell.design.elasticities import Elasticities, elasticities
from farbell.design.improvement import improvable, improved, improved_value
from farbell.design.parameters import Parameter, changed, parameters

__all__ = [
    "Elasticities",
    "Parameter",
    "changed",
    "elasticities",
    "improvable",
    "improved",
    "improved_value",
    "parameters",
]
