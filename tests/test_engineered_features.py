"""Engineered features follow the raw ones on every path on which a raw value is moved.

What a model should answer is calculated here by hand: engineered columns are written beside the raw ones, and
the model's later steps are asked.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from one_click.columns import BASE_FEATURES, CLIENT_ID, COLUMNS, ENGINEERED_FEATURES, TARGET
from one_click.explain.explanation import SAMPLED
from one_click.explain.shapley import explain
from one_click.explain.what_if import ask
from one_click.features import ENGINEERED, add_engineered, make_features, sources_of
from one_click.modelling import candidates
from one_click.modelling.folds import make_splits
from one_click.modelling.scores import decline_probability, raw_features, uncalibrated_score
from one_click.parameters import Family, Interpretation, ModelSelection
from one_click.pipelines.interpretation.nodes.counterfactuals import find_changes
from one_click.pipelines.interpretation.nodes.curves import trace_effects
from one_click.pipelines.interpretation.nodes.faithfulness import delete_reasons
from one_click.pipelines.interpretation.nodes.importance import permute_features
from one_click.pipelines.interpretation.nodes.odds_ratios import measure_odds_ratios
from one_click.schemas.records import DecisionThreshold, TunedModel

Values = NDArray[np.float64]
RAW = list(BASE_FEATURES)
MONTHS = ["revenue_two_months_ago", "revenue_previous", "revenue_current"]
MOVED = {"minutes_current": 2, "revenue_current": 0.9, "promo_purchase_share": 0.51}
MODELS = ("logistic_regression", "decision_tree", "svc", "voting")


BY_HAND = ("revenue_trend", "minutes_trend", "promo_habit")
SETTINGS: dict[str, dict[str, Any]] = {
    "logistic_regression": {"basis": "products"},
    "decision_tree": {"model__max_depth": 7, "model__min_samples_leaf": 2},
    "svc": {},
}


def of(*cheap: str) -> pytest.MarkDecorator:
    """Return the models as a parameter, of which all but some are asked with --expensive only."""
    marks = {name: [] if name in cheap else [pytest.mark.expensive] for name in MODELS}
    return pytest.mark.parametrize(
        "name", [pytest.param(name, marks=own) for name, own in marks.items()], indirect=True
    )


def engineered_by_hand(rows: pd.DataFrame) -> pd.DataFrame:
    total = rows[MONTHS].to_numpy().sum(axis=1)
    trend = [
        3 * own / all_of_them - 1 if all_of_them > 0 else 0.0
        for own, all_of_them in zip(rows["revenue_current"], total, strict=True)
    ]
    minutes = rows["minutes_current"].to_numpy() - rows["minutes_previous"].to_numpy()
    habit = rows["promo_purchase_share"].to_numpy() >= 0.5
    return rows[RAW].assign(
        revenue_trend=np.array(trend), minutes_trend=minutes.astype("float64"), promo_habit=habit
    )


def _answer(model: Any, rows: pd.DataFrame) -> Values:
    """Return the answer of a model's later steps: margins where it has them, else probabilities."""
    later = model[1:]
    scores = later.decision_function(rows) if hasattr(later, "decision_function") else None
    return np.asarray(later.predict_proba(rows)[:, 1] if scores is None else scores)


def score_by_hand(model: Any, rows: pd.DataFrame) -> Values:
    """Return the uncalibrated score of rows whose engineered features are made here."""
    if hasattr(model, "voting"):
        return probability_by_hand(model, rows)
    return _answer(getattr(model, "estimator", model), engineered_by_hand(rows))


def probability_by_hand(model: Any, rows: pd.DataFrame) -> Values:
    if hasattr(model, "voting"):
        probabilities = [probability_by_hand(member, rows) for member in model.estimators_]
        return np.asarray(np.average(probabilities, axis=0, weights=model.weights))
    if hasattr(model, "calibrated_classifiers_"):
        (calibrated,) = model.calibrated_classifiers_
        return np.asarray(calibrated.calibrators[0].predict(score_by_hand(calibrated.estimator, rows)))
    return np.asarray(model[1:].predict_proba(engineered_by_hand(rows))[:, 1])


def moved(rows: pd.DataFrame, feature: str, value: Any) -> pd.DataFrame:
    """Return the raw rows with another value, and nothing else."""
    return rows[RAW].assign(**{feature: value}).astype({feature: rows[feature].dtype})


