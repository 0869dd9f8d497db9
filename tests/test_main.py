from pathlib import Path

import pytest
from click.testing import CliRunner

from one_click.__main__ import main


@pytest.mark.parametrize("text", ["[tool.kedro", "[tool.kedro]\n"], ids=["no-toml", "names-no-package"])
def test_broken_project_file_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "Remedy: put pyproject.toml back" in result.output
    assert len(result.output.splitlines()) == 1
