from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.neighbors import KNeighborsClassifier

from one_click.explain.neighbours import own_rows, score_without_own

Values = NDArray[np.float64]
NEIGHBOURS = 7


def _fading(distances: Values) -> Values:
    return np.exp(-2 * distances)


def _against_the_farthest(distances: Values) -> Values:
    return 1 - distances / (2 * distances.max(axis=1, keepdims=True))


@pytest.fixture(scope="module")
def rows() -> Values:
    return np.random.default_rng(0).normal(size=(60, 3))


@pytest.fixture(scope="module")
def labels() -> Values:
    return (np.random.default_rng(1).random(60) < 0.4).astype("float64")


@pytest.fixture(
    params=[
        pytest.param({"weights": "uniform"}, id="uniform"),
        pytest.param({"weights": "distance"}, id="distance"),
        pytest.param({"weights": _fading}, id="callable"),
        pytest.param({"weights": _against_the_farthest}, id="callable-of-all-distances"),
        pytest.param({"weights": "uniform", "algorithm": "kd_tree", "p": 1}, id="city-blocks"),
    ]
)
def build(request: pytest.FixtureRequest) -> Callable[[], Any]:
    hyperparameters = {"algorithm": "brute"} | request.param
    return lambda: KNeighborsClassifier(NEIGHBOURS, **hyperparameters)


def _score_each(model: Any, clients: Values) -> Values:
    """Score the clients themselves, each the owner of one row."""
    return score_without_own(model, clients, clients, np.arange(len(clients)))


# Five clients on a line at 0, 1, 2, 4 and 8, the second and the last of whom declined.
def _on_a_line(weights: Any) -> Any:
    places, declined = np.array([[0], [1], [2], [4], [8]]), np.array([0.0, 1, 0, 0, 1])
    return KNeighborsClassifier(2, weights=weights).fit(places.astype("float64"), declined)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        # Neighbours of each without himself: 1 and 2 | 0 and 2 | 1 and 0 or 4 | 2 and 1 | 4 and 2.
        pytest.param("uniform", [1 / 2, 0, 1 / 2, 1 / 2, 0], id="uniform"),
        # The declined one weighs 1 of 1 + 1/2 | – | 1 of 1 + 1/2 | 1/3 of 1/2 + 1/3 | –.
        pytest.param("distance", [2 / 3, 0, 2 / 3, 2 / 5, 0], id="distance"),
        # Weights 4 − d: 3 of 3 + 2 | – | 3 of 3 + 2 | 1 of 2 + 1 | –.
        pytest.param(lambda d: np.maximum(4 - d, 0.1), [3 / 5, 0, 3 / 5, 1 / 3, 0], id="callable"),
    ],
)
def test_scores_by_hand(weights: Any, expected: list[float]) -> None:
    places = np.array([[0.0], [1], [2], [4], [8]])
    assert _score_each(_on_a_line(weights), places) == pytest.approx(expected)


def test_a_moved_row_is_scored_without_its_owner_wherever_it_lies() -> None:
    # At 1.1 the nearest are 1, which declined, and 2; without the client at 1 they are 2 and 0.
    row, clients = np.array([[1.1], [1.1]]), np.array([[1.0], [8.0]])
    assert score_without_own(_on_a_line("uniform"), row, clients, np.array([0, 1])).tolist() == [0, 0.5]


def test_a_row_on_top_of_another_client_takes_his_label_by_distance() -> None:
    # The owner, at 0, is moved to where another client lies; that one alone speaks, as scikit-learn has it.
    moved, owner = np.array([[1.0], [2.0]]), np.array([[0.0]])
    model = _on_a_line("distance")
    assert score_without_own(model, moved, owner, np.array([0, 0])).tolist() == [1, 0]
    assert model.predict_proba(moved)[:, 1].tolist() == [1, 0]


def test_own_row_has_no_say(build: Callable[[], Any], rows: Values, labels: Values) -> None:
    scores = _score_each(build().fit(rows, labels), rows)
    for client in range(len(rows)):
        others = build().fit(np.delete(rows, client, axis=0), np.delete(labels, client))
        assert scores[client] == pytest.approx(others.predict_proba(rows[[client]])[0, 1], abs=1e-9)


def test_twins_have_no_say(build: Callable[[], Any], rows: Values, labels: Values) -> None:
    # The first five clients come twice, the first one a third time.
    twins = np.concatenate([rows, rows[:5], rows[:1]])
    declined = np.concatenate([labels, labels[:5], labels[:1]])
    scores = _score_each(build().fit(twins, declined), twins)
    for client in range(5):
        same = (twins == twins[client]).all(axis=1)
        assert same.sum() == (3 if client == 0 else 2)
        others = build().fit(twins[~same], declined[~same])
        np.testing.assert_allclose(scores[same], others.predict_proba(twins[[client]])[0, 1], atol=1e-9)