@pytest.fixture(scope="module")
def engineered(make_clients: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """Return clients with the features of `BY_HAND`, on which alone their decline depends."""
    clients = make_features(make_clients(90, seed=8), BY_HAND)
    risk = clients["minutes_trend"] / 8 - 2 * clients["revenue_trend"] + 2 * clients["promo_habit"]
    return clients.assign(**{TARGET: (risk > risk.median()).astype("int64")})


@pytest.fixture(scope="module")
def tuned(families: dict[str, Family]) -> dict[str, TunedModel]:
    members = {name: candidates.untuned(families[name], own) for name, own in SETTINGS.items()}
    return members | {"voting": candidates.tune_vote(members)}


@pytest.fixture(scope="module", params=MODELS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def model(
    name: str, tuned: dict[str, TunedModel], engineered: pd.DataFrame, selection_options: ModelSelection
) -> Any:
    """Return a fitted candidate."""
    return candidates.fit(tuned[name], engineered, selection_options)


@pytest.fixture(scope="module")
def champion(
    name: str, tuned: dict[str, TunedModel], engineered: pd.DataFrame, selection_options: ModelSelection
) -> Any:
    """Return the same with probabilities."""
    estimator = candidates.build_estimator(tuned[name], engineered, selection_options)
    method = "sigmoid" if name == "svc" else "none"
    calibrated = candidates.with_calibration(estimator, method, selection_options)
    return calibrated.fit(raw_features(engineered), engineered[TARGET])


# What they are --------------------------------------------------------------------------------------


def test_first_step_makes_them_by_hand(
    tuned: dict[str, TunedModel], engineered: pd.DataFrame, selection_options: ModelSelection
) -> None:
    fitted = candidates.fit(tuned["decision_tree"], engineered, selection_options)
    client = raw_features(engineered.head(1)).assign(
        revenue_two_months_ago=100.0,
        revenue_previous=200.0,
        revenue_current=300.0,
        minutes_previous=15,
        minutes_current=12,
        promo_purchase_share=0.5,
    )
    row = fitted["engineer"].transform(client).iloc[0]
    # 3 · 300 / 600 − 1; 12 − 15; from a half on.
    assert (row["revenue_trend"], row["minutes_trend"], row["promo_habit"]) == (0.5, -3.0, True)
    nothing = client.assign(**dict.fromkeys(MONTHS, 0.0), promo_purchase_share=0.49)
    row = fitted["engineer"].transform(nothing).iloc[0]
    assert (row["revenue_trend"], row["promo_habit"]) == (0.0, False)


def test_engineered_feature_changes_with_its_sources_and_with_nothing_else(engineered: pd.DataFrame) -> None:
    raw = raw_features(engineered)
    before = add_engineered(raw, ENGINEERED_FEATURES)
    for feature in RAW:
        other = moved(raw, feature, np.roll(raw[feature], 1))
        after = add_engineered(other, ENGINEERED_FEATURES)
        changed = {one for one in ENGINEERED_FEATURES if (after[one] != before[one]).any()}
        assert changed == {one for one in ENGINEERED_FEATURES if feature in sources_of(one)}


def test_engineered_features_equal_those_made_by_hand(engineered: pd.DataFrame) -> None:
    raw = raw_features(engineered)
    pd.testing.assert_frame_equal(add_engineered(raw, BY_HAND), engineered_by_hand(raw))


def test_every_formula_has_a_label_and_every_label_a_formula() -> None:
    assert tuple(ENGINEERED) == ENGINEERED_FEATURES


def test_the_trap_is_one(engineered: pd.DataFrame, model: Any) -> None:
    """An engineered column that stays as it was would give another answer."""
    for feature, value in MOVED.items():
        after = moved(engineered, feature, value)
        stale = engineered_by_hand(engineered)
        stale[feature] = after[feature]
        parts = model.estimators_[0] if hasattr(model, "voting") else model
        assert (_answer(parts, stale) != _answer(parts, engineered_by_hand(after))).any(), feature


# Every path -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("feature", MOVED)
def test_what_if(engineered: pd.DataFrame, model: Any, feature: str) -> None:
    answer = ask(partial(uncalibrated_score, model), engineered, {feature: MOVED[feature]})
    np.testing.assert_allclose(answer["probability_before"], score_by_hand(model, engineered), atol=1e-12)
    expected = score_by_hand(model, moved(engineered, feature, MOVED[feature]))
    np.testing.assert_allclose(answer["probability_after"], expected, atol=1e-12)
    assert (answer["change"] != 0).any()


@of("svc")
def test_counterfactuals(
    engineered: pd.DataFrame, champion: Any, interpretation_options: Interpretation
) -> None:
    some = engineered.iloc[::6]
    found = find_changes(
        some, champion, DecisionThreshold.model_construct(threshold=0.4), engineered, interpretation_options
    )
    found = found[found["feature"] != ""]
    assert "promo_purchase_share" in set(found["feature"])
    for client, plan in found.groupby(CLIENT_ID):
        row = engineered[engineered[CLIENT_ID] == client]
        assert plan["probability_before"].iloc[0] == pytest.approx(probability_by_hand(champion, row)[0])
        for feature, value in zip(plan["feature"], plan["new_value"], strict=True):
            row = moved(row, feature, value)
        assert plan["probability_after"].iloc[0] == pytest.approx(probability_by_hand(champion, row)[0])


@of("decision_tree")
def test_curves_and_accumulated_effects(
    engineered: pd.DataFrame, champion: Any, interpretation_options: Interpretation
) -> None:
    some = engineered.iloc[::3]
    traced = interpretation_options.curves.model_copy(update={"points": 4, "clients": len(some)})
    options = interpretation_options.model_copy(update={"curves": traced})
    ranks = pd.DataFrame({"feature": RAW, "rank": range(16)})
    curves, lines = trace_effects(some, champion, ranks, options)
    for feature in MOVED:
        curve = curves[curves["feature"] == feature]
        asked = [probability_by_hand(champion, some.assign(**{feature: v})) for v in curve["value"]]
        np.testing.assert_allclose(curve["probability"], np.mean(asked, axis=1), atol=1e-12)
        effects = [0.0]
        for left, right in pairwise(curve["value"]):
            inside = some[some[feature].between(left, right)]
            at_left, at_right = (
                probability_by_hand(champion, inside.assign(**{feature: end})) for end in (left, right)
            )
            effects.append(effects[-1] + float(np.mean(at_right - at_left)))
        np.testing.assert_allclose(curve["ale"] - curve["ale"].iloc[0], effects, atol=1e-12)
        own = lines[lines["feature"] == feature]
        rows = some.set_index(CLIENT_ID).loc[own[CLIENT_ID]].assign(**{feature: own["value"].to_numpy()})
        np.testing.assert_allclose(own["probability"], probability_by_hand(champion, rows), atol=1e-12)


@of("decision_tree")
@pytest.mark.parametrize("feature", MOVED)
def test_deletion(
    engineered: pd.DataFrame, model: Any, interpretation_options: Interpretation, feature: str
) -> None:
    """Taken away is one feature; its values are those of the only row of the background."""
    raw, row = raw_features(engineered), raw_features(engineered.tail(1)).assign(**{feature: MOVED[feature]})
    named = np.zeros((len(raw), len(RAW)))
    named[:, RAW.index(feature)] = 1
    once = interpretation_options.model_copy(update={"reasons": 1})
    score = partial(uncalibrated_score, model)
    found = {line["check"]: line["value"] for line in delete_reasons(score, raw, named, row, once)}
    change = score_by_hand(model, moved(raw, feature, MOVED[feature])) - score_by_hand(model, raw)
    assert found["deletion_top"] == pytest.approx(np.abs(change).mean())
    assert found["deletion_top"] > 0


@of("voting")  # which asks each member as if it were alone
def test_sampled_explanations(
    engineered: pd.DataFrame, model: Any, interpretation_options: Interpretation
) -> None:
    """Two features play; an order and its reverse make their values exact, each row being drawn once."""
    first, second = pair = ("minutes_previous", "minutes_current")
    client = raw_features(engineered.iloc[[50]])
    background = client.iloc[[0] * 12].assign(**{one: engineered[one].to_numpy()[:12] for one in pair})
    options = interpretation_options.model_copy(update={"permutations": 12, "rounds": 1})
    explained = explain(model, client, background, options)
    assert explained.method == SAMPLED
    nobody = score_by_hand(model, background).mean()
    both = score_by_hand(model, client)[0]
    alone = {one: score_by_hand(model, moved(background, one, client[one].iloc[0])).mean() for one in pair}
    expected = {
        first: (alone[first] - nobody + both - alone[second]) / 2,
        second: (alone[second] - nobody + both - alone[first]) / 2,
    }
    values = dict(zip(RAW, explained.contributions[0], strict=True))
    assert {one: values[one] for one in pair} == pytest.approx(expected, abs=1e-9)
    assert {one for one, value in values.items() if value} <= set(pair)


@pytest.mark.parametrize("family", ["logistic_regression", "decision_tree", "svc"])
def test_exact_explanations(
    fit: Callable[..., Any], engineered: pd.DataFrame, interpretation_options: Interpretation, family: str
) -> None:
    """Where each engineered feature is made of one raw feature, explanations are exact."""
    habit = engineered.drop(columns=["revenue_trend", "minutes_trend"])
    model = fit(family, habit, **SETTINGS[family] | {"select__k": "all"})
    client = raw_features(engineered.iloc[[50]])
    background = client.iloc[[0] * 12].assign(
        promo_purchase_share=engineered["promo_purchase_share"].to_numpy()[:12]
    )
    explained = explain(model, client, background, interpretation_options)
    assert explained.method != SAMPLED
    expected = score_by_hand(model, client)[0] - score_by_hand(model, background).mean()
    values = dict(zip(RAW, explained.contributions[0], strict=True))
    assert values.pop("promo_purchase_share") == pytest.approx(expected, abs=1e-12)
    assert np.abs(list(values.values())).max() < 1e-12


@of("logistic_regression")
def test_shuffles(
    name: str,
    tuned: dict[str, TunedModel],
    engineered: pd.DataFrame,
    selection_options: ModelSelection,
    interpretation_options: Interpretation,
) -> None:
    options = interpretation_options.model_copy(update={"refit_repeats": 1, "permutation_repeats": 2})
    test, train = engineered.iloc[::4], engineered.drop(engineered.index[::4])
    splits = make_splits(engineered, selection_options.folds, options.seed + 2000)
    refits = [candidates.fit(tuned[name], engineered.iloc[seen], selection_options) for seen, _ in splits]
    found = permute_features(train, test, refits, selection_options, options)
    found = found.query("kind == 'feature' and metric == 'roc_auc'").set_index("feature")["importance"]
    for feature in MOVED:
        losses = []
        for number, (refit, (_, unseen)) in enumerate(zip(refits, splits, strict=True)):
            generator = np.random.default_rng((options.seed, number))
            rows = engineered.iloc[unseen]
            whole = roc_auc_score(rows[TARGET], score_by_hand(refit, rows))
            for _ in range(2):
                others = rows[feature].to_numpy()[generator.permutation(len(rows))]
                shuffled = score_by_hand(refit, moved(rows, feature, others))
                losses.append(whole - roc_auc_score(rows[TARGET], shuffled))
        assert found[feature] == pytest.approx(np.mean(losses), abs=1e-9)


def test_odds_ratios(
    tuned: dict[str, TunedModel], engineered: pd.DataFrame, selection_options: ModelSelection
) -> None:
    fitted = candidates.fit(tuned["logistic_regression"], engineered, selection_options)
    found = measure_odds_ratios(engineered, logistic_regression=fitted).set_index("feature")
    typical = {
        one: engineered[one].mode().iloc[0]
        if COLUMNS[one].kind == "category"
        else engineered[one].sort_values().iloc[len(engineered) // 2 - 1]
        for one in RAW
    }
    client = raw_features(engineered.head(1)).assign(**typical)
    for feature in MOVED:
        ends = found.loc[feature, ["from_value", "to_value"]]
        at_ends = [score_by_hand(fitted, moved(client, feature, end))[0] for end in ends]
        assert np.log(found.loc[feature, "odds_ratio"]) == pytest.approx(at_ends[1] - at_ends[0])
        everyone = [score_by_hand(fitted, moved(engineered, feature, end)) for end in ends]
        low, high = np.quantile(everyone[1] - everyone[0], [0.1, 0.9])
        assert np.log(found.loc[feature, ["odds_low", "odds_high"]].tolist()) == pytest.approx([low, high])


def test_probabilities(engineered: pd.DataFrame, champion: Any) -> None:
    raw = raw_features(engineered)
    np.testing.assert_allclose(
        decline_probability(champion, raw), probability_by_hand(champion, raw), atol=1e-12
    )
