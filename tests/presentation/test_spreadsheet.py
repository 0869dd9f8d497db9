import math

import pytest

from one_click.presentation.spreadsheet import FORMULA_STARTS, defuse


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_text_never_starts_a_formula(start: str) -> None:
    assert defuse(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"
    assert defuse(start) == f"'{start}"
    assert defuse(f"1{start}1") == f"1{start}1"


def test_what_spreadsheets_take_for_the_start_of_a_formula_is_known() -> None:
    assert {"=", "+", "-", "@", "\t"} <= set(FORMULA_STARTS)


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\r", "\x1f"], ids=repr)
def test_a_control_character_hides_no_formula_and_ends_no_row(character: str) -> None:
    assert defuse(f"{character}=1+1") == "'=1+1"
    assert defuse(f"a{character}=1+1\n") == "a=1+1\n"


@pytest.mark.parametrize("value", [-1.5, 0, True, "1-2", ""], ids=repr)
def test_other_values_stay_what_they_are(value: object) -> None:
    assert defuse(value) is value


@pytest.mark.parametrize("value", [math.nan, None], ids=repr)
def test_missing_values_are_empty(value: object) -> None:
    assert defuse(value) is None
