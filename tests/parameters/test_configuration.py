from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from one_click.parameters.configuration import Location, find, read_from, sections

FILE = "conf/base/parameters_shop.yml"
SHOP = """\
# a comment
shop:
  share: 0.5
  switch: yes
  limits: {low: 1, high: 1e3}
  limit:
    low: .inf
  names: [one,
          two]
  single: one
  rules:
    - code: first
      tests:
        - {column: a, is: true}
        - column: b
          one_of:
            - x
            - y
    - code: second
  empty:
"""
RAW: dict[str, Any] = {
    "share": 0.5,
    "switch": True,
    "limits": {"low": 1, "high": 1000.0},
    "limit": {"low": float("inf")},
    "names": ["one", "two"],
    "single": "one",
    "rules": [
        {"code": "first", "tests": [{"column": "a", "is": True}, {"column": "b", "one_of": ["x", "y"]}]},
        {"code": "second"},
    ],
    "empty": None,
}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Return a function that writes a file of an environment and has both read, `local` before `base`."""

    def put(text: str, environment: str = "base", name: str = "parameters_shop.yml") -> Path:
        path = tmp_path / "conf" / environment / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        read_from([tmp_path / "conf/local", tmp_path / "conf/base"])
        return path

    yield put
    read_from([])


@pytest.mark.parametrize(
    ("location", "line"),
    [
        pytest.param((), 3, id="whole-section"),
        pytest.param(("share",), 3, id="number"),
        pytest.param(("switch",), 4, id="yes-is-true"),
        pytest.param(("limits",), 5, id="mapping-in-one-line"),
        pytest.param(("limits", "high"), 5, id="power-of-ten"),
        pytest.param(("limit",), 6, id="mapping-of-several-lines-at-its-key"),
        pytest.param(("limit", "low"), 7, id="infinite"),
        pytest.param(("names", 1), 9, id="second-line-of-a-list"),
        pytest.param(("single", 0), 10, id="single-name-made-a-list"),
        pytest.param(("rules",), 11, id="list-at-its-key"),
        pytest.param(("rules", 0, "tests", 0, "is"), 14, id="in-one-line"),
        pytest.param(("rules", 0, "tests", 1), 15, id="item"),
        pytest.param(("rules", 0, "tests", 1, "one_of", 1), 18, id="deep-inside"),
        pytest.param(("rules", 1), 19, id="next-item"),
        pytest.param(("rules", 1, "title"), 19, id="missing-key-where-it-should-be"),
        pytest.param(("limit", "range", "low"), 7, id="name-of-a-variant-is-no-key"),
        pytest.param(("limits", "low", "[key]"), 5, id="mark-of-a-key"),
        pytest.param(("empty",), 20, id="nothing"),
    ],
)
def test_line_is_that_of_the_value(write: Write, location: Location, line: int) -> None:
    write(SHOP)
    assert find(FILE, RAW, location) == f"conf/base/parameters_shop.yml, line {line}"


def test_raw_value_of_these_tests_is_what_kedro_reads(write: Write) -> None:
    from omegaconf import OmegaConf

    assert OmegaConf.to_container(OmegaConf.load(write(SHOP))) == {"shop": RAW}


@pytest.mark.parametrize(
    ("raw", "location"),
    [
        pytest.param(RAW | {"share": 2}, ("share",), id="other-number"),
        pytest.param(RAW | {"extra": 1}, ("extra",), id="added-key"),
        pytest.param(RAW | {"share": 2}, (), id="section-with-another-value"),
        pytest.param(RAW | {"names": ["one"]}, ("names",), id="shorter-list"),
        pytest.param(RAW | {"single": ["one", "two"]}, ("single",), id="two-names-for-one"),
        pytest.param({"share": 0.5}, ("share",), id="not-this-section"),
        pytest.param([1], (0,), id="no-mapping"),
    ],
)
def test_value_that_stands_in_no_file_has_no_line(write: Write, raw: Any, location: Location) -> None:
    write(SHOP)
    assert find(FILE, raw, location) == ""


def test_other_values_keep_their_lines_beside_one_given_at_run_time(write: Write) -> None:
    write(SHOP)
    assert find(FILE, RAW | {"share": 2}, ("names", 0)).endswith("line 8")


def test_missing_value_is_missing_where_its_section_stands_beside_one_given_at_run_time(write: Write) -> None:
    write(SHOP)
    write("shop: {share: 0.7}\n", "local", "parameters.yml")
    assert find(FILE, {"share": 2, "single": "one"}, ("names",)) == "conf/local/parameters.yml, line 1"
    assert find(FILE, {"share": 2, "single": "one"}, ("single",)) == ""


def test_sections_are_those_of_all_files_of_an_environment(write: Write, tmp_path: Path) -> None:
    write(SHOP)
    write("cafe: 1\nshop: 2\n", "base", "parameters/mine.yml")
    assert sections(tmp_path / "conf/base") == {"shop", "cafe"}
    assert sections(tmp_path / "conf/nowhere") == frozenset()


def test_section_of_the_prevailing_environment_is_named(write: Write) -> None:
    write(SHOP)
    write("other: 1\n\nshop: {share: 0.7}\n", "local", "parameters.yml")
    assert find(FILE, {"share": 0.7}, ("share",)) == "conf/local/parameters.yml, line 3"
    # Kedro does not merge the sections of two environments: the rest of base counts no more.
    assert find(FILE, {"share": 0.7}, ("names",)) == "conf/local/parameters.yml, line 3"
    assert find(FILE, RAW, ("switch",)) == ""


@pytest.mark.parametrize("name", ["parameters/mine.yml", "shop/parameters.yaml", "parameters.json"])
def test_files_are_found_where_kedro_finds_them(write: Write, name: str) -> None:
    write(SHOP)
    write('{"shop": {"share": 0.7}}', "local", name)
    assert find(FILE, {"share": 0.7}, ("share",)) == f"conf/local/{name}, line 1"


@pytest.mark.parametrize("name", ["globals.yml", "parameters.txt", ".old/parameters.yml"])
def test_other_files_are_not_looked_at(write: Write, name: str) -> None:
    write(SHOP)
    write("shop: {share: 0.7}", "local", name)
    assert find(FILE, RAW, ("share",)) == "conf/base/parameters_shop.yml, line 3"


def test_one_of_several_sections_of_a_file_is_told_by_its_values(write: Write) -> None:
    write("a:\n  part: {rank: 1, size: 0}\nb:\n  part: {rank: 2, size: 0}\n")
    assert find(FILE, {"rank": 2, "size": 0}, ("size",)).endswith("line 4")
    assert find(FILE, {"rank": 2, "size": 0}, ()).endswith("line 4")
    # A value given at run time leaves two places that it can have been read from.
    assert find(FILE, {"rank": 3, "size": 0}, ("size",)) == ""
    assert find(FILE, {"rank": 1, "size": 9}, ("rank",)).endswith("line 2")


def test_anchors_and_merged_keys_are_followed(write: Write) -> None:
    write("shop:\n  a: &one\n    low: 1\n    high: 2\n  b:\n    <<: *one\n    high: 3\n  c: *one\n")
    raw = {"a": {"low": 1, "high": 2}, "b": {"low": 1, "high": 3}, "c": {"low": 1, "high": 2}}
    lines = [find(FILE, raw, (name, key))[-1] for name in "abc" for key in ("low", "high")]
    assert lines == ["3", "4", "3", "7", "3", "4"]


@pytest.mark.parametrize("text", ["shop: [1", "", "- 1\n", "shop: 2026-99-99\n", "shop: {? [1, 2] : 3}\n"])
def test_unreadable_file_has_no_lines_and_raises_nothing(write: Write, text: str) -> None:
    write(text)
    assert find(FILE, RAW, ("share",)) == ""


def test_file_in_another_encoding_raises_nothing(write: Write) -> None:
    write("").write_bytes("shop: {share: Доля}".encode("cp1251"))
    assert find(FILE, {"share": "Доля"}, ("share",)) == ""


def test_nothing_is_said_before_a_configuration_was_read_or_after_it_is_gone(tmp_path: Path) -> None:
    read_from([])
    assert find(FILE, RAW, ("share",)) == ""
    read_from([tmp_path / "nowhere/local", tmp_path / "nowhere/base"])
    assert find(FILE, RAW, ("share",)) == ""
    read_from([])


def test_lines_do_not_depend_on_the_working_folder(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(SHOP)
    monkeypatch.chdir(Path(tmp_path.anchor))
    assert find(FILE, RAW, ("share",)) == "conf/base/parameters_shop.yml, line 3"


# --- whole commands -----------------------------------------------------------------------------------


def _shipped(project: Path, name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((project / f"conf/base/parameters_{name}.yml").read_text(encoding="utf-8")))


def _line_of(text: str, words: str) -> int:
    (line,) = [number for number, line in enumerate(text.splitlines(), start=1) if words in line]
    return line


Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("environment", "name", "arguments"),
    [
        pytest.param("local", "parameters.yml", (), id="local"),
        pytest.param("test", "parameters_offers.yml", ("--env", "test"), id="test"),
        pytest.param("base", "parameters_offers.yml", (), id="base"),
    ],
)
def test_run_names_the_file_and_the_line_that_a_bad_offer_really_stands_in(
    project: Path, kedro_run_here: Run, environment: str, name: str, arguments: tuple[str, ...]
) -> None:
    offers = _shipped(project, "offers")
    offers["offers"]["declared"][3] |= {"cost": -1}
    offers["offers"]["declared"][5]["effect"]["high"] = 12
    text = "# mine\n" + yaml.safe_dump(offers, allow_unicode=True, sort_keys=False)
    (project / "conf" / environment / name).write_text(text, encoding="utf-8")
    result = kedro_run_here("--pipelines", "segmentation", *arguments)
    file = f"conf/{environment}/{name}"
    assert result.exit_code == 1
    assert (
        f"({file}, line {_line_of(text, 'cost: -1')}) declared.3.cost: got -1. "
        "Rule: Input should be greater than or equal to 0. Nearest valid value: 0" in result.output
    )
    assert f"({file}, line {_line_of(text, 'high: 12')}) declared.5.effect.high: got 12" in result.output
    assert "12 % is 0.12" in result.output
    assert len(result.output.splitlines()) <= 12
    assert "Traceback" not in result.output


def test_run_with_a_bad_value_on_the_command_line_names_the_shipped_file_without_a_line(
    project: Path, kedro_run_here: Run
) -> None:
    result = kedro_run_here("--pipelines", "data_processing", "--params", "data_processing.test_share=2")
    assert result.exit_code == 1
    assert "(file conf/base/parameters_data_processing.yml)\n  test_share: got 2" in result.output
    assert "line" not in result.output
