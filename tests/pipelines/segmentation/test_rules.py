from typing import Any

import pandas as pd
import pytest

from one_click.declarations import Segment
from one_click.errors import ParameterError
from one_click.pipelines.segmentation.rules import check_rules, join_names


@pytest.fixture
def small() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "popular_category": ["Сад", "Кухонная посуда", "Сад"],
            "service_type": ["премиум", "стандарт", "стандарт"],
        }
    )


def segment(*conditions: dict[str, Any]) -> Segment:
    texts = dict.fromkeys(("title_ru", "title_en", "description_ru", "description_en"), "-")
    return Segment.model_validate({"code": "chosen", "conditions": conditions} | texts)


@pytest.mark.parametrize(
    ("condition", "hint"),
    [
        pytest.param({"column": "popular_category", "one_of": "Сат"}, "did you mean 'Сад'", id="of-the-base"),
        pytest.param(
            {"column": "popular_category", "one_of": "Товары для деток"},
            "did you mean 'Товары для детей'",
            id="of-the-vocabulary",
        ),
        pytest.param({"column": "service_type", "one_of": "Кухонная посуда"}, "стандарт", id="other-column"),
        pytest.param(
            {"column": "segment", "one_of": "loyal"}, "there is no column 'segment'", id="too-early"
        ),
    ],
)
def test_rules_that_nobody_could_meet_are_refused(
    small: pd.DataFrame, condition: dict[str, Any], hint: str
) -> None:
    with pytest.raises(ParameterError, match=hint):
        check_rules([segment(condition)], small)


@pytest.mark.parametrize(
    "condition",
    [
        {"column": "popular_category", "one_of": ["Сад", "Товары для детей"]},
        {"column": "service_type", "one_of": "премиум"},
    ],
)
def test_categories_of_base_or_vocabulary_are_accepted(
    small: pd.DataFrame, condition: dict[str, Any]
) -> None:
    check_rules([segment(condition)], small)


def test_values_given_for_a_column_need_not_occur(small: pd.DataFrame) -> None:
    table = small.assign(segment="loyal_others")
    rule = segment({"column": "segment", "one_of": "promo_seekers"})
    check_rules([rule], table, {"segment": ["promo_seekers", "loyal_others"]})
    with pytest.raises(ParameterError):
        check_rules([rule], table, {"segment": ["loyal_others"]})


def test_names_are_joined_in_the_order_of_the_rows() -> None:
    rows = pd.DataFrame({"client_id": [7, 5, 7], "feature": ["b", "c", "a"]})
    assert join_names(rows, "feature", pd.Series([5, 6, 7])).tolist() == ["c", "", "b, a"]
    assert join_names(rows.head(0), "feature", pd.Series([5, 6])).tolist() == ["", ""]
