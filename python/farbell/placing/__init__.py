"""Where on a fibre network repeaters have to stand, at least. See docs/physics/placement.md."""

from __future__ import annotations

from farbell.placing.limits import placement_limits
from farbell.placing.placed import Placement, placement
from farbell.placing.problem import ElementaryLink

__all__ = ["ElementaryLink", "Placement", "placement", "placement_limits"]
