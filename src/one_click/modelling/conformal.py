"""A band of scores in which the model does not decide, so that it seldom errs outside."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DECLINES, UNDECIDED, KEEPS = "declines", "undecided", "keeps"


def find_band(
    probability: NDArray[np.float64], target: NDArray[np.float64], error: float
) -> dict[str, float]:
    """Return the borders of the undecided band.

    Class-conditional conformal prediction (Vovk, Gammerman and Shafer 2005, "Algorithmic Learning in a Random
    World"): of clients that will keep buying at most the share `error` is scored above the upper border, and
    of those that will decline at most that share below the lower one. The rule holds for new clients from the
    same base whose scores come about as those here do.

    Parameters
    ----------
    probability, target : ndarray, shape (n_clients,)
        Out-of-fold probabilities of decline, and what happened.
    error : float
        Share of each class that may be called wrongly.

    Returns
    -------
    dict: error, keeps_below, declines_above
        Where the class has too few clients for the rule, the border is 0 or 1: nobody lies beyond.
    """
    kept, declined = probability[target == 0], probability[target == 1]
    return {
        "error": error,
        "keeps_below": max(0.0, -_upper_border(-declined, error)),
        "declines_above": min(1.0, _upper_border(kept, error)),
    }


def _upper_border(scores: NDArray[np.float64], error: float) -> float:
    """Return the smallest score above which a new one of the same kind lies with at most this chance."""
    rank = int(np.ceil((len(scores) + 1) * (1 - error) - 1e-9))
    return float(np.sort(scores)[rank - 1]) if rank <= len(scores) else float("inf")


def judge(probability: pd.Series, band: dict[str, float]) -> pd.Series:
    """Call each client: ``declines``, ``keeps`` or ``undecided``.

    Where classes are so well apart that the borders cross, scores between them are unlike both classes, and
    undecided too.
    """
    above, below = probability > band["declines_above"], probability < band["keeps_below"]
    called = np.select([above & ~below, below & ~above], [DECLINES, KEEPS], UNDECIDED)
    return pd.Series(called, index=probability.index, dtype="str")
