"""Wiring of `reporting`."""

from kedro.pipeline import Node, Pipeline

from one_click.wiring import exhibits, figure, namespace, step

from . import figures, nodes
from .texts import model_card, page, top_clients

_OPTIONS = "params:reporting"
_SHOWN = ("eda", "model_selection", "interpretation", "segmentation", "campaign")


def create_pipeline() -> Pipeline:
    """Return the pipeline."""
    public = ("report_ru", "report_en", "model_card_ru", "model_card_en")
    return namespace("reporting", [*_exhibits(), *_pages()], public=public)


def _exhibits() -> list[Node]:
    return [
        step(nodes.gather_key_facts, "key_facts", segmentation="params:segmentation", options=_OPTIONS),
        step(
            top_clients.list_top_clients,
            "top_clients",
            offers="params:offers",
            campaign="params:campaign",
            options=_OPTIONS,
        ),
        figure(figures.data_quality_figure),
        exhibits(figures=("data_quality",), tables=("key_facts", "top_clients", "data_quality", "audit")),
    ]


def _pages() -> list[Node]:
    others = {name: f"{name}.exhibits" for name in _SHOWN}
    return [
        step(page.render_reports, ["report_ru", "report_en"], reporting="exhibits", **others),
        step(model_card.write_model_cards, ["model_card_ru", "model_card_en"]),
    ]
