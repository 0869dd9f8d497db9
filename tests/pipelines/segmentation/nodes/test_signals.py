import numpy as np
import pandas as pd
import pytest

from one_click.parameters import Segmentation
from one_click.pipelines.segmentation.nodes.signals import fit_signal_borders, measure_signals


def visits(**columns: list[float]) -> pd.DataFrame:
    steady = {
        "minutes_previous": [10.0] * 10,
        "minutes_current": [10.0] * 10,
        "revenue_two_months_ago": [100.0] * 10,
        "revenue_previous": [100.0] * 10,
        "revenue_current": [100.0] * 10,
        "pages_per_visit": [5.0] * 10,
    }
    return pd.DataFrame(steady | columns)


def test_signals_measure_changes_and_pages() -> None:
    values = measure_signals(
        visits(
            minutes_current=[5.0] * 10,
            revenue_two_months_ago=[300.0] * 10,
            minutes_previous=[0.0, *[10.0] * 9],
        )
    )
    assert values["revenue_drop"].tolist() == [-0.5] * 10  # 100 against the mean of 300 and 100
    assert np.isnan(values["minutes_drop"].iloc[0])
    assert values["minutes_drop"].iloc[1:].tolist() == [-0.5] * 9
    assert values["low_pages"].tolist() == [5.0] * 10


def test_borders_lie_below_what_most_clients_have(options: Segmentation) -> None:
    borders = fit_signal_borders(visits(pages_per_visit=[2.0, *[5.0] * 9]), options)
    assert borders["low_pages"] == 2


def test_a_base_without_differences_gives_no_signal(options: Segmentation) -> None:
    clients = visits()
    borders = fit_signal_borders(clients, options)
    values = measure_signals(clients)
    assert not any((values[name] <= border).any() for name, border in borders.items())


def test_small_drops_are_no_signal(options: Segmentation) -> None:
    clients = visits(minutes_current=[9.9, *[10.0] * 9])
    assert fit_signal_borders(clients, options)["minutes_drop"] == -options.smallest_drop


@pytest.mark.parametrize("share", [0.1, 0.2])
def test_border_is_the_quantile_of_the_base(options: Segmentation, share: float) -> None:
    clients = visits(pages_per_visit=[float(n) for n in range(10)])
    borders = fit_signal_borders(clients, options.model_copy(update={"signal_quantile": share}))
    assert borders["low_pages"] == pytest.approx(9 * share)
