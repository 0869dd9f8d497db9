import pickle

import pytest

from one_click.errors import (
    DataError,
    DeclarationError,
    OneClickError,
    ParameterError,
    UnknownNameError,
    nearest,
    shorten,
)

MANY = ", ".join(f"n{i}" for i in range(10, 50))


def test_message_has_one_line_for_each_part() -> None:
    error = DataError(
        "The column 'id' is missing.", file="money.csv", column="id", rows="1", rule="ids", remedy="rename"
    )
    assert str(error) == (
        "The column 'id' is missing.\n"
        "  file:   money.csv\n"
        "  column: id\n"
        "  rows:   1\n"
        "  rule:   ids\n"
        "  remedy: rename"
    )


def test_empty_parts_are_left_out() -> None:
    lines = str(DataError("It is empty.", file="money.csv", rule="not empty", remedy="export")).splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["file", "rule", "remedy"]


@pytest.mark.parametrize("kind", [ParameterError, DeclarationError])
@pytest.mark.parametrize(
    ("parts", "text"),
    [
        pytest.param({}, "got 2", id="found-alone"),
        pytest.param({"remedy": "0.02"}, "got 2. Remedy: 0.02", id="remedy"),
        pytest.param({"rule": "a share", "remedy": "0.02"}, "got 2. Rule: a share. Remedy: 0.02", id="both"),
    ],
)
def test_message_in_one_line_has_a_sentence_for_each_part(
    kind: type[Exception], parts: dict[str, str], text: str
) -> None:
    assert str(kind("got 2", **parts)) == text


def test_unknown_name_is_told_with_place_and_nearest_name() -> None:
    assert str(UnknownNameError("runner", "Paralel", ["Parallel"])) == (
        "Unknown runner 'Paralel': did you mean 'Parallel'? Valid names: Parallel."
    )
    assert "Unknown name 'x' in --tags: " in str(UnknownNameError("name", "x", [], where="--tags"))


@pytest.mark.parametrize("found", ["It is empty.", "'Сад' is not 'Caд'."], ids=["plain", "look-alikes"])
def test_error_of_a_worker_arrives_with_its_text(found: str) -> None:
    error = DataError(found, file="money.csv", rule="not empty", remedy="export")
    for sent in (error, UnknownNameError("runner", found, [])):
        arrived = pickle.loads(pickle.dumps(sent))
        assert type(arrived) is type(sent)
        assert str(arrived) == str(sent)


@pytest.mark.parametrize("kind", [DataError, ParameterError])
def test_all_errors_can_be_caught_as_one(kind: type[Exception]) -> None:
    assert issubclass(kind, OneClickError)


@pytest.mark.parametrize(
    ("name", "available", "expected"),
    [
        pytest.param("sead", ["seed", "share"], "did you mean 'seed'? Valid names: seed, share.", id="near"),
        pytest.param("xyz", ["seed"], "Valid names: seed.", id="nothing-near"),
        pytest.param("seed", [], "there is none yet.", id="nothing-there"),
        pytest.param(
            "xyz", [f"n{i}" for i in range(10, 60)], f"Valid names: {MANY}, … (50 in all).", id="many"
        ),
    ],
)
def test_nearest_name(name: str, available: list[str], expected: str) -> None:
    assert nearest(name, available) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        pytest.param(0, "", id="none"),
        pytest.param(2, "0, 1", id="at-the-limit"),
        pytest.param(3, "0, 1, … (3 in all)", id="above"),
    ],
)
def test_long_lists_are_shortened(count: int, expected: str) -> None:
    assert shorten(range(count), limit=2) == expected


@pytest.mark.parametrize(
    ("found", "letters"),
    [
        pytest.param(
            "The column 'Выручка' is missing, but there is 'Bыручка'.",
            "'Bыручка' has LATIN CAPITAL LETTER B; 'Выручка' has CYRILLIC CAPITAL LETTER VE",
            id="another-alphabet",
        ),
        pytest.param("Not 'да', but 'да\u200b'.", "'да\u200b' has ZERO WIDTH SPACE", id="cannot-be-seen"),
        pytest.param("Not 'й', but 'май' or 'маи\u0306'.", "COMBINING BREVE", id="accent-stored-apart"),
    ],
)
@pytest.mark.parametrize("kind", [DataError, ParameterError])
def test_words_that_look_alike_are_told_apart(kind: type[OneClickError], found: str, letters: str) -> None:
    error = DataError(found, file="x", rule="y", remedy="z") if kind is DataError else ParameterError(found)
    assert "\n  letters: " in str(error)
    assert letters in str(error)


@pytest.mark.parametrize("found", ["'нет' and 'нет'", "'да' and 'Да'", "a cat, а кот", "seed, sead"])
def test_words_that_differ_in_sight_need_no_names(found: str) -> None:
    assert str(ParameterError(found)) == found
