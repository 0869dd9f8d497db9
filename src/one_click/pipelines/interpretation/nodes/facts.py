"""Facts that the page states about the explanations."""

import pandas as pd

from one_click.parameters import ModelSelection
from one_click.schemas.records import ExplanationFacts, Sentence

from .agreement import AGREE, REFITS, UNUSED

_EFFECTS = 6  # features whose effect the page describes


def gather_explanation_facts(
    effects: pd.DataFrame,
    importance_agreement: pd.DataFrame,
    faithfulness: pd.DataFrame,
    selection: ModelSelection,
) -> ExplanationFacts:
    """Gather what the page says about the explanations: main effects, disagreements and checks."""
    moving = effects[effects["shape"] != "flat"].head(_EFFECTS)
    apart = importance_agreement[~importance_agreement["reason"].isin([AGREE, UNUSED, REFITS])]
    return ExplanationFacts(
        effects=_sentences(moving),
        disagreements=_sentences(apart),
        checks=faithfulness.set_index("check")["value"].astype("float64").to_dict(),
        refitted_on=1 - 1 / selection.folds,
    )


def _sentences(table: pd.DataFrame) -> list[Sentence]:
    columns = list(Sentence.model_fields)
    return [Sentence(**row) for row in table[columns].to_dict("records")]
