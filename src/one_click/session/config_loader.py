"""Kedro's reader of configuration, with runtime parameters that override one value and readable errors."""

import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from kedro.config import OmegaConfigLoader
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from one_click.errors import DataError, ParameterError, nearest
from one_click.parameters.configuration import SUFFIXES

_SCHEMAS = "one_click.schemas."


class ConfigLoader(OmegaConfigLoader):
    """Kedro's own loader, except that one runtime parameter overrides one value, wherever that stands.

    Kedro lays runtime parameters over each environment and takes a section from the last environment that has
    it: of a section of ``conf/base`` alone, the part given by ``--params`` would be all that is left.

    The validators of stored data sets are told the file, which stands in messages: a schema that a validator
    names is laid on the table by `one_click.schemas.TableCheck`.
    """

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Return the configuration of one kind, such as ``parameters``.

        Raises
        ------
        ParameterError
            If the environment is unknown.
        DataError
            If a file cannot be read, or a value refers to one that does not exist.
        """
        try:
            found = super().__getitem__(key)
        except OmegaConfBaseException as error:
            raise DataError(
                f"A value of {key} cannot be worked out: {' '.join(str(error).split())}.",
                file=f"conf/*/{key}*.yml, or --params",
                rule="${…} names another value of the same files, and a list is given as a whole",
                remedy="write the value itself",
            ) from error
        if key == "catalog":
            _tell_validators_their_files(found.values())
        return found

    def _resolve_from_raw_config(
        self, key: str, base_configs: dict[Path, Any], env_configs: dict[Path, Any], *places: Any
    ) -> dict[str, Any]:
        if key == "parameters":
            base_configs, env_configs = {**_without_replaced(base_configs, env_configs), **env_configs}, {}
        return super()._resolve_from_raw_config(key, base_configs, env_configs, *places)

    def _read_dir_configs(self, conf_path: str, *options: Any) -> dict[Path, Any]:
        if self._protocol != "file":
            return super()._read_dir_configs(conf_path, *options)
        folder = Path(conf_path)
        _stop_at_unknown_environment(Path(self.conf_source), folder)
        _stop_at_folders(folder)
        try:
            return super()._read_dir_configs(conf_path, *options)
        except (AttributeError, OSError, ValueError, yaml.YAMLError) as error:
            _stop_at_unreadable(folder)
            # Each file alone can be read: what kedro refuses with a ValueError is a value in two files.
            if not isinstance(error, ValueError):
                raise
            raise DataError(
                f"{error}.",
                file=str(folder),
                rule="a value stands in one file of an environment",
                remedy="leave it in the file that is meant",
            ) from error


def _tell_validators_their_files(entries: Iterable[Any]) -> None:
    """Give each validator the path of its data set, and wrap schemas of tables in `TableCheck`.

    An interpolation ``file: ${...filepath}`` in each entry would do the same, at more CPU time.
    """
    for entry in entries:
        validator = entry.get("validator") if isinstance(entry, dict) else None
        if not isinstance(validator, dict) or "options" in validator:
            continue
        name = str(validator.get("class"))
        if name.startswith(_SCHEMAS):
            validator["class"] = f"{_SCHEMAS}TableCheck"
            validator["options"] = {"schema": name, "file": entry["filepath"]}


def _without_replaced(base: Mapping[Path, Any], other: Mapping[Path, Any]) -> dict[Path, Any]:
    """Leave out of files the sections that stand in others, too."""
    replaced = {name for config in other.values() for name in config}
    return {
        path: OmegaConf.masked_copy(config, [name for name in config if name not in replaced])
        for path, config in base.items()
    }


def _stop_at_unknown_environment(conf: Path, folder: Path) -> None:
    name = Path(os.path.relpath(folder, conf)).as_posix()
    known = [entry.name for entry in conf.iterdir() if entry.is_dir()] if conf.is_dir() else []
    if name not in known:
        hint = f"make the folder conf/{name}, or name another one: {nearest(name, known)}"
        raise ParameterError(f"There is no environment '{name}'; {hint}")


def _files(folder: Path) -> list[Path]:
    """Return all that is named like a file of configuration; hidden ones are not kedro's."""
    found = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    return [path for path in found if not any(part[0] == "." for part in path.relative_to(folder).parts)]


def _stop_at_folders(folder: Path) -> None:
    """Stop at folders and broken links that are named like files: kedro ignores them without a word."""
    for path in _files(folder):
        if not path.is_file():
            raise _unreadable(path, "it is a folder, or a link that leads nowhere")


def _stop_at_unreadable(folder: Path) -> None:
    for path in _files(folder):
        try:
            _read(path)
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise _unreadable(path, "it is not in UTF-8", line) from error
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            raise _unreadable(path, str(error.problem), mark.line + 1 if mark else None) from error
        except (yaml.YAMLError, OSError) as error:
            raise _unreadable(path, getattr(error, "strerror", None) or str(error)) from error


def _read(path: Path) -> None:
    config = OmegaConf.load(io.StringIO(path.read_bytes().decode("utf-8")))
    if not isinstance(config, DictConfig):
        raise yaml.YAMLError("it is a list")


def _unreadable(path: Path, why: str, line: int | None = None) -> DataError:
    return DataError(
        f"The configuration {path.name} cannot be read: {why}.",
        file=str(path),
        rows=f"line {line}" if line else "",
        rule="a readable file of YAML (or JSON) in UTF-8, indented with blanks, that gives values to names",
        remedy="correct the file, or take it away",
    )
