import numpy as np
import pandas as pd
import pytest

from one_click.errors import DataError
from one_click.modelling.calibration import METHODS
from one_click.modelling.selection import (
    calibration_of,
    champion_name,
    choose_calibrations,
    rank_models,
    roc_auc_by_fold,
)
from one_click.parameters import ModelSelection

# One client declined and four did not in each of four folds; the score of the declined one says how many of
# the four it overtakes, so that ROC-AUC is that number over four.
OVERTAKEN = {"careful": [4, 3, 4, 3], "plain": [3, 3, 4, 3], "erratic": [4, 4, 0, 2], "oracle": [4, 4, 4, 4]}
RULES = ("best", "one_standard_error", "champion")


def _fold_scores(overtaken: dict[str, list[int]]) -> pd.DataFrame:
    rows = [
        {
            "model": model,
            "repeat": place // 2,
            "fold": place % 2,
            "target": float(client == 0),
            "score": score,
        }
        for model, counts in overtaken.items()
        for place, count in enumerate(counts)
        for client, score in enumerate([count - 0.5, 0, 1, 2, 3])
    ]
    return pd.DataFrame(rows).assign(client_id=range(len(rows)), probability=np.nan, terms=np.nan)


def _tuned(
    interpretability: dict[str, int], oracle: str = "benchmark", refused: dict[str, str] | None = None
) -> pd.DataFrame:
    names = [*interpretability, "oracle"]
    return pd.DataFrame(
        {
            "model": names,
            "kind": ["family"] * len(interpretability) + [oracle],
            "interpretability": [*interpretability.values(), 5],
            "search_roc_auc": 0.9,
            "trials": 5,
            "hyperparameters": "{}",
            "refused": [(refused or {}).get(name, "") for name in names],
        }
    )


def _marked(board: pd.DataFrame) -> dict[str, str]:
    return {rule: board.loc[board[rule], "model"].item() for rule in RULES}


@pytest.fixture
def two_folds(options: ModelSelection) -> ModelSelection:
    return options.model_copy(update={"folds": 2})


def test_models_are_ranked_by_mean_roc_auc_with_corrected_intervals(two_folds: ModelSelection) -> None:
    tuned = _tuned({"careful": 4, "plain": 1, "erratic": 2})
    board = rank_models(_fold_scores(OVERTAKEN), tuned, two_folds).set_index("model")
    assert board.index.tolist() == ["oracle", "careful", "plain", "erratic"]
    assert board["kind"].tolist() == ["benchmark", "family", "family", "family"]
    assert board["roc_auc"].tolist() == pytest.approx([1, 3.5 / 4, 3.25 / 4, 2.5 / 4])
    # Careful against plain: differences 1/4, 0, 0, 0: mean 1/16, variance 1/64; (1/4 + 1/1) of it.
    assert board.loc["plain", "behind_best"] == pytest.approx(1 / 16)
    assert board.loc["plain", "behind_best_error"] == pytest.approx((1.25 / 64) ** 0.5)
    assert board.loc["oracle", "behind_best"] == pytest.approx(-1 / 8)
    # 3.182 is the 97.5 % quantile of Student's t with three degrees of freedom.
    half = 3.182446 * (1.25 * 1 / 48) ** 0.5
    assert board.loc["careful", "roc_auc_high"] == pytest.approx(3.5 / 4 + half, rel=1e-5)
    assert board.loc["careful", "roc_auc_low"] == pytest.approx(3.5 / 4 - half, rel=1e-5)


@pytest.mark.parametrize(
    ("interpretability", "simplest"),
    [
        pytest.param({"careful": 4, "plain": 1, "erratic": 2}, "plain", id="simplest-within-an-error"),
        pytest.param({"careful": 1, "plain": 2, "erratic": 3}, "careful", id="best-is-simplest"),
        pytest.param({"careful": 1, "plain": 1, "erratic": 3}, "careful", id="of-equally-simple-the-better"),
    ],
)
@pytest.mark.parametrize("selection", ["best", "one_standard_error"])
def test_champion_follows_the_rule(
    two_folds: ModelSelection, interpretability: dict[str, int], simplest: str, selection: str
) -> None:
    options = two_folds.model_copy(update={"selection": selection})
    board = rank_models(_fold_scores(OVERTAKEN), _tuned(interpretability), options)
    champion = "careful" if selection == "best" else simplest
    assert _marked(board) == {"best": "careful", "one_standard_error": simplest, "champion": champion}
    assert champion_name(board) == champion


def test_of_equally_interpretable_models_the_one_with_fewer_terms_is_chosen(
    two_folds: ModelSelection,
) -> None:
    scores = _fold_scores(OVERTAKEN)
    # Careful has 9 terms in the folds of one repeat and 11 in those of the other, plain has 9.
    scores["terms"] = scores["model"].map({"careful": 9.0, "plain": 9.0}) + 2 * scores["repeat"] * (
        scores["model"] == "careful"
    )
    board = rank_models(scores, _tuned({"careful": 1, "plain": 1, "erratic": 1}), two_folds)
    assert _marked(board)["one_standard_error"] == "plain"
    assert board.set_index("model")["terms"].to_dict() == pytest.approx(
        {"oracle": np.nan, "careful": 10, "plain": 9, "erratic": np.nan}, nan_ok=True
    )


