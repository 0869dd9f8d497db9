import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.columns import BASE_FEATURES, LANGUAGES, TARGET, Language, label, model_label
from one_click.explain.shapley import explain
from one_click.modelling.calibration import calibrate_out_of_fold
from one_click.parameters import Interpretation
from one_click.pipelines.interpretation.nodes.disputes import find_disputes
from one_click.presentation.wording import value_text

Fit = Callable[..., Any]
FEATURES = list(BASE_FEATURES)
LINEAR, TREE, NEIGHBOURS = "logistic_regression", "decision_tree", "k_nearest_neighbours"
ENDING = ["spread", "highest", "lowest", "feature", "value", "weight_highest", "weight_lowest"]
SAID: dict[Language, str] = {
    "ru": r"^(?P<high>.+): (?P<p_high>[^,]+), (?P<low>.+): (?P<p_low>[^.]+)\. Больше всего разницы даёт "
    r"признак «(?P<name>.+)» \((?P<value>.+)\): его доля в объяснении (?P<w_high>.+) и (?P<w_low>.+)\.$",
    "en": r"^(?P<high>.+): (?P<p_high>[^,]+), (?P<low>.+): (?P<p_low>[^.]+)\. What parts them most is "
    r"“(?P<name>.+)” \((?P<value>.+)\): its share of the explanation is (?P<w_high>.+) and (?P<w_low>.+)\.$",
}


@pytest.fixture(scope="module")
def two(options: Interpretation) -> Interpretation:
    return options.model_copy(update={"disputed_clients": 2})


@pytest.fixture(scope="module")
def base(clients: pd.DataFrame) -> pd.DataFrame:
    return clients[["client_id", *BASE_FEATURES]]


@pytest.fixture(scope="module")
def blinkered(fit: Fit, clients: pd.DataFrame) -> dict[str, Any]:
    """Return models of which one looks at pages alone, one at promo purchases and one at both."""
    pages, promo = (clients[name] for name in ("pages_per_visit", "promo_purchase_share"))
    return {
        LINEAR: fit(LINEAR, clients.assign(**{TARGET: (pages < 6).astype("int64")}), select__k=1),
        TREE: fit(TREE, clients.assign(**{TARGET: (promo > 0.5).astype("int64")}), select__k=1),
        NEIGHBOURS: fit(NEIGHBOURS, clients, select__k=2),
    }


def scores(**families: list[float]) -> pd.DataFrame:
    """Return out-of-fold scores of the first clients, by family."""
    parts = [
        pd.DataFrame({"client_id": range(1001, 1001 + len(own)), "model": name, "probability": own})
        for name, own in families.items()
    ]
    table = pd.concat(parts, ignore_index=True).assign(repeat=0, target=1.0)
    return table.assign(fold=table["client_id"] % 2, score=table["probability"])


def uncalibrated(*families: str) -> pd.DataFrame:
    rows = [(name, method, method == "none") for name in families for method in ("none", "sigmoid")]
    return pd.DataFrame(rows, columns=["model", "method", "chosen"])


def parse_percent(text: str) -> float:
    return float(re.sub(r"[\u00a0%+]", "", text).replace("−", "-"))


# Who ----------------------------------------------------------------------------------------------


def test_those_whom_the_families_judge_most_differently(
    clients: pd.DataFrame, base: pd.DataFrame, blinkered: dict[str, Any], two: Interpretation
) -> None:
    known = scores(
        **{
            LINEAR: [0.5, 0.9, 0.5, 0.2, 0.6],
            TREE: [0.5, 0.3, 0.6, 0.8, 0.0],
            "extra_trees": [0.0, 1.0, 0.0, 1.0, 0.5],  # no family
            "voting": [0.0] * 5,
        }
    )
    table = find_disputes(clients, known, uncalibrated(LINEAR, TREE), base, two, **blinkered)
    assert table.columns.tolist() == [
        "client_id",
        "target",
        TREE,
        LINEAR,
        *ENDING,
        "sentence_ru",
        "sentence_en",
    ]
    assert table["client_id"].tolist() == [1002, 1004]  # as far apart as 1005, which comes later
    np.testing.assert_allclose(table["spread"], [0.6, 0.6])
    assert table["highest"].tolist() == [LINEAR, TREE]
    assert table["lowest"].tolist() == [TREE, LINEAR]
    np.testing.assert_allclose(table[[LINEAR, TREE]], [[0.9, 0.3], [0.2, 0.8]])