def test_versions_of_a_client_are_scored_without_his_row(
    build: Callable[[], Any], rows: Values, labels: Values
) -> None:
    moved = rows[:10] + np.random.default_rng(2).normal(scale=0.2, size=(10, 3))
    clients, owner = rows[[4, 9, 30]], np.array([0, 1, 2, 2, 1, 0, 0, 1, 2, 0])
    scores = score_without_own(build().fit(rows, labels), moved, clients, owner)
    for row, client in enumerate(np.array([4, 9, 30])[owner]):
        others = build().fit(np.delete(rows, client, axis=0), np.delete(labels, client))
        assert scores[row] == pytest.approx(others.predict_proba(moved[[row]])[0, 1], abs=1e-9)


def test_strangers_have_scikit_learns_own_score(
    build: Callable[[], Any], rows: Values, labels: Values
) -> None:
    model, strangers = build().fit(rows, labels), np.random.default_rng(3).normal(size=(40, 3))
    np.testing.assert_allclose(
        _score_each(model, strangers), model.predict_proba(strangers)[:, 1], atol=1e-12
    )


def test_a_stranger_beside_known_clients_keeps_his_score(
    build: Callable[[], Any], rows: Values, labels: Values
) -> None:
    model, strangers = build().fit(rows, labels), np.random.default_rng(3).normal(size=(40, 3))
    beside = _score_each(model, np.concatenate([rows, strangers]))[len(rows) :]
    np.testing.assert_allclose(beside, model.predict_proba(strangers)[:, 1], atol=1e-12)


def test_distance_does_not_return_a_clients_own_label(rows: Values, labels: Values) -> None:
    model = KNeighborsClassifier(NEIGHBOURS, weights="distance", algorithm="brute").fit(rows, labels)
    np.testing.assert_allclose(model.predict_proba(rows)[:, 1], labels, atol=1e-3)
    scores = _score_each(model, rows)
    assert ((scores > 0.01) & (scores < 0.99)).mean() > 0.8


@pytest.mark.parametrize("algorithm", ["brute", "kd_tree"])
def test_scores_do_not_depend_on_who_else_is_asked_about(algorithm: str) -> None:
    # On a coarse grid many neighbours are equally far, and clients have up to seven twins.
    generator = np.random.default_rng(0)
    grid, labels = generator.integers(0, 3, (60, 3)).astype("float64"), generator.random(60) < 0.5
    model = KNeighborsClassifier(5, algorithm=algorithm).fit(grid, labels.astype("float64"))
    alone = np.concatenate([_score_each(model, grid[[client]]) for client in range(20)])
    np.testing.assert_array_equal(_score_each(model, grid[:20]), alone)
    np.testing.assert_array_equal(_score_each(model, grid)[:20], alone)
    np.testing.assert_array_equal(_score_each(model, grid[19::-1])[::-1], alone)


def test_fewer_others_than_neighbours_all_have_a_say() -> None:
    model = KNeighborsClassifier(4).fit(np.array([[0.0], [1], [2], [3]]), np.array([1.0, 0, 1, 1]))
    places = np.array([[0.0], [1], [2], [3]])
    assert _score_each(model, places) == pytest.approx([2 / 3, 1, 2 / 3, 2 / 3])


def test_own_rows_by_hand() -> None:
    fitted = np.array([[1, 0], [2, 0], [1, 0], [-0.0, 5], [1, 1]])
    model = KNeighborsClassifier(1).fit(fitted, np.array([0, 1, 0, 1, 0]))
    clients = np.array([[1, 0], [0, 5], [1, 1 + 1e-12], [1, 1.001], [2, 0]])
    found = [[int(row) for row in own if row >= 0] for own in own_rows(model, clients)]
    assert found == [[0, 2], [3], [4], [], [1]]


def test_rows_that_many_share_are_nobodys_own() -> None:
    fitted = np.array([[1.0]] * 4 + [[2.0]] * 3)
    model = KNeighborsClassifier(1).fit(fitted, np.array([0, 1, 0, 1, 0, 1, 1]))
    assert own_rows(model, np.array([[1.0], [2.0]])).tolist() == [[-1, -1, -1], [4, 5, 6]]


def test_strangers_own_no_rows(rows: Values, labels: Values) -> None:
    assert own_rows(KNeighborsClassifier().fit(rows, labels), rows[:4] + 1).max() == -1


def test_inputs_stay_as_they_are(build: Callable[[], Any], rows: Values, labels: Values) -> None:
    model = build().fit(rows, labels)
    asked, clients, owner = rows[:6] + 0.1, rows[:3].copy(), np.array([0, 0, 1, 1, 2, 2])
    before = asked.copy(), clients.copy(), owner.copy(), model._fit_X.copy()
    score_without_own(model, asked, clients, owner)
    for now, then in zip((asked, clients, owner, model._fit_X), before, strict=True):
        np.testing.assert_array_equal(now, then)
