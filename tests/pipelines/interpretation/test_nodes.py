from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV

from one_click.columns import BASE_FEATURES, COLUMNS, LANGUAGES, TARGET, label
from one_click.folds import make_splits
from one_click.parameters import Interpretation
from one_click.pipelines.interpretation import nodes
from one_click.scores import uncalibrated_score
from one_click.wording import value_text

Fit = Callable[..., Any]
FAMILIES = ("logistic_regression", "decision_tree", "k_nearest_neighbours", "svc", "naive_bayes")


@pytest.fixture(scope="module")
def base(clients: pd.DataFrame, options: Interpretation) -> pd.DataFrame:
    return nodes.choose_base(clients, options)


@pytest.fixture(scope="module")
def planted(clients: pd.DataFrame) -> pd.DataFrame:
    """Return clients whose decline shows in the minutes of this month and in nothing else."""
    generator = np.random.default_rng(0)
    order = generator.permutation(len(clients))
    blind = clients.assign(**clients.loc[order, list(BASE_FEATURES)].reset_index(drop=True))
    minutes = np.where(clients[TARGET] == 1, 3, 12) + generator.integers(0, 6, len(clients))
    return blind.assign(minutes_current=minutes)


@pytest.fixture(scope="module")
def explained(
    fit: Fit, clients: pd.DataFrame, base: pd.DataFrame, options: Interpretation
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the Shapley values of a logistic regression and the reasons given for them."""
    shap_values = nodes.explain_clients(clients, fit("logistic_regression", clients), base, options)
    return shap_values, nodes.give_reasons(shap_values, clients, base, options)


def test_base_is_drawn_from_training_clients(clients: pd.DataFrame, options: Interpretation) -> None:
    base = nodes.choose_base(clients, options)
    assert len(base) == 40
    assert base["client_id"].is_monotonic_increasing
    assert base["client_id"].isin(clients["client_id"]).all()
    assert base.columns.tolist() == ["client_id", *BASE_FEATURES]
    assert len(nodes.choose_base(clients.head(12), options)) == 12


@pytest.mark.parametrize(
    ("name", "scale", "method"),
    [
        ("logistic_regression", "log_odds", "linear"),
        ("decision_tree", "probability", "tree"),
        ("k_nearest_neighbours", "probability", "sampled"),
        ("svc", "decision_function", "rbf"),
        ("naive_bayes", "probability", "sampled"),
    ],
)
def test_explained_is_the_uncalibrated_score_of_the_champion(
    fit: Fit,
    clients: pd.DataFrame,
    base: pd.DataFrame,
    options: Interpretation,
    name: str,
    scale: str,
    method: str,
) -> None:
    splits = make_splits(clients, 3, 0)
    champion = CalibratedClassifierCV(fit(name, clients), method="sigmoid", cv=splits, ensemble=False)
    champion.fit(clients[list(BASE_FEATURES)], clients[TARGET])
    table = nodes.explain_clients(clients, champion, base, options)
    assert table["client_id"].tolist() == clients["client_id"].tolist()
    assert set(table["scale"]) == {scale}
    assert set(table["method"]) == {method}
    np.testing.assert_allclose(table["output"], uncalibrated_score(champion, clients[list(BASE_FEATURES)]))
    total = table["base_value"] + table[list(BASE_FEATURES)].sum(axis=1)
    np.testing.assert_allclose(total, table["output"], atol=1e-6)


@pytest.mark.parametrize("name", FAMILIES)
def test_planted_driver_ranks_first(
    fit: Fit, planted: pd.DataFrame, options: Interpretation, name: str
) -> None:
    model = fit(name, planted)
    permuted = nodes.permute_features(planted, model, options).set_index("feature")
    shap_values = nodes.explain_clients(planted, model, planted[["client_id", *BASE_FEATURES]], options)
    summary = nodes.summarise_shap(shap_values, planted).set_index("feature")
    assert permuted.index[0] == summary.index[0] == "minutes_current"
    assert permuted.iloc[0][["importance", "low"]].min() > 0.1
    assert permuted["importance"].iloc[1:].max() < permuted["importance"].iloc[0] / 4
    assert summary["mean_absolute"].iloc[1:].max() < summary["mean_absolute"].iloc[0] / 3
    assert summary.loc["minutes_current", "direction"] < -0.7
    assert summary["share"].sum() == pytest.approx(1)
    for table in (permuted, summary):
        assert table["rank"].tolist() == list(range(1, 17))
        assert (table["group"] == [COLUMNS[feature].group for feature in table.index]).all()


@pytest.mark.filterwarnings("ignore:Features .* are constant", "ignore:invalid value")
def test_direction_is_that_of_the_coefficient_and_missing_where_there_is_none(
    fit: Fit, clients: pd.DataFrame, options: Interpretation
) -> None:
    constant = clients.assign(days_registered=5)
    model = fit("logistic_regression", constant)
    shap_values = nodes.explain_clients(constant, model, constant[["client_id", *BASE_FEATURES]], options)
    shuffled = constant.sample(frac=1, random_state=0)
    direction = nodes.summarise_shap(shap_values, shuffled).set_index("feature")["direction"]
    coefficients = dict(zip(model[:-1].get_feature_names_out(), model[-1].coef_[0], strict=True))
    for feature in ("pages_per_visit", "promo_purchase_share", "allows_messages"):
        assert direction[feature] == pytest.approx(np.sign(coefficients[feature]))
    assert direction[["popular_category", "service_type", "days_registered"]].isna().all()


# --- reasons -----------------------------------------------------------------------------------------


def test_reasons_are_the_largest_positive_contributions(
    explained: tuple[pd.DataFrame, pd.DataFrame], options: Interpretation
) -> None:
    shap_values, reasons = explained
    values = shap_values.set_index("client_id")[list(BASE_FEATURES)]
    for client, own in reasons.groupby("client_id"):
        positive = values.loc[client][values.loc[client] > 0].nlargest(options.reasons)
        assert own["rank"].tolist() == list(range(1, len(positive) + 1))
        assert own["contribution"].tolist() == positive.tolist()
        assert own["feature"].tolist() == positive.index.tolist()


def test_sentences_are_true_against_their_numbers(
    explained: tuple[pd.DataFrame, pd.DataFrame], clients: pd.DataFrame, base: pd.DataFrame
) -> None:
    _, reasons = explained
    own = clients.set_index("client_id")
    for row in reasons.itertuples():
        column = base[row.feature]
        counted = COLUMNS[row.feature].kind in ("category", "flag")
        typical = column.mode()[0] if counted else column.median()
        value = own.loc[row.client_id, row.feature]
        assert (row.value, row.typical_value) == (str(value), str(typical))
        assert row.changeable == COLUMNS[row.feature].changeable
        for language in LANGUAGES:
            text, usual = (value_text(row.feature, one, language) for one in (value, typical))
            sentence = getattr(row, f"sentence_{language}")
            assert sentence.startswith(f"{label(row.feature, language)}: {text} (")
            assert (usual in sentence) == (text != usual or usual in text)


@pytest.mark.parametrize(
    ("feature", "value", "typical", "russian", "english"),
    [
        pytest.param(
            "pages_per_visit",
            2,
            8.0,
            "Страниц за визит: 2 стр. (обычно 8 стр.) — повышает оценку риска",
            "Pages per visit: 2 pages (typically 8 pages), which raises the risk score",
            id="number",
        ),
        pytest.param(
            "pages_per_visit",
            8,
            8.0,
            "Страниц за визит: 8 стр. (обычное значение) — повышает оценку риска",
            "Pages per visit: 8 pages (a typical value), which raises the risk score",
            id="typical-number",
        ),
        pytest.param(
            "service_type",
            "премиум",
            "стандарт",
            "Тип сервиса: премиум (чаще всего стандарт) — повышает оценку риска",
            "Service type: premium (most often standard), which raises the risk score",
            id="category",
        ),
        pytest.param(
            "allows_messages",
            True,
            True,
            "Разрешает сообщения: да (самое частое значение) — повышает оценку риска",
            "Allows messages: yes (the most frequent value), which raises the risk score",
            id="typical-flag",
        ),
    ],
)
def test_sentence_by_hand(feature: str, value: Any, typical: Any, russian: str, english: str) -> None:
    features = pd.DataFrame({"client_id": [1], **dict.fromkeys(BASE_FEATURES, 1)})
    features = features.astype({feature: "object"}).assign(**{feature: [value]})
    base = features.assign(**{feature: [typical]})
    shap_values = pd.DataFrame({"client_id": [1], **dict.fromkeys(BASE_FEATURES, 0.0), feature: [0.4]})
    options = Interpretation(permutation_repeats=2, base_clients=10, permutations=1, reasons=3, seed=0)
    reasons = nodes.give_reasons(shap_values, features, base, options)
    assert reasons[["sentence_ru", "sentence_en"]].to_numpy().tolist() == [[russian, english]]


def test_what_rounding_alone_may_make_is_no_reason(clients: pd.DataFrame, base: pd.DataFrame) -> None:
    shap_values = pd.DataFrame({"client_id": [1001], **dict.fromkeys(BASE_FEATURES, 0.0)})
    shap_values["days_registered"] = 1e-16
    options = Interpretation(permutation_repeats=2, base_clients=10, permutations=1, reasons=3, seed=0)
    reasons = nodes.give_reasons(shap_values, clients, base, options)
    assert reasons.empty
    assert "sentence_ru" in reasons.columns


@pytest.mark.filterwarnings("ignore:Found unknown categories")
@pytest.mark.parametrize("name", FAMILIES)
def test_unseen_category_gets_reasons_too(
    fit: Fit, clients: pd.DataFrame, base: pd.DataFrame, options: Interpretation, name: str
) -> None:
    unseen = clients.head(8).assign(popular_category="Новая")
    shap_values = nodes.explain_clients(unseen, fit(name, clients), base, options)
    reasons = nodes.give_reasons(shap_values, unseen, base, options)
    told = reasons.loc[reasons["feature"] == "popular_category", "sentence_en"]
    assert told.str.startswith("Popular category: Новая (most often ").all()


def test_nodes_do_not_change_their_inputs(
    fit: Fit, clients: pd.DataFrame, base: pd.DataFrame, options: Interpretation
) -> None:
    before = clients.copy(), base.copy()
    model = fit("k_nearest_neighbours", clients)
    nodes.permute_features(clients, model, options)
    shap_values = nodes.explain_clients(clients, model, base, options)
    kept = shap_values.copy()
    nodes.summarise_shap(shap_values, clients)
    nodes.give_reasons(shap_values, clients, base, options)
    for table, copy in zip((clients, base, shap_values), (*before, kept), strict=True):
        pd.testing.assert_frame_equal(table, copy)
