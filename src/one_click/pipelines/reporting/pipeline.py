"""Wiring of `reporting`."""

from kedro.pipeline import Node, Pipeline

from one_click.columns import LANGUAGES

from . import figures as plots
from . import nodes
from .texts import model_card, page

_OPTIONS = "params:reporting"


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    return Pipeline([*_facts(), *_tables(), *_pages()])


def _facts() -> list[Node]:
    return [
        Node(
            nodes.gather_key_facts,
            _by_name("clients", "client_scores", "decision_threshold", "contacts")
            | _by_name("rejected_rows", "repairs")
            | {"segmentation": "params:segmentation", "options": _OPTIONS},
            "key_facts",
            name="reporting.gather_key_facts",
        ),
        Node(
            nodes.gather_model_facts,
            ["leaderboard", "evaluation", "challenger_differences"],
            "model_facts",
            name="reporting.gather_model_facts",
        ),
        Node(
            nodes.gather_explanation_facts,
            ["effects", "importance_agreement", "faithfulness", "params:model_selection"],
            "explanation_facts",
            name="reporting.gather_explanation_facts",
        ),
        Node(
            nodes.gather_plan_facts,
            ["plan_summary", "plan_comparison", "experiment"],
            "plan_facts",
            name="reporting.gather_plan_facts",
        ),
    ]


def _tables() -> list[Node]:
    return [
        Node(
            nodes.summarise_offers,
            ["contacts", "params:offers"],
            "offer_summary",
            name="reporting.summarise_offers",
        ),
        Node(
            nodes.summarise_actions,
            "client_actions",
            "action_summary",
            name="reporting.summarise_actions",
        ),
        Node(
            nodes.list_top_clients,
            ["contacts", "reason_codes", "params:offers", "params:campaign", _OPTIONS],
            "top_clients",
            name="reporting.list_top_clients",
        ),
        Node(
            plots.draw_quality,
            "data_quality",
            ["data_quality_figure_ru", "data_quality_figure_en"],
            name="reporting.draw_quality",
        ),
    ]


def _pages() -> list[Node]:
    images = {
        f"{figure}_{language}": f"{figure}_figure_{language}"
        for figure in page.FIGURES
        for language in LANGUAGES
    }
    return [
        Node(
            page.render_reports,
            _by_name(*page.FACTS, *page.TABLES) | images,
            ["report_ru", "report_en"],
            name="reporting.render_reports",
        ),
        _model_card(),
    ]


def _model_card() -> Node:
    tables = ("manifest", "key_facts", "model_facts", "leaderboard", "campaign_assumptions")
    return Node(
        model_card.write_model_cards,
        _by_name(*tables, "undecided_band", "label_ceiling"),
        ["model_card_ru", "model_card_en"],
        name="reporting.write_model_cards",
    )


def _by_name(*data_sets: str) -> dict[str, str]:
    return {name: name for name in data_sets}
