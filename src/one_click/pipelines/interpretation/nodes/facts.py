"""What the page says about the explanations."""

from typing import Any

import pandas as pd

from one_click.parameters import ModelSelection

_EFFECTS = 6  # features whose effect is told in words


def gather_explanation_facts(
    effects: pd.DataFrame,
    importance_agreement: pd.DataFrame,
    faithfulness: pd.DataFrame,
    selection: ModelSelection,
) -> dict[str, Any]:
    """Gather what the page says about the explanations.

    Returns
    -------
    dict
        ``effects``: sentences about the most important features that move the risk; ``disagreements``:
        sentences about features that two measures of importance place differently; ``checks``: value of each
        check of faithfulness; ``refitted_on``: share of the labelled clients that each refit was fitted on.
    """
    sentences = ["sentence_ru", "sentence_en"]
    moving = effects[effects["shape"] != "flat"].head(_EFFECTS)
    apart = importance_agreement[~importance_agreement["reason"].isin(["agree", "unused", "some_refits"])]
    return {
        "effects": moving[sentences].to_dict("records"),
        "disagreements": apart[sentences].to_dict("records"),
        "checks": faithfulness.set_index("check")["value"].astype("float64").to_dict(),
        "refitted_on": 1 - 1 / selection.folds,
    }
