"""Wiring of `reporting`."""

from kedro.pipeline import Node, Pipeline

from one_click.columns import LANGUAGES

from . import model_card, nodes, page, plots

_OPTIONS = "params:reporting"


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    images = {
        f"{figure}_{language}": f"{figure}_figure_{language}"
        for figure in page.FIGURES
        for language in LANGUAGES
    }
    return Pipeline(
        [
            Node(
                nodes.gather_key_facts,
                _by_name("clients", "client_scores", "decision_threshold", "contacts")
                | _by_name("rejected_rows", "repairs")
                | {"segmentation": "params:segmentation", "options": _OPTIONS},
                "key_facts",
            ),
            Node(
                nodes.gather_model_facts,
                ["leaderboard", "evaluation", "challenger_differences"],
                "model_facts",
            ),
            Node(
                nodes.gather_explanation_facts,
                ["effects", "importance_agreement", "faithfulness", "params:model_selection"],
                "explanation_facts",
            ),
            Node(nodes.gather_plan_facts, ["plan_summary", "plan_comparison", "experiment"], "plan_facts"),
            Node(nodes.summarise_offers, ["contacts", "params:offers"], "offer_summary"),
            Node(
                nodes.list_top_clients,
                ["contacts", "reason_codes", "params:offers", _OPTIONS],
                "top_clients",
            ),
            Node(plots.draw_quality, "data_quality", ["data_quality_figure_ru", "data_quality_figure_en"]),
            Node(
                page.render_reports, _by_name(*page.FACTS, *page.TABLES) | images, ["report_ru", "report_en"]
            ),
            _model_card(),
        ]
    )


def _model_card() -> Node:
    tables = ("manifest", "key_facts", "model_facts", "leaderboard", "campaign_assumptions")
    return Node(
        model_card.write_model_cards,
        _by_name(*tables, "undecided_band", "label_ceiling"),
        ["model_card_ru", "model_card_en"],
    )


def _by_name(*data_sets: str) -> dict[str, str]:
    return {name: name for name in data_sets}
