import numpy as np
import pandas as pd
import pytest

from one_click.rules.signals import RISK_SIGNALS, Signal, find_shown

NAMES = {"code": "sign", "title_ru": "-", "title_en": "-"}
PAGES = Signal(feature="pages_per_visit", **NAMES)
MINUTES = Signal(feature="minutes_current", before=("minutes_previous",), **NAMES)
REVENUE = Signal(feature="revenue_current", before=("revenue_two_months_ago", "revenue_previous"), **NAMES)


def visits(**columns: list[float]) -> pd.DataFrame:
    visited = ("minutes_previous", "minutes_current", "pages_per_visit")
    steady = dict.fromkeys(visited, [10.0] * 10)
    money = dict.fromkeys(("revenue_two_months_ago", "revenue_previous", "revenue_current"), [100.0] * 10)
    return pd.DataFrame(steady | money | columns)


def test_low_value_is_measured_as_it_is() -> None:
    assert PAGES.measure(visits(pages_per_visit=[5] * 10)).tolist() == [5.0] * 10


def test_drop_is_measured_as_the_change_against_the_mean_of_earlier_months() -> None:
    # 100 against the mean of 300 and 100
    assert REVENUE.measure(visits(revenue_two_months_ago=[300.0] * 10)).tolist() == [-0.5] * 10
    changes = MINUTES.measure(visits(minutes_current=[5.0] * 10, minutes_previous=[0.0, *[10.0] * 9]))
    assert np.isnan(changes.iloc[0])
    assert changes.iloc[1:].tolist() == [-0.5] * 9


def test_threshold_lies_below_what_most_clients_have() -> None:
    assert PAGES.fit(visits(pages_per_visit=[2.0, *[5.0] * 9]), 0.1, 0.05) == 2


@pytest.mark.parametrize("share", [0.1, 0.2])
def test_threshold_is_the_quantile_of_the_base(share: float) -> None:
    base = visits(pages_per_visit=[float(n) for n in range(10)])
    assert PAGES.fit(base, share, 0.05) == pytest.approx(9 * share)


def test_small_drops_are_no_signal() -> None:
    assert MINUTES.fit(visits(minutes_current=[9.9, *[10.0] * 9]), 0.1, 0.05) == -0.05


@pytest.mark.parametrize("signal", [PAGES, MINUTES, REVENUE], ids=lambda signal: signal.feature)
def test_base_without_differences_shows_no_signal(signal: Signal) -> None:
    base = visits()
    assert not (signal.measure(base) <= signal.fit(base, 0.1, 0.05)).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"feature": "page_per_visit"}, "did you mean 'pages_per_visit'", id="unknown"),
        pytest.param({"feature": "popular_category"}, "is no numeric feature", id="category"),
        pytest.param({"feature": "monthly_profit"}, "is no numeric feature", id="no-feature"),
        pytest.param({"before": ("minutes_previou",)}, "did you mean 'minutes_previous'", id="before"),
        pytest.param({"title_ru": ""}, "title_ru", id="without-a-title"),
        pytest.param({"code": "Low"}, "pattern", id="code"),
        pytest.param({"measure": 1}, "no such key 'measure'", id="key"),
    ],
)
def test_faulty_signals_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Signal.model_validate(NAMES | {"feature": "minutes_current"} | change)


def test_signals_are_told_in_both_languages() -> None:
    for signal in RISK_SIGNALS.values():
        assert signal.title("ru") != signal.title("en")


def test_signal_without_a_threshold_stops_instead_of_never_being_shown() -> None:
    measured = [name for signal in RISK_SIGNALS.values() for name in (signal.feature, *signal.before)]
    base = pd.DataFrame({"client_id": range(10)} | dict.fromkeys(measured, 10.0))
    complete = dict.fromkeys(RISK_SIGNALS, -1e9)
    assert find_shown(base, complete).empty
    for missing in RISK_SIGNALS:
        with pytest.raises(KeyError, match=missing):
            find_shown(base, {code: value for code, value in complete.items() if code != missing})
