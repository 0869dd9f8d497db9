"""What the package shap makes of the same model, background and clients.

It is given its fastest chance: only features that move the score, categories as whole numbers, a function
that scores a whole array at once, and a first client, who is not measured, to compile on.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import shap

from one_click.columns import BASE_FEATURES
from one_click.explain.exact import rbf_score
from one_click.explain.fitted import FittedView
from one_click.explain.perturbation import moving_features
from one_click.modelling.scores import uncalibrated_score

Values = np.ndarray
_AT_ONCE = 8  # clients between two looks at the clock
_MEASURED = 0.5  # CPU seconds that a measurement takes at least


class Coded:
    """A model's score of the features that move it, as numbers.

    Parameters
    ----------
    model : fitted classifier
    clients, background : DataFrame
        Raw features.
    fast_kernel : bool
        Whether an RBF kernel is evaluated by our own matrix products instead of libsvm, which is slower.
    """

    def __init__(
        self, model: Any, clients: pd.DataFrame, background: pd.DataFrame, fast_kernel: bool = False
    ) -> None:
        everyone = pd.concat([clients, background], ignore_index=True)
        self.names = moving_features(partial(uncalibrated_score, model), everyone)
        self.places = [BASE_FEATURES.index(name) for name in self.names]
        self._model, self._fast, self._one = model, fast_kernel, background.iloc[[0]]
        texts = everyone.select_dtypes("str")
        self._levels = {name: pd.array(sorted(set(texts[name])), dtype="str") for name in texts}
        self.background = self.encode(background)

    def encode(self, rows: pd.DataFrame) -> Values:
        """Return the moving features as numbers, shape (n_rows, n_moving)."""
        columns = [
            pd.Index(self._levels[name]).get_indexer(rows[name]) if name in self._levels else rows[name]
            for name in self.names
        ]
        return np.column_stack([np.asarray(column, dtype="float64") for column in columns])

    def score(self, codes: Values) -> Values:
        """Return the model's uncalibrated score of coded rows."""
        rows = self._decode(codes)
        if self._fast:
            return rbf_score(self._model[-1], self._model[:-1].transform(rows))
        return uncalibrated_score(self._model, rows)

    def _decode(self, codes: Values) -> pd.DataFrame:
        moving = dict(zip(self.names, codes.T, strict=True))
        columns = {}
        for name, own in self._one.items():
            if name not in moving:
                columns[name] = own.repeat(len(codes)).array
            elif name in self._levels:
                columns[name] = self._levels[name].take(moving[name].astype("intp"))
            else:
                columns[name] = moving[name].astype(own.dtype)
        return pd.DataFrame(columns)

    @property
    def evaluations(self) -> int:
        """Evaluations of one order of the moving features and its reverse."""
        return 2 * len(self.names) + 1

    def permuted(self, clients: Values, orders: int, seed: int) -> Values:
        """Return what PermutationExplainer makes of coded clients with so many orders and their reverses."""
        explainer = shap.PermutationExplainer(self.score, self._masker(), seed=seed)
        return np.asarray(explainer(clients, max_evals=orders * self.evaluations, silent=True).values)

    def exact(self, clients: Values) -> Values:
        """Return what ExactExplainer makes of coded clients."""
        explainer = shap.ExactExplainer(self.score, self._masker())
        return np.asarray(explainer(clients, max_evals=2 ** len(self.names), silent=True).values)

    def exact_for(self, clients: Values, seconds: float) -> tuple[Values, float]:
        """Return the exact values of as many clients as so many CPU seconds allow, and the seconds taken."""
        self.exact(clients[:1])
        found, spent = [], 0.0
        for start in range(0, len(clients), _AT_ONCE):
            part = clients[start : start + _AT_ONCE]
            values, taken = fastest(lambda part=part: self.exact(part))
            found, spent = [*found, values], spent + taken
            if spent > seconds:
                break
        return np.concatenate(found), spent

    def _masker(self) -> Any:
        return shap.maskers.Independent(self.background, max_samples=len(self.background))


def explain_line(view: FittedView, clients: pd.DataFrame, background: pd.DataFrame) -> Values:
    """Return what LinearExplainer makes of prepared columns, added up by raw feature."""
    rows = view.prepare(background)
    masker = shap.maskers.Independent(rows, max_samples=len(rows))
    explainer = shap.LinearExplainer((view.weights, view.intercept), masker)
    by_feature = np.eye(len(BASE_FEATURES))[view.origins]
    return np.asarray(explainer.shap_values(view.prepare(clients)) @ by_feature)


def explain_tree(view: FittedView, clients: pd.DataFrame, background: pd.DataFrame) -> Values:
    """Return what TreeExplainer makes of prepared columns, each of which, levels too, plays for itself."""
    explainer = shap.TreeExplainer(
        view.model,
        view.prepare(background),
        feature_perturbation="interventional",
        model_output="probability",
    )
    return np.asarray(explainer.shap_values(view.prepare(clients))[..., 1])


def fastest(run: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a function returns, and the fewest CPU seconds that it took; a fast one runs again."""
    taken: list[float] = []
    while not taken or sum(taken) < _MEASURED:
        start = time.process_time()
        found = run()
        taken.append(time.process_time() - start)
    return found, min(taken)
