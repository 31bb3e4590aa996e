"""Studies: a scenario at many values of its parameters, and what came of it."""

from farbell.studies.points import Point, Sweep, sweep
from farbell.studies.study import Study, load_study

__all__ = ["Point", "Study", "Sweep", "load_study", "sweep"]
