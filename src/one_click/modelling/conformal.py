"""Class-conditional conformal prediction: a band of scores in which the model does not decide."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from one_click.schemas.records import UndecidedBand

DECLINES, UNDECIDED, KEEPS = "declines", "undecided", "keeps"

Values = NDArray[np.float64]


def find_band(probability: Values, target: NDArray[np.int64], error: float) -> UndecidedBand:
    """Return the thresholds of the undecided band, and how often the calls outside it are wrong.

    Class-conditional conformal prediction (Vovk, Gammerman and Shafer 2005, "Algorithmic Learning in a Random
    World"): of clients that will keep buying at most the share `error` is scored above the upper threshold,
    and of those that will decline at most that share below the lower one. The rule holds for new clients from
    the same base whose scores come about as those here do.

    Parameters
    ----------
    probability, target : ndarray, shape (n_clients,)
        Out-of-fold probabilities of decline, and what happened.
    error : float
        Share of each class that may be called wrongly.

    Returns
    -------
    UndecidedBand
        Where the class has too few clients for the rule, the threshold is 0 or 1: no client lies beyond.
    """
    kept, declined = probability[target == 0], probability[target == 1]
    keeps_below = max(0.0, -_upper_threshold(-declined, error))
    declines_above = min(1.0, _upper_threshold(kept, error))
    called = _call(probability, keeps_below, declines_above)
    return UndecidedBand(
        error=error,
        keeps_below=keeps_below,
        declines_above=declines_above,
        undecided=float((called == UNDECIDED).mean()),
        declines_wrong=_share(target[called == DECLINES] == 0),
        keeps_wrong=_share(target[called == KEEPS] == 1),
    )


def _upper_threshold(scores: Values, error: float) -> float:
    """Return the smallest score above which a new one of the same kind lies with at most this chance."""
    rank = int(np.ceil((len(scores) + 1) * (1 - error) - 1e-9))  # rounding must not push a whole rank up
    return float(np.sort(scores)[rank - 1]) if rank <= len(scores) else float("inf")


def _call(probability: Values, keeps_below: float, declines_above: float) -> NDArray[np.str_]:
    above, below = probability > declines_above, probability < keeps_below
    return np.select([above & ~below, below & ~above], [DECLINES, KEEPS], UNDECIDED)


def _share(wrong: NDArray[np.bool_]) -> float:
    return float(wrong.mean()) if len(wrong) else 0.0


def judge(probability: pd.Series, band: UndecidedBand) -> pd.Series:
    """Call each client: ``declines``, ``keeps`` or ``undecided``.

    Where classes are so well apart that the thresholds cross, scores between them are unlike both classes,
    and undecided too.
    """
    called = _call(probability.to_numpy(), band.keeps_below, band.declines_above)
    return pd.Series(called, index=probability.index, dtype="str")
