import pandas as pd
import pytest

from one_click.columns import BASE_FEATURES
from one_click.errors import DataError
from one_click.parameters import DataProcessing
from one_click.pipelines.data_processing.nodes.split import split_clients

NO_FINDINGS = pd.DataFrame({"finding": [], "level": []})


def _features(target: list[float], twins: list[int]) -> pd.DataFrame:
    values = dict.fromkeys(BASE_FEATURES, 1.0)
    return pd.DataFrame(
        {"client_id": range(1, len(target) + 1), **values, "twin_group": twins, "activity_declined": target}
    )


@pytest.mark.parametrize("seed", range(5))
def test_split_keeps_twins_together_and_the_classes_in_proportion(options: DataProcessing, seed: int) -> None:
    # 40 pairs of twins, 16 of them declined: a quarter is 10 pairs with 4 declined.
    target = [float(pair < 16) for pair in range(40) for _ in range(2)]
    features = _features(target, [2 * pair + 1 for pair in range(40) for _ in range(2)])
    train, test = split_clients(features, NO_FINDINGS, options.model_copy(update={"seed": seed}))
    assert not {(client - 1) // 2 for client in train["client_id"]} & {
        (c - 1) // 2 for c in test["client_id"]
    }
    assert len(test) == 20
    assert test["activity_declined"].sum() == 8
    assert sorted([*train["client_id"], *test["client_id"]]) == list(range(1, 81))
    assert train["client_id"].is_monotonic_increasing
    assert train["activity_declined"].dtype == "int64"


def test_split_depends_on_the_seed_alone(options: DataProcessing) -> None:
    features = _features([1.0, 0.0] * 20, list(range(1, 41)))
    first, again = (split_clients(features, NO_FINDINGS, options) for _ in range(2))
    other = split_clients(features, NO_FINDINGS, options.model_copy(update={"seed": 7}))
    pd.testing.assert_frame_equal(first[1], again[1])
    assert set(first[1]["client_id"]) != set(other[1]["client_id"])


@pytest.mark.parametrize(
    ("clients", "expected"),
    [
        pytest.param(100, 100, id="as-many-as-wanted"),
        pytest.param(101, 99, id="one-more"),
        pytest.param(102, 100, id="two-more"),
        pytest.param(200, 100, id="twice-as-many"),
    ],
)
def test_training_uses_a_stratified_sample(options: DataProcessing, clients: int, expected: int) -> None:
    target = [1.0 if i % 4 == 0 else 0.0 for i in range(clients)]
    limited = options.model_copy(update={"training_rows": 100})
    train, test = split_clients(_features(target, list(range(1, clients + 1))), NO_FINDINGS, limited)
    assert len(train) + len(test) == expected
    assert train["activity_declined"].sum() + test["activity_declined"].sum() == pytest.approx(
        expected / 4, abs=1
    )


@pytest.mark.parametrize(
    ("declined", "others", "share"),
    [
        pytest.param(0, 20, 0.25, id="one-class"),
        pytest.param(3, 20, 0.25, id="too-few-declined"),
        pytest.param(20, 20, 0.01, id="test-part-too-small"),
        pytest.param(20, 20, 0.99, id="training-part-too-small"),
    ],
)
def test_split_refuses_what_cannot_be_stratified(
    options: DataProcessing, declined: int, others: int, share: float
) -> None:
    features = _features([1.0] * declined + [0.0] * others, list(range(1, declined + others + 1)))
    with pytest.raises(DataError, match=f"{declined} declined and {others} other clients, too few"):
        split_clients(features, NO_FINDINGS, options.model_copy(update={"test_share": share}))


def test_too_few_are_told_as_clients_not_as_groups_of_twins(options: DataProcessing) -> None:
    # 20 declined clients, of whom 18 are twins of one another: 3 groups, of which no quarter can be held out.
    features = _features([1.0] * 20 + [0.0] * 20, [1] * 18 + list(range(2, 24)))
    with pytest.raises(DataError) as error:
        split_clients(features, NO_FINDINGS, options)
    assert "There are 20 declined and 20 other clients (3 and 20, twins counted once)" in str(error.value)
