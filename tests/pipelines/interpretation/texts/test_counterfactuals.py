from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.columns import LANGUAGES, Language, label
from one_click.parameters import Interpretation
from one_click.pipelines.interpretation.nodes.counterfactuals import find_changes
from one_click.pipelines.interpretation.texts.counterfactuals import describe_changes
from one_click.presentation.wording import chance, value_text
from one_click.schemas.records import DecisionThreshold

MakeOptions = Callable[..., Interpretation]

LINKS: dict[Language, str] = {"ru": " вместо ", "en": " instead of "}
NOT_BELOW: dict[Language, str] = {"ru": "не ниже порога", "en": "not below the risk threshold"}
EXAMPLES: dict[str, tuple[dict[str, list[Any]], Callable[[pd.DataFrame], Any], str, str]] = {
    "one-change": (
        {"unpaid_items_quarter": [6]},
        lambda rows: 0.1 + 0.1 * rows["unpaid_items_quarter"],
        "«Неоплаченные товары за квартал»: 3 шт. вместо 6 шт. — оценка риска модели была бы 40 % вместо "
        "70 %: ниже порога риска.",
        "If “Unpaid items in the quarter” were 3 items instead of 6 items, the model would estimate the risk "
        "at 40% instead of 70%: below the risk threshold.",
    ),
    "two-changes": (
        {"service_errors": [2], "promo_purchase_share": [0.9]},
        lambda rows: 0.64 - 0.2 * ((rows["service_errors"] < 2) & (rows["promo_purchase_share"] < 0.8)),
        "«Ошибки сервиса»: 1 шт. вместо 2 шт.; «Доля покупок по акции»: 70 % вместо 90 % — оценка риска "
        "модели была бы 44 % вместо 64 %: ниже порога риска.",
        "If “Service errors” were 1 error instead of 2 errors and “Share of promo purchases” were 70% "
        "instead of 90%, the model would estimate the risk at 44% instead of 64%: below the risk threshold.",
    ),
    "not-enough": (
        {"marketing_contacts_6m": [2.5]},
        lambda rows: np.where(rows["marketing_contacts_6m"] > 4, 0.55, 0.999),
        "«Контакты за 6 месяцев»: 5 в месяц вместо 2,5 в месяц — оценка риска модели была бы 55 % вместо "
        "> 99 %: не ниже порога риска.",
        "If “Contacts over 6 months” were 5 per month instead of 2.5 per month, the model would estimate the "
        "risk at 55% instead of > 99%: not below the risk threshold.",
    ),
    "reads-the-same": (
        {"service_errors": [9]},
        lambda rows: 0.999 - 0.001 * (rows["service_errors"] < 9),
        "«Ошибки сервиса»: 8 шт. вместо 9 шт. — оценка риска модели почти не изменилась бы (> 99 %): не "
        "ниже порога риска.",
        "If “Service errors” were 8 errors instead of 9 errors, the model's estimate of the risk would "
        "hardly change (> 99%): not below the risk threshold.",
    ),
    "nothing-lowers-it": (
        {"service_errors": [9]},
        lambda rows: 0.61 + 0 * rows["pages_per_visit"],
        "Ни одно из проверенных изменений не снизило бы оценку риска модели (61 %).",
        "None of the changes tried would lower the model's estimate of the risk (61%).",
    ),
}


def _from(threshold: float) -> Any:
    return DecisionThreshold.model_construct(threshold=threshold)


@pytest.mark.parametrize(("columns", "probability", "russian", "english"), EXAMPLES.values(), ids=EXAMPLES)
def test_sentence_by_hand(
    clients_with: Callable[..., pd.DataFrame],
    scored_by: Callable[..., Any],
    ten: pd.DataFrame,
    make_what_if: MakeOptions,
    columns: dict[str, list[Any]],
    probability: Callable[[pd.DataFrame], Any],
    russian: str,
    english: str,
) -> None:
    clients = clients_with(**columns)
    found = describe_changes(clients, scored_by(probability), _from(0.5), ten, make_what_if())
    for language, expected in (("ru", russian), ("en", english)):
        assert {text.replace("\u00a0", " ") for text in found[f"sentence_{language}"]} == {expected}


def _probability(rows: pd.DataFrame) -> Any:
    contacts = rows["marketing_contacts_current"] * rows["allows_messages"]
    score = 0.1 * rows["promo_purchase_share"] + 0.05 * rows["unpaid_items_quarter"] - 0.02 * contacts
    return np.clip(0.2 + score, 0.05, 0.995)


def test_every_sentence_tells_the_numbers_of_its_row(
    clients: pd.DataFrame, scored_by: Callable[..., Any], make_what_if: MakeOptions
) -> None:
    inputs = (clients, scored_by(_probability), _from(0.3), clients, make_what_if(low=0.1, high=0.6))
    table = describe_changes(*inputs)
    pd.testing.assert_frame_equal(table.iloc[:, :-2], find_changes(*inputs))
    assert set(table["reached"]) == {True, False}
    for row in table.to_dict("records"):
        for language in LANGUAGES:
            sentence = row[f"sentence_{language}"]
            new, old = (value_text(row["feature"], row[name], language) for name in ("new_value", "value"))
            after, before = (chance(row[f"probability_{when}"], language) for when in ("after", "before"))
            assert label(row["feature"], language) in sentence
            assert f"{new}{LINKS[language]}{old}" in sentence
            assert (f"{after}{LINKS[language]}{before}" in sentence) == (before != after)
            assert (NOT_BELOW[language] in sentence) != row["reached"]
            assert " will " not in sentence
            assert "{" not in sentence


def test_table_without_rows_has_sentences_as_text(
    clients: pd.DataFrame, scored_by: Callable[..., Any], make_what_if: MakeOptions
) -> None:
    empty, full = (
        describe_changes(clients, scored_by(_probability), _from(at), clients, make_what_if(steps=2))
        for at in (0.999, 0.3)
    )
    assert empty.empty
    assert empty.dtypes.equals(full.dtypes)
