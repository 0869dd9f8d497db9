import hashlib
import hmac

import pandas as pd

from one_click.presentation.pseudonyms import shown

CLIENTS = pd.Series([7300001, 7300002], index=[5, 3], name="client_id")


def test_without_a_key_numbers_are_shown_as_they_are() -> None:
    assert shown(CLIENTS, None) is CLIENTS


def test_pseudonym_is_the_beginning_of_a_keyed_hash() -> None:
    digest = hmac.new(b"secret key", b"7300001", hashlib.sha256).hexdigest()
    pseudonyms = shown(CLIENTS, "secret key")
    assert pseudonyms[5] == f"c{digest[:12]}"
    assert pseudonyms.index.tolist() == [5, 3]
    assert pseudonyms.nunique() == 2
    assert not set(pseudonyms) & set(shown(CLIENTS, "another key"))


def test_nobody_has_pseudonyms_of_the_same_type() -> None:
    assert shown(CLIENTS.head(0), "secret key").dtype == "str"
