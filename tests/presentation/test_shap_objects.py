from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.columns import BASE_FEATURES, Language, label
from one_click.errors import DataError, OneClickError, ParameterError
from one_click.presentation.shap_objects import as_explanation, as_interactions

pytestmark = pytest.mark.filterwarnings("ignore:The set_.* function will be deprecated")  # shap's own colours

FEATURES = list(BASE_FEATURES)
CLIENTS = [1003, 1001, 1002]
PAGES, CONSENT, CATEGORY = "pages_per_visit", "allows_messages", "popular_category"
MESSAGES = {
    "unknown-language": ({"language": "eng"}, ParameterError, ("no 'eng'", "did you mean 'en'?")),
    "client-without-values": (
        {"clients": [1001, 1009]},
        DataError,
        ("these clients: 1009", "file:   shap_values", "column: client_id", "remedy:"),
    ),
    "client-without-features": (
        {"features": lambda table: table[table["client_id"] != 1001]},
        DataError,
        ("these clients: 1001", "file:   features", "remedy:"),
    ),
    "features-without-numbers": (
        {"features": lambda table: table[FEATURES]},
        DataError,
        ("These features do not have client_id", "file:   features", 'catalog.load("features")'),
    ),
    "other-table": (
        {"shap_values": lambda table: table.drop(columns="base_value")},
        DataError,
        ("do not have base_value", "file:   shap_values", 'catalog.load("shap_values")'),
    ),
}


@pytest.fixture
def shap_values() -> pd.DataFrame:
    contributions = np.arange(48.0).reshape(3, 16) / 100
    table = pd.DataFrame(contributions, columns=FEATURES).assign(client_id=CLIENTS, base_value=0.25)
    return table.assign(output=0.25 + contributions.sum(axis=1))


