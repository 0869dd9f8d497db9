import pandas as pd
import pytest

from one_click.pipelines.eda.nodes.encoding import quantile_bins, standardise


def _clients() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "pages_per_visit": [1, 2, 3, 6],
            "minutes_current": [5.0, None, 7.0, 9.0],
            "service_errors": [4, 4, 4, 4],
            "allows_messages": [True, False, True, False],
            "popular_category": ["а", "а", "б", "в"],
        }
    )


def test_every_feature_has_mean_0_and_a_total_variance_of_1() -> None:
    points = standardise(_clients(), list(_clients().columns))
    assert points.mean().abs().max() < 1e-12
    known = points.drop(columns="minutes_current")  # a missing value, set to the mean, narrows it
    total = known.var().groupby(known.columns.str.split("=").str[0]).sum()
    assert total.to_dict() == pytest.approx(dict.fromkeys(total.index, 1.0))
    assert points.loc[1, "minutes_current"] == 0
    assert "service_errors" not in points
    assert list(total.index) == ["allows_messages", "pages_per_visit"]  # the category repeats the client


def test_values_of_a_category_share_its_variance() -> None:
    points = standardise(pd.concat([_clients()] * 3), ["popular_category"])
    assert list(points) == ["popular_category=а", "popular_category=б", "popular_category=в"]
    assert points.var().sum() == pytest.approx(1.0)


def test_identifiers_are_left_out() -> None:
    clients = pd.DataFrame(
        {"popular_category": [f"раздел {i}" for i in range(60)], "service_errors": range(60)}
    )
    assert list(standardise(clients, list(clients.columns))) == ["service_errors"]


@pytest.mark.parametrize(
    ("values", "bins"),
    [
        pytest.param([1, 2, 3, 4, 5, 6], [0, 0, 1, 1, 2, 2], id="thirds"),
        pytest.param([1, 1, 1, 1, 1, 9], [0, 0, 0, 0, 0, 1], id="equal-values-stay-together"),
        pytest.param([1, None, 3, 5], [0, None, 1, 2], id="missing-stays-missing"),
        pytest.param([1, 2, 5, 5, 5, 5], [0, 0, 1, 1, 1, 1], id="most-at-the-top"),
        pytest.param([1, 2, 5, 5, 5, 5, 5, 5], [0, 0, 1, 1, 1, 1, 1, 1], id="nearly-all-at-the-top"),
        pytest.param([4, 4, 4], [0, 0, 0], id="one-value"),
        pytest.param([None, None], [None, None], id="no-values"),
    ],
)
def test_quantile_bins(values: list[float], bins: list[float]) -> None:
    found = quantile_bins(pd.Series(values, dtype="float64"), 3)
    pd.testing.assert_series_equal(found, pd.Series(bins, dtype="float64"), check_dtype=False)