def test_largest_spread_comes_first(
    clients: pd.DataFrame, base: pd.DataFrame, blinkered: dict[str, Any], two: Interpretation
) -> None:
    known = scores(**{LINEAR: [0.1, 0.2, 0.3, 0.4], TREE: [0.2, 0.4, 0.6, 0.8]})
    many = two.model_copy(update={"disputed_clients": 50})
    shuffled = clients.sample(frac=1, random_state=2)
    table = find_disputes(shuffled, known, uncalibrated(LINEAR, TREE), base, many, **blinkered)
    assert table["client_id"].tolist() == [1004, 1003, 1002, 1001]
    own = clients.set_index("client_id")
    for row in table.itertuples():
        assert row.value == str(own.loc[row.client_id, row.feature])


def test_probabilities_are_calibrated_out_of_fold_and_averaged_over_repeats(
    clients: pd.DataFrame, base: pd.DataFrame, blinkered: dict[str, Any], two: Interpretation
) -> None:
    generator = np.random.default_rng(0)
    margins = pd.DataFrame(
        {
            "client_id": np.tile(np.arange(1001, 1041), 2),
            "repeat": np.repeat([0, 1], 40),
            "fold": generator.integers(0, 2, 80),
            "target": np.tile(np.arange(40) % 2, 2).astype("float64"),
        }
    )
    margins = margins.assign(
        model=LINEAR, score=margins["target"] + generator.normal(size=80), probability=np.nan
    )
    plain = margins.assign(model=TREE, score=0.1 + 0.2 * margins["repeat"])
    plain["probability"] = plain["score"]
    chosen = pd.DataFrame({"model": [LINEAR, TREE], "method": ["sigmoid", "none"], "chosen": True})
    all_of_them = two.model_copy(update={"disputed_clients": 40})
    table = find_disputes(clients, pd.concat([plain, margins]), chosen, base, all_of_them, **blinkered)
    table = table.sort_values("client_id")
    np.testing.assert_allclose(table[TREE], 0.2)  # of .1 and .3
    calibrated = calibrate_out_of_fold(margins, "sigmoid").reshape(2, 40).mean(axis=0)
    np.testing.assert_allclose(table[LINEAR], calibrated)
    assert table["target"].tolist() == [0.0, 1.0] * 20


@pytest.mark.parametrize("names", [pytest.param([LINEAR], id="one"), pytest.param(["voting"], id="none")])
def test_fewer_than_two_families_cannot_disagree(
    clients: pd.DataFrame,
    base: pd.DataFrame,
    blinkered: dict[str, Any],
    two: Interpretation,
    names: list[str],
) -> None:
    known = scores(**{name: [0.1, 0.9] for name in names}, extra_trees=[0.9, 0.1])
    table = find_disputes(clients, known, uncalibrated(*names), base, two, **blinkered)
    assert table.empty
    of_families = [name for name in names if name != "voting"]
    expected = ["client_id", "target", *of_families, *ENDING, "sentence_ru", "sentence_en"]
    assert table.columns.tolist() == expected


def test_a_family_that_could_not_be_fitted_is_left_out(
    clients: pd.DataFrame, base: pd.DataFrame, blinkered: dict[str, Any], two: Interpretation
) -> None:
    known = scores(**{LINEAR: [0.5, 0.9], TREE: [0.5, 0.3]})
    candidates = {**blinkered, "svc": "none"}
    table = find_disputes(clients, known, uncalibrated(LINEAR, TREE), base, two, **candidates)
    assert set(table["highest"]) | set(table["lowest"]) == {LINEAR, TREE}


# About what ---------------------------------------------------------------------------------------


def weighing(fit: Fit, clients: pd.DataFrame, **coefficients: float) -> Any:
    """Return a linear model of these features with these coefficients, in their order in the vocabulary."""
    risk = sum(clients[name].rank(pct=True) for name in coefficients)
    target = (risk > risk.median()).astype("int64")
    model = fit(LINEAR, clients.assign(**{TARGET: target}), select__k=len(coefficients))
    assert list(model[1:-1].get_feature_names_out()) == list(coefficients)
    model[-1].coef_[:] = list(coefficients.values())
    return model


