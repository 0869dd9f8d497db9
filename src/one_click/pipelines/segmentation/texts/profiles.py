"""What is said of each segment, from its row: size, profit at risk, and whether to act."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from one_click.columns import Language
from one_click.parameters import Segmentation
from one_click.presentation.sentences import add_sentences
from one_click.presentation.wording import clients, in_months, number, percent

from ..nodes.profiles import measure_segments


def profile_segments(
    decision_table: pd.DataFrame, segments: pd.DataFrame, options: Segmentation
) -> pd.DataFrame:
    """Describe each segment, in the order of declaration.

    Parameters
    ----------
    decision_table : DataFrame, one row per client
    segments : DataFrame, one row per client
    options : Segmentation

    Returns
    -------
    DataFrame of `schemas.segmentation.SegmentProfiles`
    """
    profiles = measure_segments(decision_table, segments, options)
    return add_sentences(profiles, partial(describe, options=options))


def describe(profile: Mapping[str, Any], language: Language, options: Segmentation) -> str:
    """Write one sentence or two about a segment from its row of `segment_profiles`."""
    title = profile[f"title_{language}"]
    if profile["clients"] == 0:
        return f"{title}: клиентов нет." if language == "ru" else f"{title}: no clients."
    size = f"{clients(profile['clients'], language)} ({percent(profile['share'], 1, language)}"
    risk = percent(profile["mean_probability"], 0, language)
    profit = number(profile["profit_at_risk"], 0, language)
    of_all = percent(profile["profit_at_risk_share"], 0, language)
    months = in_months(options.horizon_months, language)
    if language == "ru":
        facts = f"{title}: {size} базы), вероятность снижения в среднем {risk}; под риском может быть до "
        facts += f"{profit} ед. прибыли {months} ({of_all} всей прибыли под риском). "
    else:
        facts = f"{title}: {size} of the base), mean probability of decline {risk}; up to {profit} profit "
        facts += f"units may be at risk {months} ({of_all} of all profit at risk). "
    return facts + _verdict(profile, language, options)


def _verdict(profile: Mapping[str, Any], language: Language, options: Segmentation) -> str:
    words = _VERDICTS[language]
    values = {
        "own": number(profile["profit_per_client"], 1, language),
        "mean": number(profile["profit_per_client_at_risk"], 1, language),
        "reached": percent(profile["reachable_share"], 0, language),
        "least": options.key_min_clients,
    }
    if not profile["at_risk"]:
        return words["not_at_risk"]
    if profile["clients"] < options.key_min_clients:
        return words["small"].format(**values)
    return words["key" if profile["key"] else "not_key"].format(**values)


_VERDICTS: dict[Language, dict[str, str]] = {
    "ru": {
        "not_at_risk": "Клиенты вне зоны риска: предложений не нужно.",
        "small": "Клиентов меньше {least}: не ключевой.",
        "key": "Ключевой сегмент: {own} на клиента при среднем {mean} в зоне риска, сообщения разрешают "
        "{reached} клиентов.",
        "not_key": "Не ключевой: {own} на клиента, меньше среднего {mean} в зоне риска.",
    },
    "en": {
        "not_at_risk": "Not at risk: no offers needed.",
        "small": "Fewer than {least} clients: not key.",
        "key": "A key segment: {own} per client against {mean} on average at risk; {reached} of them allow "
        "messages.",
        "not_key": "Not key: {own} per client, below the average at risk of {mean}.",
    },
}
