"""File and line of a parameter's value, for messages."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode
from yaml.constructor import SafeConstructor

Location = tuple[str | int, ...]

_PATTERNS = ("**/parameters*", "parameters*/**/*")  # those by which kedro finds files of parameters
SUFFIXES = (".yml", ".yaml", ".json")
_ABSENT = object()

# Kedro hands a parameter model its value and nothing about the value's origin: hence a memory of the process.
_folders: list[Path] = []


def read_from(folders: Iterable[Path]) -> None:
    """Remember the folders that the parameters of this process are read from.

    Parameters
    ----------
    folders : iterable of Path
        Those of the environments, like ``conf/local`` and ``conf/base``; the one that prevails first.
    """
    _folders[:] = list(dict.fromkeys(folders))


def find(file: str, raw: Any, location: Location) -> str:
    """Return the file and the line of a parameter's value.

    A section is taken from the first folder that has it: kedro does not merge sections of two environments.
    Empty for a value that stands in no file as it is, such as one given by ``--params``.

    Parameters
    ----------
    file : str
        The file of the base environment in which the parameters are shipped.
    raw : Any
        The value of the whole parameter, as it was read.
    location : tuple of str or int
        Keys and positions that lead from there to the value; where the last ones do not exist, such as a
        missing key, the place is that of what should hold them.

    Returns
    -------
    str
        Like ``conf/base/parameters_offers.yml, line 41``; empty where it is not known.
    """
    if not _folders:
        return ""
    try:
        found = {(path, _line(node, raw, location), _same(node, raw)) for path, node in _sections(file, raw)}
    except (OSError, ValueError, yaml.YAMLError):
        return ""
    known = {(path, line) for path, line, _ in found if line}
    exact = {(path, line) for path, line, same in found if line and same}
    places = [f"{_shown(path)}, line {line}" for path, line in exact or known]
    return places[0] if len(places) == 1 else ""


def sections(folder: Path) -> frozenset[str]:
    """Return the names of all sections in the files of parameters of an environment."""
    return frozenset(_top_level(_files(folder)))


def _shown(path: Path) -> str:
    folder = next(folder for folder in _folders if folder in path.parents)
    return path.relative_to(folder.parent.parent).as_posix()


def _sections(file: str, raw: Any) -> Iterator[tuple[Path, Node]]:
    """Yield the mappings in force that can have been read as `raw`, with their files."""
    *overriding, base = _folders
    sections = _top_level(path for path in _files(base) if path.name == Path(file).name)
    for folder in reversed(overriding):
        written = _top_level(_files(folder))
        sections |= {name: written[name] for name in sections if name in written}
    for path, node in sections.values():
        inner = [below for _, _, below in _entries(node)]
        nodes = [node] if _may_be(node, raw) else [below for below in inner if _may_be(below, raw)]
        yield from ((path, one) for one in nodes)


def _files(folder: Path) -> set[Path]:
    """Return the files of parameters of an environment; kedro passes over hidden ones."""
    found = {path for pattern in _PATTERNS for path in folder.glob(pattern)}
    hidden = {path for path in found if any(part[0] == "." for part in path.relative_to(folder).parts)}
    return {path for path in found - hidden if path.suffix in SUFFIXES and path.is_file()}


def _top_level(paths: Iterable[Path]) -> dict[str, tuple[Path, Node]]:
    """Return the sections of files."""
    roots = [(path, yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)) for path in paths]
    return {name: (path, node) for path, root in roots for name, _, node in _entries(root)}


def _may_be(node: Node, raw: Any) -> bool:
    """Whether a mapping can have been read as `raw`, to which ``--params`` may have added keys."""
    names = {name for name, _, _ in _entries(node)}
    return isinstance(node, MappingNode) and isinstance(raw, Mapping) and names <= set(map(str, raw))


def _entries(node: Node | None) -> list[tuple[str, Node, Node]]:
    """Return names, keys and values of a mapping; nothing for other nodes."""
    if not isinstance(node, MappingNode):
        return []
    if any(key.tag == "tag:yaml.org,2002:merge" for key, _ in node.value):
        SafeConstructor().flatten_mapping(node)
    scalars = [(key, value) for key, value in node.value if isinstance(key, ScalarNode)]
    # Not the text of the key: yaml reads a bare yes as true.
    return [(str(SafeConstructor().construct_object(key)), key, value) for key, value in scalars]


def _line(node: Node, raw: Any, location: Location) -> int | None:
    """Return the line, counted from 1, of a value that stands at a location as it was read."""
    line, is_it = node.start_mark.line, _same
    for part in location:
        if isinstance(node, ScalarNode):
            break
        key, below = _child(node, part)
        value = _part(raw, part)
        if below is None and value is _ABSENT:
            is_it = _may_be if isinstance(node, MappingNode) else _same
            continue
        if below is None or value is _ABSENT:
            return None
        line = (key if key and not isinstance(below, ScalarNode) else below).start_mark.line
        node, raw, is_it = below, value, _same
    return line + 1 if is_it(node, raw) else None


def _child(node: Node, part: str | int) -> tuple[Node | None, Node | None]:
    """Return key and value of what stands at a key or, without the former, at a position."""
    if isinstance(node, SequenceNode):
        inside = isinstance(part, int) and 0 <= part < len(node.value)
        return None, node.value[part] if inside else None
    named = {name: (key, value) for name, key, value in _entries(node)}
    return named.get(str(part), (None, None))


def _part(raw: Any, part: str | int) -> Any:
    if isinstance(raw, Mapping):
        return raw.get(part, _ABSENT)
    inside = isinstance(raw, list | tuple) and isinstance(part, int) and 0 <= part < len(raw)
    return raw[part] if inside else _ABSENT


def _same(node: Node, raw: Any) -> bool:
    """Whether a node was read as this value; a single name may have become a list of one."""
    if isinstance(node, MappingNode):
        values = {name: value for name, _, value in _entries(node)}
        alike = isinstance(raw, Mapping) and set(values) == set(map(str, raw))
        return alike and all(_same(values[str(name)], value) for name, value in raw.items())
    if isinstance(node, SequenceNode):
        alike = isinstance(raw, list | tuple) and len(node.value) == len(raw)
        return alike and all(map(_same, node.value, raw))
    single = isinstance(raw, list | tuple) and len(raw) == 1
    return _same_scalar(node.value, raw[0] if single else raw)


def _same_scalar(text: str, value: Any) -> bool:
    if isinstance(value, str):
        return text == value
    try:
        read = yaml.safe_load(text)
        # Kedro reads 1e3 as a number, yaml as text.
        read = float(read) if isinstance(read, str) and isinstance(value, float) else read
    except (ValueError, yaml.YAMLError):
        return False
    return bool(read == value) or str(read) == str(value)  # nan equals nothing, but is written the same