def test_the_planted_disagreement_is_named(
    fit: Fit, clients: pd.DataFrame, base: pd.DataFrame, two: Interpretation
) -> None:
    """One model looks at the pages alone, the other at the minutes and at promo purchases."""
    models = {
        LINEAR: weighing(fit, clients, pages_per_visit=-1.0),
        TREE: weighing(fit, clients, minutes_current=1.0, promo_purchase_share=1.0),
    }
    asked = clients.assign(pages_per_visit=1, minutes_current=11, promo_purchase_share=0.95)
    known = scores(**{LINEAR: [0.9, 0.8], TREE: [0.3, 0.3]})
    table = find_disputes(asked, known, uncalibrated(LINEAR, TREE), base, two, **models)
    assert table["feature"].tolist() == ["pages_per_visit"] * 2
    assert table["value"].tolist() == ["1"] * 2
    np.testing.assert_allclose(table[["weight_highest", "weight_lowest"]], [[1, 0]] * 2)
    assert table["sentence_en"].tolist()[0] == (
        "Logistic regression: 90%, Decision tree: 30%. What parts them most is “Pages per visit” (1 page): "
        "its share of the explanation is +100% and 0%."
    )
    assert table["sentence_ru"].tolist()[0] == (
        "Логистическая регрессия: 90\u00a0%, Дерево решений: 30\u00a0%. Больше всего разницы даёт признак "
        "«Страниц за визит» (1 стр.): его доля в объяснении +100\u00a0% и 0\u00a0%."
    )


def test_weights_are_shares_of_each_models_own_explanation(
    clients: pd.DataFrame, base: pd.DataFrame, blinkered: dict[str, Any], two: Interpretation
) -> None:
    known = scores(**{NEIGHBOURS: [0.9, 0.2, 0.5], LINEAR: [0.3, 0.6, 0.5]})
    table = find_disputes(clients, known, uncalibrated(LINEAR, NEIGHBOURS), base, two, **blinkered)
    asked = clients.set_index("client_id").loc[table["client_id"], FEATURES]
    shares = {}
    for name in (LINEAR, NEIGHBOURS):
        values = explain(blinkered[name], asked, base[FEATURES], two).contributions
        shares[name] = pd.DataFrame(values / np.abs(values).sum(axis=1, keepdims=True), columns=FEATURES)
    for place, row in enumerate(table.itertuples()):
        high, low = shares[row.highest].iloc[place], shares[row.lowest].iloc[place]
        assert row.weight_highest == pytest.approx(high[row.feature])
        assert row.weight_lowest == pytest.approx(low[row.feature])
        assert row.weight_highest - row.weight_lowest == pytest.approx((high - low).max())


def test_a_model_without_reasons_weighs_nothing(
    fit: Fit, clients: pd.DataFrame, base: pd.DataFrame, blinkered: dict[str, Any], two: Interpretation
) -> None:
    blind = fit(LINEAR, clients, select__k=1, model__C=1e-9)
    blind[-1].coef_[:] = 0
    known = scores(**{LINEAR: [0.4, 0.4], TREE: [0.9, 0.8]})
    table = find_disputes(
        clients, known, uncalibrated(LINEAR, TREE), base, two, **{**blinkered, LINEAR: blind}
    )
    assert (table["weight_lowest"] == 0).all()
    assert np.isfinite(table["weight_highest"]).all()


def test_what_parts_them_most_is_named(
    fit: Fit, clients: pd.DataFrame, base: pd.DataFrame, two: Interpretation
) -> None:
    """Promo purchases differ by more, but speak for the lower model: the higher one is so for its pages."""
    models = {
        LINEAR: weighing(fit, clients, pages_per_visit=-0.2, promo_purchase_share=-0.8),
        TREE: weighing(fit, clients, pages_per_visit=-0.01, promo_purchase_share=0.8),
    }
    asked = clients.assign(pages_per_visit=1, promo_purchase_share=0.99)
    known = scores(**{LINEAR: [0.9, 0.9], TREE: [0.1, 0.1]})
    table = find_disputes(asked, known, uncalibrated(LINEAR, TREE), base, two, **models)
    assert set(table["feature"]) == {"pages_per_visit"}


