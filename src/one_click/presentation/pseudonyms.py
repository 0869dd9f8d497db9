"""Client numbers as people may see them."""

import hashlib
import hmac

import pandas as pd

_START, _LENGTH = "c", 12  # without the letter, 1234e5678901 would be read as a number


def shown(clients: pd.Series, key: str | None) -> pd.Series:
    """Return what people see of client numbers: with a key pseudonyms, the same for the same key.

    A pseudonym is the beginning of the number's HMAC-SHA256: without the key the number cannot be found.

    Examples
    --------
    >>> shown(pd.Series([500001]), "a secret key").tolist(), shown(pd.Series([500001]), None).tolist()
    (['c99b5e6805414'], [500001])
    """
    if key is None:
        return clients
    return clients.map(lambda client: _START + _digest(key, client)).astype("str")


def _digest(key: str, client: int) -> str:
    return hmac.new(key.encode(), str(client).encode(), hashlib.sha256).hexdigest()[:_LENGTH]
