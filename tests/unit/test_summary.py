"""The summary of a run: which series have a skill at all."""

from __future__ import annotations

import numpy as np

from isthmus.pipeline.summary import compared_series


def test_a_series_that_a_rival_has_no_forecast_of_is_not_compared():
    ours, theirs = np.ones((2, 3, 4)), np.ones((2, 3, 4))
    theirs[:, 1] = np.nan
    ours[0, 2], theirs[1, 2] = np.nan, np.nan
    np.testing.assert_array_equal(compared_series(ours, theirs), [True, False, False])