# What is said -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_true_of_its_row(
    clients: pd.DataFrame,
    base: pd.DataFrame,
    blinkered: dict[str, Any],
    two: Interpretation,
    language: Language,
) -> None:
    generator = np.random.default_rng(4)
    many = two.model_copy(update={"disputed_clients": 40})
    drawn = {name: generator.random(60).tolist() for name in blinkered}
    table = find_disputes(clients, scores(**drawn), uncalibrated(*blinkered), base, many, **blinkered)
    assert len(table) == 40
    own = clients.set_index("client_id")
    for row in table.to_dict("records"):
        said = re.match(SAID[language], row[f"sentence_{language}"])
        assert said, row[f"sentence_{language}"]
        for side in ("high", "low"):
            family = row[f"{side}est"]
            assert said[side] == model_label(family, language)
            probability = 100 * row[family]
            if 1 <= probability <= 99:
                assert parse_percent(said[f"p_{side}"]) == pytest.approx(probability, abs=0.5 + 1e-6)
            weight = parse_percent(said[f"w_{side}"])
            assert weight == pytest.approx(100 * row[f"weight_{side}est"], abs=0.5 + 1e-6)
            if weight:
                assert said[f"w_{side}"].startswith("+") == (weight > 0)
        assert said["name"] == label(row["feature"], language)
        value = own.loc[row["client_id"], row["feature"]]
        assert row["value"] == str(value)
        assert said["value"] == value_text(row["feature"], value, language)


def test_nothing_has_no_sign(
    fit: Fit, clients: pd.DataFrame, base: pd.DataFrame, two: Interpretation
) -> None:
    models = {
        LINEAR: weighing(fit, clients, pages_per_visit=-1.0, promo_purchase_share=0.001),
        TREE: weighing(fit, clients, minutes_current=1.0, pages_per_visit=-0.001, promo_purchase_share=1.0),
    }
    asked = clients.assign(pages_per_visit=1, promo_purchase_share=0.99, minutes_current=11)
    known = scores(**{LINEAR: [0.9, 0.9], TREE: [0.1, 0.1]})
    table = find_disputes(asked, known, uncalibrated(LINEAR, TREE), base, two, **models)
    assert table["sentence_en"].iloc[0].endswith("is +100% and 0%.")


@pytest.mark.parametrize(("consent", "ru", "en"), [(False, "нет", "no"), (True, "да", "yes")])
def test_flags_are_shown_as_they_are(
    fit: Fit,
    clients: pd.DataFrame,
    base: pd.DataFrame,
    blinkered: dict[str, Any],
    two: Interpretation,
    consent: bool,
    ru: str,
    en: str,
) -> None:
    consents = clients["allows_messages"].astype("int64")
    target = consents if consent else 1 - consents
    models = {**blinkered, TREE: fit(TREE, clients.assign(**{TARGET: target}), select__k=1)}
    asked = clients.assign(allows_messages=consent, pages_per_visit=1)
    known = scores(**{LINEAR: [0.1, 0.1], TREE: [0.9, 0.9]})
    table = find_disputes(asked, known, uncalibrated(LINEAR, TREE), base, two, **models)
    assert set(table["feature"]) == {"allows_messages"}
    assert table["value"].tolist() == [str(consent)] * 2
    assert f"«Разрешает сообщения» ({ru})" in table["sentence_ru"].iloc[0]
    assert f"“Allows messages” ({en})" in table["sentence_en"].iloc[0]


def test_inputs_stay(
    clients: pd.DataFrame, base: pd.DataFrame, blinkered: dict[str, Any], two: Interpretation
) -> None:
    known, chosen = scores(**{LINEAR: [0.5, 0.9], TREE: [0.5, 0.3]}), uncalibrated(LINEAR, TREE)
    given = (clients, known, chosen, base)
    before = [frame.copy() for frame in given]
    find_disputes(*given, two, **blinkered)
    for frame, copy in zip(given, before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)
