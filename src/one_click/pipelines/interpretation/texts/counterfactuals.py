"""Sentences about the smallest change that would bring a client under the threshold."""

from itertools import groupby
from operator import itemgetter
from typing import Any

import pandas as pd

from one_click.columns import CLIENT_ID, LANGUAGES, Language, Words, label
from one_click.parameters import Interpretation
from one_click.presentation.wording import chance, value_text
from one_click.schemas.records import DecisionThreshold

from ..nodes.counterfactuals import find_changes

_IF: Words = {"ru": "", "en": "If "}
_AND: Words = {"ru": "; ", "en": " and "}
_CONDITION: Words = {
    "ru": "«{label}»: {new} вместо {old}",
    "en": "“{label}” were {new} instead of {old}",
}
_ANSWER: dict[tuple[Language, bool], str] = {
    ("ru", True): " — оценка риска модели была бы {after} вместо {before}",
    ("ru", False): " — оценка риска модели почти не изменилась бы ({before})",
    ("en", True): ", the model would estimate the risk at {after} instead of {before}",
    ("en", False): ", the model's estimate of the risk would hardly change ({before})",
}
_VERDICT: dict[tuple[Language, bool], str] = {
    ("ru", True): "ниже порога риска",
    ("ru", False): "не ниже порога риска",
    ("en", True): "below the risk threshold",
    ("en", False): "not below the risk threshold",
}
_NOTHING_LOWERS: Words = {
    "ru": "Ни одно из проверенных изменений не снизило бы оценку риска модели ({before}).",
    "en": "None of the changes tried would lower the model's estimate of the risk ({before}).",
}


def describe_changes(
    features: pd.DataFrame,
    champion: Any,
    decision_threshold: DecisionThreshold,
    explanation_base: pd.DataFrame,
    options: Interpretation,
) -> pd.DataFrame:
    """Find the smallest change of each client at risk, see `find_changes`, and describe it as a whole.

    Returns
    -------
    DataFrame of `schemas.interpretation.Counterfactuals`
    """
    found = find_changes(features, champion, decision_threshold, explanation_base, options)
    rows_of = {
        client: list(rows) for client, rows in groupby(found.to_dict("records"), itemgetter(CLIENT_ID))
    }
    sentences = {
        f"sentence_{language}": found[CLIENT_ID].map(
            {client: _sentence(rows, language) for client, rows in rows_of.items()}
        )
        for language in LANGUAGES
    }
    return found.assign(**sentences).astype(dict.fromkeys(sentences, "str"))


def _sentence(rows: list[dict[str, Any]], language: Language) -> str:
    """Describe the change of one client, of which each row changes one feature."""
    plan = rows[0]
    before, after = (chance(plan[f"probability_{when}"], language) for when in ("before", "after"))
    if not plan["changes"]:
        return _NOTHING_LOWERS[language].format(before=before)
    conditions = _AND[language].join(_condition(row, language) for row in rows)
    answer = _ANSWER[language, before != after].format(before=before, after=after)
    return f"{_IF[language]}{conditions}{answer}: {_VERDICT[language, plan['reached']]}."


def _condition(row: dict[str, Any], language: Language) -> str:
    new, old = (value_text(row["feature"], row[when], language) for when in ("new_value", "value"))
    return _CONDITION[language].format(label=label(row["feature"], language), new=new, old=old)
