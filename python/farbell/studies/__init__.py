"""Studies: a scenario at many values of its parameters, and what came of it."""

from farbell.studies.study import Study, load_study
from farbell.studies.sweep import Point, Sweep, sweep

__all__ = ["Point", "Study", "Sweep", "load_study", "sweep"]