def test_a_family_beyond_one_standard_error_is_not_chosen_for_its_simplicity(
    two_folds: ModelSelection,
) -> None:
    steady = {"careful": [4, 3, 4, 3], "plain": [3, 2, 3, 2], "oracle": [4, 4, 4, 4]}
    board = rank_models(_fold_scores(steady), _tuned({"careful": 4, "plain": 1}), two_folds)
    assert board.loc[board["one_standard_error"], "model"].item() == "careful"


@pytest.mark.parametrize(
    ("kind", "may_win", "best"),
    [
        pytest.param("challenger", False, "careful", id="challenger-that-may-not-win"),
        pytest.param("challenger", True, "oracle", id="challenger-that-may-win"),
        pytest.param("benchmark", True, "careful", id="benchmark-never-wins"),
    ],
)
def test_challenger_wins_where_it_may(two_folds: ModelSelection, kind: str, may_win: bool, best: str) -> None:
    options = two_folds.model_copy(update={"challengers_may_win": may_win})
    tuned = _tuned({"careful": 4, "plain": 1, "erratic": 6}, oracle=kind)
    board = rank_models(_fold_scores(OVERTAKEN), tuned, options)
    # Behind the oracle plain is by 1/4, 1/4, 0 and 1/4: a mean of 3/16, more than sqrt(1.25 / 64) = 0.14.
    # Careful is by 0, 1/4, 0 and 1/4: a mean of 1/8, less than sqrt(1.25 / 48) = 0.16.
    simplest = "careful" if best == "oracle" else "plain"
    assert _marked(board) == {"best": best, "one_standard_error": simplest, "champion": best}
    assert board.set_index("model").loc[best, "behind_best"] == 0


def test_excluded_family_stands_last_with_its_reason(two_folds: ModelSelection) -> None:
    tuned = _tuned(
        {"hopeless": 1, "careful": 4, "plain": 1, "erratic": 2}, refused={"hopeless": "too many neighbours"}
    )
    board = rank_models(_fold_scores(OVERTAKEN), tuned, two_folds)
    last = board.iloc[-1]
    assert (last["model"], last["kind"], last["refused"]) == ("hopeless", "excluded", "too many neighbours")
    figures = ["roc_auc", "roc_auc_low", "roc_auc_high", "behind_best", "behind_best_error"]
    assert last[figures].isna().all()
    assert not last[list(RULES)].any()
    without = rank_models(
        _fold_scores(OVERTAKEN), _tuned({"careful": 4, "plain": 1, "erratic": 2}), two_folds
    )
    pd.testing.assert_frame_equal(board.iloc[:-1], without)


def _refused(*reasons: str) -> pd.DataFrame:
    names = ["svc", "voting"][: len(reasons)]
    return _tuned(dict.fromkeys(names, 1), refused=dict(zip(names, reasons, strict=True)))


def test_no_family_at_all_is_one_clear_error(two_folds: ModelSelection) -> None:
    only_oracle = _fold_scores({"oracle": OVERTAKEN["oracle"]})
    with pytest.raises(DataError) as error:
        rank_models(
            only_oracle, _refused("Expected n_neighbors <= 3", "Expected n_neighbors <= 3"), two_folds
        )
    for words in (
        "No family",
        "Expected n_neighbors <= 3",
        "parameters_model_selection.yml",
        "larger extract",
    ):
        assert words in str(error.value)


def test_error_of_no_family_tells_what_no_family_could_be_fitted_for(two_folds: ModelSelection) -> None:
    tuned = _refused("Expected n_neighbors <= 3", "a vote takes 2 families, and 0 could be fitted")
    with pytest.raises(DataError, match="Expected n_neighbors <= 3"):
        rank_models(_fold_scores({"oracle": OVERTAKEN["oracle"]}), tuned, two_folds)


def test_roc_auc_by_fold_by_hand() -> None:
    table = roc_auc_by_fold(_fold_scores(OVERTAKEN))
    assert table.index.tolist() == [(0, 0), (0, 1), (1, 0), (1, 1)]
    for model, counts in OVERTAKEN.items():
        assert table[model].tolist() == [count / 4 for count in counts]


def test_calibrations_are_judged_model_by_model() -> None:
    generator = np.random.default_rng(0)
    score = generator.normal(size=300)
    chance = 1 / (1 + np.exp(-2 * score))
    honest = pd.DataFrame(
        {
            "model": "honest",
            "repeat": 0,
            "fold": np.arange(300) % 3,
            "target": (generator.random(300) < chance).astype("float64"),
            "score": score,
            "probability": chance,
        }
    )
    distances = honest.assign(model="distances", probability=np.nan)
    table = choose_calibrations(pd.concat([honest, distances]))
    assert table.groupby("model")["chosen"].sum().to_dict() == {"distances": 1, "honest": 1}
    assert table.groupby("model")["method"].apply(list).to_dict() == {
        "distances": [method for method in METHODS if method != "none"],
        "honest": list(METHODS),
    }
    for name in ("honest", "distances"):
        own = table[table["model"] == name].set_index("method")["log_loss"]
        assert calibration_of(table, name) == own.idxmin()
