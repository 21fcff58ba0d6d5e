"""Named random streams."""

import numpy as np
import pytest

from isthmus.streams import stream, stream_seed, stream_words

FIRST = [1730896874455235385, 1238317431870356378, 1837663284273259944]
SEED = 1678655566910256839
WORDS = (5847606067242336568, 4277263203384870195, 4325709460140623368, 5469882264886414036)


def test_the_same_name_gives_the_same_numbers_for_ever():
    assert stream(1, "fit", 3).integers(0, 1 << 62, 3).tolist() == FIRST
    assert stream_seed(1, "fit", 3) == SEED
    assert stream_words(1, "fit", 3) == WORDS


@pytest.mark.parametrize("other", [(2, "fit", 3), (1, "fit", 4), (1, "fit"), (1, "fi", "t3"), (1, "fit", 3, ""), (1, "fit3")])
def test_another_name_or_seed_gives_other_numbers(other):
    assert not np.array_equal(stream(1, "fit", 3).random(4), stream(*other).random(4))
    assert stream_seed(1, "fit", 3) != stream_seed(*other)
    assert set(stream_words(1, "fit", 3)).isdisjoint(stream_words(*other))


def test_drawing_more_from_one_stream_changes_no_other():
    first, second = stream(5, "a"), stream(5, "b")
    alone = stream(5, "b").random(10)
    first.random(1000)
    assert np.array_equal(second.random(10), alone)


def test_streams_are_uncorrelated():
    draws = np.array([stream(0, "replicate", n).standard_normal(2000) for n in range(20)])
    correlations = np.corrcoef(draws)[np.triu_indices(20, 1)]
    assert np.abs(correlations).max() < 4.5 / np.sqrt(2000)
    assert np.abs(draws.mean()) < 4 / np.sqrt(40000)


def test_seeds_fit_in_63_bits():
    seeds = {stream_seed(seed, "backtest", name) for seed in range(50) for name in ("2023-01", "2023-02")}
    assert len(seeds) == 100
    assert all(0 <= seed < 1 << 63 for seed in seeds)
