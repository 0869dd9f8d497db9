"""The page in both languages."""

from typing import Any

from one_click.columns import LANGUAGES

from .rendering import render


def render_reports(**exhibits: dict[str, Any]) -> tuple[str, str]:
    """Render the page in Russian and in English.

    Parameters
    ----------
    **exhibits : dict
        What each pipeline shows, by its name: facts, tables as lists of rows, and PNG images as base64 text.

    Returns
    -------
    report_ru, report_en : str
        HTML that needs no other file.
    """
    russian, english = (render("report.html.j2", language, exhibits) for language in LANGUAGES)
    return russian, english
