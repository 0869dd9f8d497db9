"""ROC-AUC of one family's hyperparameters on fixed folds; what trials share is fitted once."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import config_context
from sklearn.feature_selection import SelectKBest

from one_click.columns import TARGET
from one_click.features import add_engineered, engineered_columns
from one_click.modelling.families import (
    Choice,
    build_basis,
    build_classifier,
    build_preprocessing,
    build_selector,
)
from one_click.modelling.folds import Split
from one_click.modelling.scores import Scores, raw_features, uncalibrated_score
from one_click.parameters import BASIS, SCALER, SCALERS, SCORE_FUNC, Family
from one_click.statistics.discrimination import roc_auc

Target = NDArray[np.int64]
Columns = tuple[Scores, Scores]  # of the training and of the test clients


class FoldScorer:
    """Scores points of a search space on fixed folds.

    Each preprocessing is fitted once per fold, each score function once per preprocessing and each basis once
    per selection, whatever number of trials uses them; the values are those of whole pipelines.

    Parameters
    ----------
    clients : DataFrame, one row per labelled client
    splits : list of (train, test)
        Row positions.
    """

    def __init__(self, clients: pd.DataFrame, splits: list[Split]) -> None:
        features = add_engineered(raw_features(clients), engineered_columns(clients))
        target = clients[TARGET].to_numpy().astype("int64")
        self._folds = [_Fold(features, target, *split) for split in splits]

    def score(self, family: Family, choice: Choice, fold: int) -> float:
        """Return the ROC-AUC on one fold of a family's model with the hyperparameters `choice`.

        Raises
        ------
        ValueError
            If the classifier refuses the hyperparameters, or gives scores that are no numbers.
        """
        data = self._folds[fold]
        train, test = data.columns(choice)
        # The arguments were checked when the space was read; the columns are finite after preprocessing.
        with config_context(skip_parameter_validation=True, assume_finite=True):
            model = build_classifier(family, choice).fit(train, data.train_target)
            scores = uncalibrated_score(model, test)
        if not np.isfinite(scores).all():
            raise ValueError(f"{family.class_} gives scores that are no numbers")
        return float(roc_auc(scores, data.test_target)[0])


class _Fold:
    """The clients of one fold, after every preprocessing that was asked for."""

    def __init__(
        self,
        features: pd.DataFrame,
        target: Target,
        train: NDArray[np.intp],
        test: NDArray[np.intp],
    ) -> None:
        self._train, self._test = features.iloc[train], features.iloc[test]
        self.train_target, self.test_target = target[train], target[test]
        self._prepared: dict[str, Columns] = {}
        self._selectors: dict[tuple[str, Any], SelectKBest] = {}
        self._expanded: dict[tuple[Any, ...], Columns] = {}

    def columns(self, choice: Choice) -> Columns:
        """Return the columns that the classifier sees."""
        key = tuple(choice.get(name) for name in (SCALER, SCORE_FUNC, "select__k", BASIS))
        if key not in self._expanded:
            support, prepared = self._support(choice), self._prepare(choice)
            train, test = (columns[:, support] for columns in prepared)
            basis = build_basis(choice)
            if basis != "passthrough":
                train, test = basis.fit_transform(train), basis.transform(test)
            self._expanded[key] = train, test
        return self._expanded[key]

    def _prepare(self, choice: Choice) -> Columns:
        scaler = choice.get(SCALER, SCALERS[0])
        if scaler not in self._prepared:
            preprocessing = build_preprocessing(scaler, tuple(self._train.columns))
            fitted = preprocessing.fit_transform(self._train)
            self._prepared[scaler] = fitted, preprocessing.transform(self._test)
        return self._prepared[scaler]

    def _support(self, choice: Choice) -> NDArray[np.bool_]:
        """Return which columns are selected; a fitted selector answers for every number of columns."""
        key = choice.get(SCALER, SCALERS[0]), choice.get(SCORE_FUNC)
        if key not in self._selectors:
            self._selectors[key] = build_selector(choice).fit(self._prepare(choice)[0], self.train_target)
        selector = self._selectors[key]
        selector.k = choice.get("select__k", "all")
        return np.asarray(selector.get_support())
