import pandas as pd
import pytest

from one_click.parameters import Offers


@pytest.fixture
def treated() -> pd.DataFrame:
    """Return two contacts of a campaign; their profit at risk is that of three months."""
    return pd.DataFrame(
        {
            "client_id": [1, 3],
            "probability": [0.9, 0.5],
            "monthly_profit": [2.0, 6.0],
            "profit_at_risk": [5.4, 9.0],
            "offer": ["a", "b"],
            "channel": ["email", "on_site"],
            "cost": [0.1, 0.2],
            "expected_profit_kept_low": [0.0, 0.5],
            "expected_profit_kept_base": [1.0, 2.0],
            "expected_profit_kept_high": [2.0, 3.0],
        }
    ).astype({"offer": "str", "channel": "str"})


@pytest.fixture(scope="session")
def two_offers() -> Offers:
    """Return the offers that these contacts get."""
    common = {"text_ru": "т", "text_en": "t", "cost": 0.1, "conditions": []}
    effect = {"low": 0.1, "base": 0.2, "high": 0.3}
    declared = [("a", "А", "A", "email", True), ("b", "Б", "B", "on_site", False)]
    names = ("code", "title_ru", "title_en", "channel", "needs_consent")
    offers = [common | {"effect": effect} | dict(zip(names, row, strict=True)) for row in declared]
    return Offers.model_validate({"declared": offers})
