from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from one_click.columns import GROUP_LABELS, LANGUAGES, Language, label
from one_click.pipelines.interpretation.nodes.agreement import compare_importances
from one_click.pipelines.interpretation.texts.agreement import describe_agreement
from one_click.presentation.wording import number, percent

MakeImportances = Callable[..., tuple[pd.DataFrame, pd.DataFrame]]

QUOTED = {"ru": "«{}»", "en": "“{}”"}
EXAMPLES: dict[str, tuple[dict[str, Any], str, str]] = {
    "unused": (
        {"shap": 0.0, "permutation_rank": 9, "shap_rank": 12, "loss": 0.0},
        "модель этого не использует.",
        "the model does not use it.",
    ),
    "some_refits": (
        {"shap": 0.0, "permutation_rank": 9},
        "модель этого не использует, но некоторые из проверочных моделей — да.",
        "the model does not use it, but some of the check models do.",
    ),
    "agree": (
        {"permutation_rank": 2, "loss": 0.0912},
        "оба способа дают близкие места.",
        "both measures place it alike.",
    ),
    "shared": (
        {"permutation_rank": 6, "loss": 0.02, "together": 0.1234},
        "важность общая с «Ошибки сервиса, Время на сайте в текущем месяце»: если перемешать их вместе, "
        "потеря 0,123.",
        "it shares its importance with “Service errors, Time on site this month”: shuffled together they "
        "cost 0.123.",
    ),
    "unproven": (
        {"permutation_rank": 6, "low": -0.001},
        "оценки меняются, но пользы для новых клиентов не видно: нижний конец интервала потери не выше нуля.",
        "it moves scores, but no use for unseen clients is proven: its loss may be zero or less.",
    ),
    "amount_not_order": (
        {"permutation_rank": 6},
        "величина оценок меняется больше, чем порядок клиентов.",
        "it changes the amount of scores more than the order of clients.",
    ),
    "few_clients": (
        {"shap_rank": 9, "concentration": 0.456},
        "вклад сосредоточен: 46\u00a0% его приходится на десятую часть клиентов.",
        "its contributions are concentrated: 46% of them fall to a tenth of the clients.",
    ),
    "order_not_amount": (
        {"shap_rank": 9},
        "вклад невелик, но меняет порядок клиентов с близкими оценками.",
        "its contributions are small, but reorder clients with near scores.",
    ),
}


@pytest.mark.parametrize("reason", EXAMPLES)
def test_finding_by_hand(make_importances: MakeImportances, reason: str) -> None:
    changes, russian, english = EXAMPLES[reason]
    row = describe_agreement(*make_importances(**changes)).set_index("feature").loc["pages_per_visit"]
    assert row["reason"] == reason
    assert row["sentence_ru"].endswith(f" по вкладу: {russian}")
    assert row["sentence_en"].endswith(f" by contribution: {english}")


def test_ranks_by_hand(make_importances: MakeImportances) -> None:
    row = describe_agreement(*make_importances(permutation_rank=2, loss=0.0912)).set_index("feature")
    russian, english = row.loc["pages_per_visit", ["sentence_ru", "sentence_en"]]
    assert russian.startswith("«Страниц за визит»: место 2 по потере ROC-AUC (0,091), 1 по вкладу: ")
    assert english.startswith("“Pages per visit”: rank 2 by loss of ROC-AUC (0.091), 1 by contribution: ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", EXAMPLES)
def test_every_sentence_tells_the_numbers_of_its_row(
    make_importances: MakeImportances, reason: str, language: Language
) -> None:
    permutation, shap = make_importances(**EXAMPLES[reason][0])
    concentration = shap.set_index("feature")["concentration"]
    for row in describe_agreement(permutation, shap).to_dict("records"):
        name = GROUP_LABELS.get(row["feature"]) or {language: label(row["feature"], language)}
        said, ranks, finding = row[f"sentence_{language}"].split(": ", maxsplit=2)
        assert said == QUOTED[language].format(name[language])
        assert f" {row['permutation_rank']} " in ranks
        assert f"({number(row['permutation'], 3, language)}), {row['shap_rank']} " in ranks
        if row["reason"] == "shared":
            assert number(row["together"], 3, language) in finding
            assert all(label(one, language) in finding for one in row["partners"].split(", "))
        if row["reason"] == "few_clients":
            assert percent(concentration[row["feature"]], 0, language) in finding
        assert "{" not in said + ranks + finding


def test_sentences_are_added_to_the_rows_of_the_comparison(make_importances: MakeImportances) -> None:
    tables = make_importances(permutation_rank=6, together=0.3)
    described = describe_agreement(*tables)
    assert described.columns[-2:].tolist() == ["sentence_ru", "sentence_en"]
    pd.testing.assert_frame_equal(described.iloc[:, :-2], compare_importances(*tables))
