import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from one_click.columns import LANGUAGES, TARGET, Language, label, model_label
from one_click.pipelines.interpretation.nodes.disputes import find_disputes
from one_click.pipelines.interpretation.texts.disputes import describe_disputes
from one_click.presentation.wording import value_text

Fit = Callable[..., Any]
Disputed = Callable[..., tuple[Any, ...]]
Models = dict[str, Any]

LINEAR, TREE = "logistic_regression", "decision_tree"
SAID: dict[Language, str] = {
    "ru": r"^(?P<high>.+): (?P<p_high>[^,]+), (?P<low>.+): (?P<p_low>[^.]+)\. Больше всего разницы даёт "
    r"признак «(?P<name>.+)» \((?P<value>.+)\): его доля в объяснении (?P<w_high>.+) и (?P<w_low>.+)\.$",
    "en": r"^(?P<high>.+): (?P<p_high>[^,]+), (?P<low>.+): (?P<p_low>[^.]+)\. What parts them most is "
    r"“(?P<name>.+)” \((?P<value>.+)\): its share of the explanation is (?P<w_high>.+) and (?P<w_low>.+)\.$",
}


def parse_percent(text: str) -> float:
    return float(re.sub(r"[\u00a0%+]", "", text).replace("−", "-"))


def test_sentence_by_hand(clients: pd.DataFrame, disputed: Disputed, weighing: Fit) -> None:
    """Weights below half a percent are 0 without a sign."""
    models = {
        LINEAR: weighing(pages_per_visit=-1.0, promo_purchase_share=0.001),
        TREE: weighing(minutes_current=1.0, pages_per_visit=-0.001, promo_purchase_share=1.0),
    }
    asked = clients.assign(pages_per_visit=1, minutes_current=11, promo_purchase_share=0.99)
    table = describe_disputes(*disputed({LINEAR: [0.9, 0.9], TREE: [0.3, 0.3]}, asked), **models)
    assert table["sentence_en"].iloc[0] == (
        "Logistic regression: 90%, Decision tree: 30%. What parts them most is “Pages per visit” (1 page): "
        "its share of the explanation is +100% and 0%."
    )
    assert table["sentence_ru"].iloc[0].replace("\u00a0", " ") == (
        "Логистическая регрессия: 90 %, Дерево решений: 30 %. Больше всего разницы даёт признак «Страниц за "
        "визит» (1 стр.): его доля в объяснении +100 % и 0 %."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_tells_the_numbers_of_its_row(
    clients: pd.DataFrame, disputed: Disputed, blinkered: Models, language: Language
) -> None:
    generator = np.random.default_rng(4)
    inputs = disputed({name: generator.random(60).tolist() for name in blinkered}, most=40)
    table = describe_disputes(*inputs, **blinkered)
    pd.testing.assert_frame_equal(table.iloc[:, :-2], find_disputes(*inputs, **blinkered))
    own = clients.set_index("client_id")
    for row in table.to_dict("records"):
        said = re.match(SAID[language], row[f"sentence_{language}"])
        assert said, row[f"sentence_{language}"]
        for side in ("high", "low"):
            family, weight = row[f"{side}est"], parse_percent(said[f"w_{side}"])
            assert said[side] == model_label(family, language)
            if 0.01 <= row[family] <= 0.99:
                assert parse_percent(said[f"p_{side}"]) == pytest.approx(100 * row[family], abs=0.5 + 1e-6)
            assert weight == pytest.approx(100 * row[f"weight_{side}est"], abs=0.5 + 1e-6)
            if weight:
                assert said[f"w_{side}"].startswith("+") == (weight > 0)
        assert said["name"] == label(row["feature"], language)
        assert said["value"] == value_text(
            row["feature"], own.loc[row["client_id"], row["feature"]], language
        )


@pytest.mark.parametrize(("consent", "russian", "english"), [(False, "нет", "no"), (True, "да", "yes")])
def test_flag_is_told_as_the_client_has_it(
    fit: Fit,
    clients: pd.DataFrame,
    disputed: Disputed,
    blinkered: Models,
    consent: bool,
    russian: str,
    english: str,
) -> None:
    target = (clients["allows_messages"] == consent).astype("int64")
    models = {**blinkered, TREE: fit(TREE, clients.assign(**{TARGET: target}), select__k=1)}
    asked = clients.assign(allows_messages=consent, pages_per_visit=1)
    table = describe_disputes(*disputed({LINEAR: [0.1, 0.1], TREE: [0.9, 0.9]}, asked), **models)
    assert set(table["feature"]) == {"allows_messages"}
    assert table["value"].tolist() == [str(consent)] * 2
    assert f"«Разрешает сообщения» ({russian})" in table["sentence_ru"].iloc[0]
    assert f"“Allows messages” ({english})" in table["sentence_en"].iloc[0]
