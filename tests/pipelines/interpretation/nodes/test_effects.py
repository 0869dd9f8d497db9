from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from tests.purity import purely

from one_click.pipelines.interpretation.nodes import effects

summarise_curves = purely(effects.summarise_curves)

MakeCurve = Callable[..., pd.DataFrame]


@pytest.mark.parametrize(
    ("probabilities", "shape"),
    [
        pytest.param([0.1, 0.3, 0.5, 0.9], "rises", id="rises"),
        pytest.param([0.9, 0.5, 0.5, 0.1], "falls", id="falls"),
        pytest.param([0.1, 0.6, 0.55, 0.9], "rises", id="small-dip-is-passed-over"),
        pytest.param([0.5, 0.52, 0.2, 0.1], "falls", id="small-rise-at-the-start-is-passed-over"),
        pytest.param([0.1, 0.8, 0.7, 0.2], "rises_then_falls", id="hill"),
        pytest.param([0.8, 0.2, 0.3, 0.6], "falls_then_rises", id="valley"),
        pytest.param([0.2, 0.6, 0.3, 0.7], "wavy", id="wavy"),
        pytest.param([0.40, 0.42, 0.40, 0.429], "flat", id="flat"),
        pytest.param([0.400, 0.409, 0.401, 0.440], "rises", id="turns-below-a-point-are-no-waves"),
    ],
)
def test_shape_and_extremes_of_a_number(
    make_curve: MakeCurve, probabilities: list[float], shape: str
) -> None:
    values = [2, 4, 6, 9]
    (row,) = summarise_curves(make_curve("pages_per_visit", values, probabilities)).to_dict("records")
    assert row["shape"] == shape
    assert (row["lowest"], row["highest"]) == (min(probabilities), max(probabilities))
    assert row["span"] == pytest.approx(max(probabilities) - min(probabilities))
    assert row["lowest_value"] == values[int(np.argmin(probabilities))]
    assert row["highest_value"] == values[int(np.argmax(probabilities))]
    assert np.isnan(row["steepest_from"]) == (shape == "flat")


def test_categories_have_levels_and_no_stretch(make_curve: MakeCurve) -> None:
    levels = ["Дом", "Новая", "Сад"]
    (row,) = summarise_curves(make_curve("popular_category", levels, [0.5, 0.3, 0.4])).to_dict("records")
    assert (row["shape"], row["lowest_level"], row["highest_level"]) == ("differs", "Новая", "Дом")
    assert np.isnan([row[name] for name in ("lowest_value", "highest_value", "steepest_to")]).all()


@pytest.mark.parametrize(
    ("values", "probabilities", "stretch"),
    [
        pytest.param([2, 4, 6, 9], [0.71, 0.62, 0.3, 0.2], (4, 6), id="one-step"),
        pytest.param([1, 2, 3, 4, 5], [0.1, 0.3, 0.5, 0.7, 0.9], (1, 4), id="even"),
        pytest.param([1, 2, 3, 4, 5], [0.9, 0.85, 0.6, 0.3, 0.25], (2, 4), id="two-steps"),
        pytest.param([1, 2, 3, 4], [0.1, 0.7, 0.1, 0.9], (3, 4), id="of-equal-ones-the-larger-change"),
        pytest.param([0, 8, 9, 10], [0.1, 0.7, 0.7, 0.7], (0, 8), id="only-one"),
    ],
)
def test_steepest_stretch_is_the_narrowest_with_most_of_the_change(
    make_curve: MakeCurve, values: list[float], probabilities: list[float], stretch: tuple[float, float]
) -> None:
    (row,) = summarise_curves(make_curve("pages_per_visit", values, probabilities)).to_dict("records")
    assert (row["steepest_from"], row["steepest_to"]) == stretch


@pytest.mark.parametrize(("distance", "differs"), [(0.049, False), (0.051, True), (-0.051, True)])
def test_accumulated_effects_differ_from_five_points_on(
    make_curve: MakeCurve, distance: float, differs: bool
) -> None:
    curve = make_curve("pages_per_visit", [1, 2], [0.2, 0.6], ale=[0.2, 0.6 + distance])
    assert summarise_curves(curve)["ale_differs"].tolist() == [differs]


def test_most_important_feature_comes_first(make_curve: MakeCurve) -> None:
    parts = [
        make_curve("pages_per_visit", [2, 1], [0.3, 0.2], rank=2),
        make_curve("service_errors", [1, 2], [0.2, 0.3], rank=1),
        make_curve("allows_messages", [False, True], [0.2, 0.3], rank=3),
    ]
    curves = pd.concat(parts, ignore_index=True)
    summary = summarise_curves(curves)
    assert summary["feature"].tolist() == ["service_errors", "pages_per_visit", "allows_messages"]
    assert summary["shape"].tolist() == ["rises", "rises", "differs"]  # in the order of the values
