import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from one_click.statistics.discrimination import roc_auc, roc_auc_interval


@pytest.mark.parametrize("levels", [2, 5, 1000], ids=["two-values", "many-ties", "hardly-any-tie"])
def test_area_is_that_of_scikit_learn(levels: int) -> None:
    generator = np.random.default_rng(levels)
    scores, target = generator.integers(0, levels, 80).astype("float64"), generator.integers(0, 2, 80)
    assert roc_auc(scores, target)[0] == pytest.approx(roc_auc_score(target, scores), abs=1e-12)


def test_area_by_hand() -> None:
    # Of the four pairs two are in order, one is not and one is a tie.
    assert roc_auc(np.array([3.0, 1, 2, 1]), np.array([1, 1, 0, 0]))[0] == 2.5 / 4


def test_weighted_area_is_that_of_clients_repeated_as_often() -> None:
    generator = np.random.default_rng(1)
    scores, target = generator.integers(0, 9, 40).astype("float64"), generator.integers(0, 2, 40)
    weights = generator.integers(0, 4, (3, 40))
    expected = [roc_auc(*(np.repeat(one, times) for one in (scores, target)))[0] for times in weights]
    assert roc_auc(scores, target, weights.astype("float64")).tolist() == expected


def _delong_variance(scores: np.ndarray, target: np.ndarray) -> tuple[float, float]:
    """Return area and variance from all pairs of clients, as DeLong, DeLong and Clarke-Pearson wrote it."""
    declined, kept = scores[target == 1], scores[target == 0]
    wins = [[1.0 if one > other else 0.5 if one == other else 0.0 for other in kept] for one in declined]
    by_declined, by_kept = np.mean(wins, axis=1), np.mean(wins, axis=0)
    spread_declined = sum((by_declined - np.mean(wins)) ** 2) / (len(declined) - 1)
    spread_kept = sum((by_kept - np.mean(wins)) ** 2) / (len(kept) - 1)
    return float(np.mean(wins)), spread_declined / len(declined) + spread_kept / len(kept)


@pytest.mark.parametrize("levels", [4, 15, 10_000], ids=["heavy-ties", "ties", "no-ties"])
def test_interval_is_that_of_delong_on_the_logit_scale(levels: int) -> None:
    generator = np.random.default_rng(levels)
    target = (generator.random(90) < 0.3).astype("float64")
    scores = np.round(generator.normal(target, 1) * levels / 6)
    area, variance = _delong_variance(scores, target)
    half = 1.959964 * variance**0.5 / (area * (1 - area))
    odds = area / (1 - area) * np.exp([-half, half])
    assert roc_auc_interval(scores, target) == pytest.approx(tuple(odds / (1 + odds)), rel=1e-6)


@pytest.mark.parametrize(
    ("scores", "low", "high"),
    [
        # Wilson's interval of three in three: from 3 / (3 + z²) to 1; of none in three, the other way round.
        pytest.param([5, 6, 7, 1, 2, 3, 4], 3 / 6.841459, 1, id="perfect"),
        pytest.param([1, 2, 3, 4, 5, 6, 7], 0, 3.841459 / 6.841459, id="upside-down"),
        pytest.param([1, 1, 1, 1, 1, 1, 1], 0.5, 0.5, id="all-tied"),
    ],
)
def test_interval_of_a_ranking_without_variance(scores: list[float], low: float, high: float) -> None:
    target = np.array([1.0, 1, 1, 0, 0, 0, 0])
    assert roc_auc_interval(np.array(scores, dtype="float64"), target) == pytest.approx((low, high), abs=1e-6)


def test_interval_does_not_end_below_its_value_where_a_class_has_one_client() -> None:
    scores, target = np.array([3.5, 1, 2, 3, 4]), np.array([1.0, 0, 0, 0, 0])
    low, high = roc_auc_interval(scores, target)
    assert 0 <= low <= 0.75 <= high <= 1


@pytest.mark.parametrize("area", [0.65, 0.8, 0.95])
def test_interval_covers_the_true_area(area: float) -> None:
    # Normal scores of unit variance whose means differ by d have the area Φ(d / √2).
    generator = np.random.default_rng(1)
    target = np.repeat([1.0, 0.0], [70, 130])
    means = target * stats.norm.ppf(area) * 2**0.5
    intervals = np.array([roc_auc_interval(generator.normal(means), target) for _ in range(400)])
    covered = (intervals[:, 0] <= area) & (area <= intervals[:, 1])
    assert 0.92 <= covered.mean() <= 0.98
