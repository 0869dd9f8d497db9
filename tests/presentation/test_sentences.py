import pandas as pd

from one_click.presentation.sentences import add_sentences


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
