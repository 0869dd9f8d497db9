"""Parameters of a synthetic store: its clients and the planted mechanism of decline."""

from itertools import pairwise
from typing import Any, ClassVar, Self

from pydantic import Field, FiniteFloat, model_validator

from one_click.columns import CATEGORICAL_FEATURES, PROFIT
from one_click.errors import nearest
from one_click.parameters.base import Parameters
from one_click.parameters.planted import NUMERIC_FEATURES, Cause, Habit


class DemoPopulation(Parameters):
    """Summaries of a store's clients and the planted mechanism of decline; `store_summary` makes them.

    Attributes
    ----------
    probabilities : tuple of float
        Probabilities of the quantiles, from 0 to 1.
    habits : dict
        Kinds of clients by name; their shares add up to one.
    correlations : tuple of tuple of float
        Correlations of normal scores within a habit, below the diagonal, in the order of the quantiles; the
        last row is that of the score that decides about consent.
    typical : dict
        Numeric feature -> (typical value, spread): a value's score is its distance from the typical one in
        spreads, at most `MAX_SCORE` of them.
    causes : dict
        Causes of decline by name. A client declines if at least one of them strikes.
    """

    file: ClassVar[str] = "conf/base/parameters_demo_population.yml"
    probabilities: tuple[float, ...]
    habits: dict[str, Habit] = Field(min_length=1)
    correlations: tuple[tuple[FiniteFloat, ...], ...]
    typical: dict[str, tuple[FiniteFloat, FiniteFloat]]
    causes: dict[str, Cause]

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that have quantiles, in order."""
        return tuple(next(iter(self.habits.values())).quantiles)

    @property
    def correlation_matrix(self) -> Any:
        """Correlations of all scores, ndarray of shape (n_columns + 1, n_columns + 1)."""
        import numpy as np

        matrix = np.eye(len(self.correlations) + 1)
        for row, values in enumerate(self.correlations, start=1):
            matrix[row, :row] = matrix[:row, row] = values
        return matrix

    @model_validator(mode="after")
    def _fitting_sizes(self) -> Self:
        drawn = set(NUMERIC_FEATURES) | {PROFIT}
        for name, habit in self.habits.items():
            if set(habit.quantiles) != drawn or tuple(habit.quantiles) != self.columns:
                raise ValueError(f"habits.{name}.quantiles: the columns must be {', '.join(sorted(drawn))}")
            short = [column for column, q in habit.quantiles.items() if len(q) != len(self.probabilities)]
            if short:
                raise ValueError(f"habits.{name}.{short[0]}: not {len(self.probabilities)} quantiles")
        if abs(sum(habit.share for habit in self.habits.values()) - 1) > 1e-6:
            raise ValueError("habits: the shares do not add up to 1")
        if [len(row) for row in self.correlations] != list(range(1, len(self.columns) + 1)):
            raise ValueError(
                "correlations: not one row below the diagonal for each column but the first, and consent"
            )
        return self

    @model_validator(mode="after")
    def _orderly_summaries(self) -> Self:
        if [self.probabilities[0], self.probabilities[-1]] != [0, 1] or not _ascending(self.probabilities):
            raise ValueError("probabilities: they must rise from 0 to 1")
        for name, habit in self.habits.items():
            falling = [column for column, values in habit.quantiles.items() if not _ascending(values)]
            if falling:
                raise ValueError(f"habits.{name}.quantiles.{falling[0]}: a quantile is below the one before")
        if not _is_positive_definite(self.correlation_matrix):
            raise ValueError("correlations: no variables can be correlated like this (not positive definite)")
        return self

    @model_validator(mode="after")
    def _same_values_in_all_habits(self) -> Self:
        first = next(iter(self.habits.values())).shares
        if set(first) != set(CATEGORICAL_FEATURES):
            raise ValueError(f"habits: the categories with shares must be {', '.join(CATEGORICAL_FEATURES)}")
        for name, habit in self.habits.items():
            if set(habit.shares) != set(first):
                raise ValueError(f"habits.{name}.shares: the categories must be {', '.join(first)}")
            for column, shares in habit.shares.items():
                if set(shares) != set(first.get(column, {})) or sum(shares.values()) <= 0:
                    where = f"habits.{name}.shares.{column}"
                    raise ValueError(f"{where}: not the values of the first habit, or all shares are 0")
        for cause, drivers in ((name, cause.drivers) for name, cause in self.causes.items()):
            for column, sizes in drivers.items():
                unknown = set(sizes) - set(first[column]) if isinstance(sizes, dict) else set()
                for value in unknown:
                    hint = nearest(value, first[column])
                    raise ValueError(f"causes.{cause}.{column}: no value '{value}'; {hint}")
        return self

    @model_validator(mode="after")
    def _scores_of_drivers(self) -> Self:
        used = {part for cause in self.causes.values() for part in cause.numeric}
        missing = sorted(used - set(self.typical))
        if missing:
            raise ValueError(f"typical: no value for the driver '{missing[0]}'")
        unknown = [name for name in self.typical if name not in NUMERIC_FEATURES]
        if unknown:
            raise ValueError(f"typical: no feature '{unknown[0]}'; {nearest(unknown[0], NUMERIC_FEATURES)}")
        if any(spread <= 0 for _, spread in self.typical.values()):
            raise ValueError("typical: a spread is not above zero")
        return self


def _ascending(values: tuple[float, ...]) -> bool:
    return all(one <= other for one, other in pairwise(values))


def _is_positive_definite(matrix: Any) -> bool:
    import numpy as np

    return bool(np.linalg.eigvalsh(matrix).min() > 0)
