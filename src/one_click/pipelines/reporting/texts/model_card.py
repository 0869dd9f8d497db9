"""The model card: what the champion is, what speaks for it, where it must not be trusted."""

import pandas as pd

from one_click.columns import LANGUAGES
from one_click.schemas.records import CampaignAssumptions, KeyFacts, Manifest, ModelFacts, UndecidedBand

from .rendering import render


def write_model_cards(
    manifest: Manifest,
    key_facts: KeyFacts,
    model_facts: ModelFacts,
    leaderboard: pd.DataFrame,
    campaign_assumptions: CampaignAssumptions,
    undecided_band: UndecidedBand,
    label_ceiling: pd.DataFrame,
) -> tuple[str, str]:
    """Write the model card in both languages (after Mitchell et al. 2019, "Model Cards for Model Reporting").

    Returns
    -------
    model_card_ru, model_card_en : str
        Markdown.
    """
    shown = {
        "manifest": manifest,
        "key_facts": key_facts,
        "model_facts": model_facts,
        "leaderboard": leaderboard.to_dict("records"),
        "campaign_assumptions": campaign_assumptions,
        "undecided_band": undecided_band,
        "label_ceiling": label_ceiling.set_index("figure")["value"].to_dict(),
    }
    russian, english = (render("model_card.md.j2", language, shown) for language in LANGUAGES)
    return russian, english
