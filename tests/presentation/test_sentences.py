import pandas as pd

from one_click.presentation.sentences import add_sentences, add_words


def test_sentences_in_both_languages_stand_beside_their_rows() -> None:
    table = pd.DataFrame({"feature": ["pages_per_visit", "service_errors"], "n": [1, 2]}, index=[5, 3])
    before = table.copy()
    described = add_sentences(table, lambda row, language: f"{row['feature']} {row['n']} {language}")
    assert described.columns.tolist() == ["feature", "n", "sentence_ru", "sentence_en"]
    assert described.loc[3].tolist() == ["service_errors", 2, "service_errors 2 ru", "service_errors 2 en"]
    pd.testing.assert_frame_equal(table, before)


def test_table_without_rows_gets_the_columns() -> None:
    described = add_sentences(pd.DataFrame(columns=["feature"]), lambda _row, _language: "")
    assert described.columns.tolist() == ["feature", "sentence_ru", "sentence_en"]


def test_codes_are_told_in_both_languages() -> None:
    table = pd.DataFrame({"why": ["thank", "watch"], "n": [1, 2]})
    words = {"watch": {"ru": "Проверить.", "en": "Look again."}, "thank": {"ru": "Спасибо.", "en": "Thanks."}}
    told = add_words(table, "why", words)
    assert told.columns.tolist() == ["why", "n", "why_ru", "why_en"]
    assert told.loc[1, ["why_ru", "why_en"]].tolist() == ["Проверить.", "Look again."]
    assert add_words(table.head(0), "why", words).dtypes["why_ru"] == "str"
