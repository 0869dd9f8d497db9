import numpy as np
import pandas as pd
import pytest

from one_click.modelling.conformal import find_band, judge
from one_click.schemas.records import UndecidedBand

# Nine clients that kept buying and nine that declined: with an error of 0.2 the threshold is the score of
# rank (9 + 1) · 0.8 = 8.
KEPT = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.95]
DECLINED = [0.02, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9]


def _band(kept: list[float], declined: list[float], error: float) -> UndecidedBand:
    probability = np.array(kept + declined)
    return find_band(probability, np.repeat([0.0, 1.0], [len(kept), len(declined)]), error)


@pytest.mark.parametrize(
    ("error", "keeps_below", "declines_above"),
    [
        pytest.param(0.1, 0.02, 0.95, id="rank-nine-of-nine"),
        pytest.param(0.2, 0.5, 0.4, id="rank-eight"),
        pytest.param(0.25, 0.5, 0.4, id="rank-seven-and-a-half-is-eight"),
        pytest.param(0.3, 0.55, 0.35, id="rank-seven"),
        pytest.param(0.09, 0.0, 1.0, id="too-few-clients"),
    ],
)
def test_band_by_hand(error: float, keeps_below: float, declines_above: float) -> None:
    band = _band(KEPT, DECLINED, error)
    assert (band.error, band.keeps_below, band.declines_above) == (error, keeps_below, declines_above)


def test_class_without_enough_clients_has_its_threshold_at_the_end_alone() -> None:
    band = _band(KEPT, DECLINED[:3], 0.2)
    assert (band.keeps_below, band.declines_above) == (0.0, 0.4)
    called = judge(pd.Series([0.0, 0.4, 0.41]), band)
    assert called.tolist() == ["undecided", "undecided", "declines"]


@pytest.mark.parametrize(
    ("keeps_below", "declines_above", "verdicts"),
    [
        pytest.param(0.3, 0.6, ["keeps", "undecided", "undecided", "undecided", "declines"], id="apart"),
        pytest.param(0.6, 0.3, ["keeps", "keeps", "undecided", "declines", "declines"], id="crossing"),
        pytest.param(0.0, 1.0, ["undecided"] * 5, id="at-the-ends"),
        pytest.param(0.5, 0.5, ["keeps", "keeps", "undecided", "declines", "declines"], id="touching"),
    ],
)
def test_verdicts_by_hand(keeps_below: float, declines_above: float, verdicts: list[str]) -> None:
    # A score on a threshold is not outside it.
    band = UndecidedBand.model_construct(keeps_below=keeps_below, declines_above=declines_above)
    called = judge(pd.Series([0.1, 0.3, 0.5, 0.6, 0.8], index=[9, 7, 5, 3, 1]), band)
    assert called.tolist() == verdicts
    assert called.index.tolist() == [9, 7, 5, 3, 1]


@pytest.mark.parametrize("distance", [0.5, 1.5, 4.0], ids=["overlapping", "apart", "thresholds-cross"])
@pytest.mark.parametrize("error", [0.05, 0.1, 0.3])
def test_new_clients_are_called_wrongly_at_most_as_often_as_asked(error: float, distance: float) -> None:
    generator = np.random.default_rng(3)
    wrong = []
    for _ in range(200):
        target = np.repeat([0.0, 1.0], [120, 80])
        known, new = (1 / (1 + np.exp(-generator.normal(target * distance))) for _ in range(2))
        called = judge(pd.Series(new), find_band(known, target, error))
        wrong.append([(called[target == 0] == "declines").mean(), (called[target == 1] == "keeps").mean()])
    wrong_kept, wrong_declined = np.mean(wrong, axis=0)
    sampling = 3 * (2 * error * (1 - error) / (80 * 200)) ** 0.5
    assert max(wrong_kept, wrong_declined) <= error + sampling
    if distance < 1:  # the rule is not kept by calling nobody; where borders cross, it is kept with ease
        assert min(wrong_kept, wrong_declined) > error - 1 / 80 - sampling


def test_ties_are_called_wrongly_no_more_often() -> None:
    generator = np.random.default_rng(4)
    target = np.repeat([0.0, 1.0], 500)
    known, new = (generator.binomial(4, 0.35 + 0.3 * target) / 4 for _ in range(2))
    called = judge(pd.Series(new), find_band(known, target, 0.2))
    assert (called[target == 0] == "declines").mean() <= 0.25
    assert (called[target == 1] == "keeps").mean() <= 0.25