@pytest.fixture
def features(make_clients: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """Return more clients than are explained, in another order."""
    known = {
        PAGES: [7, 3, 5, 1],
        CONSENT: [True, False, True, True],
        CATEGORY: ["Кухонная посуда", "Домашний текстиль", "Товары для детей", "Дом"],
    }
    return make_clients(4).assign(client_id=[1001, 1002, 1003, 1004], **known)


@pytest.fixture(scope="module", autouse=True)
def shap() -> Any:
    """Return the package, imported only where a test needs it: workers that collect this file do not wait."""
    return pytest.importorskip("shap", reason="there is no shap for an Intel Mac with Python 3.11")


@pytest.fixture
def pyplot() -> Iterator[Any]:
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    yield plt
    plt.close("all")


def _contributions(explanation: Any) -> list[list[float]]:
    return explanation.values.tolist()  # noqa: PD011  an object of shap, no frame


# --- explanations ---------------------------------------------------------------------------------------


def test_values_and_base_are_those_of_the_table_and_add_up(
    shap: Any, shap_values: pd.DataFrame, features: pd.DataFrame
) -> None:
    explanation = as_explanation(shap_values, features)
    assert isinstance(explanation, shap.Explanation)
    assert explanation.shape == (3, 16)
    assert _contributions(explanation) == shap_values[FEATURES].to_numpy().tolist()
    assert explanation.base_values.tolist() == [0.25, 0.25, 0.25]
    total = explanation.base_values + np.sum(_contributions(explanation), axis=1)
    np.testing.assert_allclose(total, shap_values["output"])


@pytest.mark.parametrize(
    ("language", "category", "consent", "category_codes"),
    [
        pytest.param(
            "ru", ["Товары для детей", "Кухонная посуда", "Домашний текстиль"], "да", [2, 1, 0], id="russian"
        ),
        pytest.param(
            "en", ["Children's goods", "Kitchenware", "Home textiles"], "yes", [0, 2, 1], id="english"
        ),
    ],
)
def test_data_are_numbers_to_colour_by_and_words_to_read(
    shap_values: pd.DataFrame,
    features: pd.DataFrame,
    language: Language,
    category: list[str],
    consent: str,
    category_codes: list[int],
) -> None:
    explanation = as_explanation(shap_values, features, language)
    assert list(explanation.feature_names) == [label(name, language) for name in FEATURES]
    assert explanation.data.dtype == "float64"
    by_label = explanation[:, label(PAGES, language)]
    assert by_label.data.tolist() == by_label.display_data.tolist() == [5, 7, 3]
    flag, of_category = (explanation[:, label(name, language)] for name in (CONSENT, CATEGORY))
    assert flag.data.tolist() == [1, 1, 0]
    assert flag.display_data[0] == consent
    assert of_category.data.tolist() == category_codes
    assert of_category.display_data.tolist() == category


def test_order_of_the_features_table_does_not_matter(
    shap_values: pd.DataFrame, features: pd.DataFrame
) -> None:
    one, other = (as_explanation(shap_values, table) for table in (features, features.iloc[[2, 0, 3, 1]]))
    np.testing.assert_array_equal(one.data, other.data)
    np.testing.assert_array_equal(one.display_data, other.display_data)


@pytest.mark.parametrize("clients", [[1002, 1003], np.array([1001]), pd.Series([1003, 1001]), []], ids=len)
def test_chosen_clients_come_in_the_order_asked_for(
    shap_values: pd.DataFrame, features: pd.DataFrame, clients: Any
) -> None:
    some, rows = as_explanation(shap_values, features, clients=clients), [CLIENTS.index(c) for c in clients]
    assert _contributions(some) == shap_values[FEATURES].to_numpy()[rows].tolist()
    pages = dict(zip(features["client_id"], features[PAGES], strict=True))
    assert some.data[:, FEATURES.index(PAGES)].tolist() == [pages[client] for client in clients]


@pytest.mark.parametrize("name", MESSAGES)
def test_unfit_input_gets_one_clear_message(
    shap_values: pd.DataFrame, features: pd.DataFrame, name: str
) -> None:
    changes, kind, words = MESSAGES[name]
    given: dict[str, Any] = {"shap_values": shap_values, "features": features}
    given |= {key: change(given[key]) if callable(change) else change for key, change in changes.items()}
    with pytest.raises(OneClickError) as caught:
        as_explanation(**given)
    assert type(caught.value) is kind
    assert all(word in str(caught.value) for word in words)


@pytest.mark.filterwarnings("error:Glyph")  # that a font lacks
def test_plots_of_shap_draw_it_in_russian(
    shap: Any, pyplot: Any, shap_values: pd.DataFrame, features: pd.DataFrame
) -> None:
    explanation = as_explanation(shap_values, features)
    pages, category = (explanation[:, label(name, "ru")] for name in (PAGES, CATEGORY))
    for draw in (
        lambda: shap.plots.beeswarm(explanation, max_display=16, show=False),
        lambda: shap.plots.bar(explanation, max_display=16, show=False),
        lambda: shap.plots.waterfall(explanation[0], max_display=16, show=False),
        lambda: shap.plots.scatter(pages, color=category, show=False),
    ):
        draw()
        figure = pyplot.gcf()
        figure.canvas.draw()
        axes = figure.axes[0]
        shown = " ".join(text.get_text() for text in (*axes.get_yticklabels(), axes.xaxis.label))
        assert label(PAGES, "ru") in shown
        pyplot.close(figure)


# --- interactions ---------------------------------------------------------------------------------------


def test_pairs_are_halved_on_either_side_of_what_features_contribute_by_themselves() -> None:
    table = pd.DataFrame(
        [(1002, PAGES, PAGES, 0.5), (1002, CONSENT, PAGES, 0.2), (1001, PAGES, PAGES, -1.0)],
        columns=["client_id", "feature", "other", "value"],
    )
    first, second = as_interactions(table)
    pages, consent = FEATURES.index(PAGES), FEATURES.index(CONSENT)
    expected = np.zeros((16, 16))
    expected[pages, pages], expected[pages, consent], expected[consent, pages] = 0.5, 0.1, 0.1
    np.testing.assert_array_equal(first, expected)
    assert second[pages, pages] == second.sum() == -1
    assert as_interactions(table.head(0)).shape == (0, 16, 16)


def test_a_table_that_is_not_of_pairs_is_no_interactions(shap_values: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="do not have feature, other, value") as error:
        as_interactions(shap_values)
    assert 'catalog.load("shap_interactions")' in str(error.value)


@pytest.mark.parametrize("side", ["feature", "other"])
def test_a_pair_with_an_unknown_feature_is_refused(side: str) -> None:
    table = pd.DataFrame({"client_id": [1001], "feature": PAGES, "other": PAGES, "value": 0.5})
    with pytest.raises(DataError, match="unknown features: pages") as error:
        as_interactions(table.assign(**{side: "pages"}))
    assert f"column: {side}" in str(error.value)
