import numpy as np
import pandas as pd

from one_click.columns import LANGUAGES
from one_click.parameters import Segmentation
from one_click.pipelines.segmentation.texts.profiles import profile_segments


def test_empty_segments_have_a_sentence_and_no_means(
    table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> None:
    profiles = profile_segments(table, segments, options).set_index("segment")
    assert profiles.loc["fading_visitors", "clients"] == 0
    assert np.isnan(profiles.loc["fading_visitors", "mean_probability"])
    assert profiles.loc["fading_visitors", "sentence_ru"] == "Угасающий интерес к сайту: клиентов нет."
    assert not profiles["key"].any()


def test_sentences_are_made_from_the_row(
    table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> None:
    small = options.model_copy(update={"key_min_clients": 1})
    profiles = profile_segments(table, segments, small).set_index("segment")
    # at risk 10.8 + 12 + 3.9 of 31.2 in all; 8.9 per client at risk
    assert profiles.loc["promo_seekers", "sentence_en"] == (
        "Promo seekers: 1 client (25.0% of the base), mean probability of decline 90%; up to 11 profit units "
        "may be at risk over 3 months (35% of all profit at risk). A key segment: 10.8 per client against "
        "8.9 on average at risk; 100% of them allow messages."
    )
    assert profiles.loc["low_value_at_risk", "sentence_ru"].endswith(
        "Не ключевой: 3,9 на клиента, меньше среднего 8,9 в зоне риска."
    )
    assert all(profiles[f"sentence_{language}"].str.len().min() > 10 for language in LANGUAGES)
