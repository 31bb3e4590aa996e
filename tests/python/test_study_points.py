"""Points of published studies: each says where it stands, and what is not public has no number."""

from __future__ import annotations

import math

import pytest

import farbell as fb


@pytest.mark.parametrize("study", ["nv_chain", "afc_eit"])
def test_points_say_where_they_stand(study: str) -> None:
    points = fb.presets.study_points(study)
    assert len(points) > 3
    for row in points.rows():
        assert row["quantity"] and row["where"]
        assert row["public"] == bool(row["value"])
        assert row["public"] or (math.isnan(row["number"]) and row["note"])
    assert not all(points["public"])


def test_an_unknown_study_is_refused() -> None:
    with pytest.raises(fb.SpecError, match="did you mean nv_chain"):
        fb.presets.study_points("nv_chian")
