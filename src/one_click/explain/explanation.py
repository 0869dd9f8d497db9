"""What every explainer returns."""

from dataclasses import dataclass

from one_click.explain.fitted import Values

SAMPLED = "sampled"


@dataclass(frozen=True)
class Explanation:
    """Shapley values of some clients.

    Attributes
    ----------
    contributions : ndarray, shape (n_clients, n_features)
    errors : ndarray, shape (n_clients, n_features)
        Standard errors of the contributions; 0 where they are exact.
    output : ndarray, shape (n_clients,)
        The score that is explained: base value + contributions. Of nearest neighbours, alone or in a vote, it
        is the leave-one-out score, without the client's own row.
    base_value : float
        Mean score of the background.
    method : str
        ``linear``, ``terms`` (curves and products), ``tree`` or ``rbf`` (exact), or `SAMPLED`.
    """

    contributions: Values
    errors: Values
    output: Values
    base_value: float
    method: str
