import re
from itertools import product
from typing import Any

import pandas as pd
import pytest

from one_click.columns import KNOWN_VALUES
from one_click.parameters import Offers
from one_click.pipelines.campaign.texts.offers import NOTES, recommend_offers
from one_click.schemas.campaign import Recommendations

# Words of what has not happened yet, told as if it were certain.
PROMISES = {
    "ru": r"\b(получите|сэкономите|будет|будете|будут|точно|обязательно|гарант\w*|обещ\w*|вернём)\b",
    "en": r"\b(will|won't|shall|guarantee\w*|promise\w*|certainly|surely|you get)\b|'ll\b",
}
CONDITIONAL = {"ru": r"\b(возможно|может|могут|можно|можете)\b", "en": r"\bmay\b"}
COUPON: dict[str, Any] = {
    "code": "coupon",
    "title_ru": "Купон",
    "title_en": "Coupon",
    "text_ru": "Может пригодиться: «{category}»",
    "text_en": "You may like: {category}",
    "channel": "email",
    "needs_consent": True,
    "cost": 0.5,
    "conditions": [{"column": "segment", "one_of": "promo_seekers"}],
    "effect": {"low": 0.1, "base": 0.2, "high": 0.3},
}


def test_recommendations_are_worked_out_by_hand(table: pd.DataFrame, segments: pd.DataFrame) -> None:
    declared = Offers.model_validate({"declared": [COUPON]})
    got = recommend_offers(table, segments, declared)
    first = got.iloc[0]
    # profit at risk .9 * 4 * 3 = 10.8
    assert first["expected_profit_kept_low"] == pytest.approx(1.08 - 0.5)
    assert first["expected_profit_kept_base"] == pytest.approx(2.16 - 0.5)
    assert first["expected_profit_kept_high"] == pytest.approx(3.24 - 0.5)
    assert first["break_even_effect"] == pytest.approx(0.5 / 10.8)
    assert first["text_ru"] == "Может пригодиться: «Косметика и аксессуары»"
    assert first["text_en"] == "You may like: Cosmetics and accessories"
    assert got["offer"].tolist() == ["coupon", "none", "none", "none"]
    assert got["channel"].tolist() == ["email", "none", "none", "none"]
    assert got["note"].tolist() == ["", "no_eligible_offer", "no_eligible_offer", "not_at_risk"]
    assert got.loc[1:, ["cost", "expected_profit_kept_base"]].to_numpy().sum() == 0
    assert got.loc[1:, "break_even_effect"].isna().all()
    assert (got.loc[1:, "text_ru"] == "").all()
    assert (got.loc[1:, "note_ru"] != "").all()


def test_notes_say_in_both_languages_why_there_is_no_offer(recommended: pd.DataFrame) -> None:
    for row in recommended.itertuples():
        assert {"ru": row.note_ru, "en": row.note_en} == NOTES[str(row.note)]
    assert (recommended.loc[recommended["note"] != "", ["note_ru", "note_en"]] != "").all(axis=None)


@pytest.mark.parametrize("count", [0, 4], ids=["no-client", "nobody-at-risk"])
def test_columns_and_their_types_stay_without_anybody_to_offer_to(
    table: pd.DataFrame, segments: pd.DataFrame, recommended: pd.DataFrame, offers: Offers, count: int
) -> None:
    got = recommend_offers(table.head(count).assign(at_risk=False), segments, offers)
    assert list(got) == list(recommended) == Recommendations.column_names()
    assert got["offer"].tolist() == ["none"] * count
    assert got.dtypes.to_dict() == recommended.dtypes.to_dict()


def rendered(offers: Offers, language: str) -> list[str]:
    """Return every text that a client could read, of the known categories and of a new one."""
    categories = (*KNOWN_VALUES["popular_category"], "Сад {1}")
    texts = [getattr(offer, f"text_{language}") for offer in offers.declared]
    return [text.format(category=category) for text, category in product(texts, categories)]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_shipped_texts_promise_nothing(shipped_offers: Offers, language: str) -> None:
    for text in rendered(shipped_offers, language):
        assert not re.search(PROMISES[language], text, re.IGNORECASE), text
        assert re.search(CONDITIONAL[language], text, re.IGNORECASE), text
        assert "{" not in text.replace("Сад {1}", "")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Вы получите скидку."),
        ("ru", "Товар будет дешевле."),
        ("en", "You'll save."),
        ("en", "It will pay."),
    ],
)
def test_a_promise_is_seen(language: str, text: str) -> None:
    assert re.search(PROMISES[language], text, re.IGNORECASE)
