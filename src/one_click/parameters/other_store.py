"""Headers and words of another store, each with the one of this store's vocabulary that it is read as."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

from pydantic import Field, field_validator, model_validator

from one_click.columns import TABLES, Column, Table, known_words, normalised, plain
from one_click.errors import DeclarationError, nearest
from one_click.parameters import configuration
from one_click.rules.declared import Declared

_FILES = {name: "market_file" if name == "label_file" else name for name in TABLES}
_HEADERS: dict[str, tuple[str, ...]] = {
    file: tuple(
        dict.fromkeys(
            column.source
            for name, table in TABLES.items()
            if _FILES[name] == file
            for column in table.columns
        )
    )
    for file in _FILES.values()
}
_WORDS: dict[str, tuple[str, ...]] = {
    column.name: words
    for table in reversed(TABLES.values())  # market_money, which has every month, after market_time
    for column in table.columns
    if (words := known_words(column, table))
}


class OtherStore(Declared):
    """How another store names what this store's files hold; empty for files with this store's own names.

    Attributes
    ----------
    headers : dict
        File, without ``.csv`` -> the other store's header -> ours. Labels stand in ``market_file``.
    words : dict
        Column, by its name in the project (``period``, ``activity_declined``, ``allows_messages``,
        ``service_type``, ``popular_category``) -> the other store's word -> ours.
    """

    file: ClassVar[str] = "conf/base/parameters_data_processing.yml"
    headers: dict[str, dict[str, str]] = Field(default_factory=dict)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)

    def headers_of(self, table: str) -> Mapping[str, str]:
        """Return the other store's headers of a table, each with ours."""
        return self.headers.get(_FILES[table], {})

    def headers_in_file(self, table: str) -> dict[str, str]:
        """Return our headers of a table for which the user's file has others, each with that one."""
        return _turned(self.headers_of(table))

    def header(self, table: str, column: Column) -> str:
        """Return the header under which a column stands in the user's file."""
        return self.headers_in_file(table).get(column.source, column.source)

    def words_of(self, table: Table, column: Column) -> dict[str, str]:
        """Return the other store's words of a column, as far as the table can hold them, each with ours."""
        known = known_words(column, table)
        given = self.words.get(column.name, {})
        return {normalised(theirs): ours for theirs, ours in given.items() if ours in known}

    def known_words(self, table: Table, column: Column) -> list[str]:
        """Return the words that a column may hold as they stand in the user's file; none for numbers."""
        theirs = _turned(self.words_of(table, column))
        return [theirs.get(word, word) for word in known_words(column, table)]

    def place(self, *location: str) -> str:
        """Return the file of the configuration, and the line if it is known, of one entry."""
        return configuration.find(self.file, self.model_dump(exclude_unset=True), location) or self.file

    @field_validator("headers", "words", mode="before")
    @classmethod
    def _quoted(cls, raw: Any) -> Any:
        """Refuse what YAML reads as a truth value or a number: it is not known how the file writes it."""
        for name, given in raw.items() if isinstance(raw, dict) else ():
            for key in given if isinstance(given, dict) else ():
                if not isinstance(key, str):
                    raise DeclarationError(
                        f"got the name {key!r}. Rule: names are text, and YAML reads yes, no, on, off and "
                        'numbers as something else. Remedy: quote it, like "yes": …',
                        *(name, key),
                    )
        return raw

    @model_validator(mode="after")
    def _leads_to_the_vocabulary(self) -> Self:
        for kind, known in (("headers", _HEADERS), ("words", _WORDS)):
            what = "file" if kind == "headers" else "column with words"
            for name, given in getattr(self, kind).items():
                if name not in known:
                    raise DeclarationError(f"there is no {what} '{name}'; {nearest(name, known)}", kind, name)
                for theirs, fault in _faults(given, known[name], kind, name):
                    raise DeclarationError(fault, kind, name, theirs)
        return self


THIS_STORE = OtherStore()


def _turned(given: Mapping[str, str]) -> dict[str, str]:
    return {ours: theirs for theirs, ours in given.items()}


def _faults(
    given: Mapping[str, str], known: tuple[str, ...], kind: str, name: str
) -> Iterator[tuple[str, str]]:
    """Yield each entry that cannot be meant, and why."""
    what, own = kind.removesuffix("s"), {plain(word): word for word in known}
    earlier: dict[str, str] = {}
    for theirs, ours in given.items():
        twin = next((one for one in earlier if plain(one) == plain(theirs)), "")
        rival = next((one for one, read_as in earlier.items() if read_as == ours), "")
        hidden = own.get(plain(theirs), ours)
        if not plain(theirs):
            yield theirs, f"a blank {what} cannot be read as '{ours}'. Remedy: name what stands in the file"
        elif ours not in known:
            yield theirs, f"there is no {what} '{ours}' of ours; {nearest(ours, known)}"
        elif twin:
            yield theirs, f"is '{twin}' again: case and blanks do not count. Remedy: take one of them out"
        elif rival:
            yield theirs, _crowded(theirs, rival, ours, name if kind == "words" else "")
        elif hidden not in given.values():
            yield theirs, _hiding(what, ours, hidden)
        earlier[theirs] = ours


def _crowded(theirs: str, rival: str, ours: str, column: str) -> str:
    spelling = f"data_processing.spellings.{column}: {{{theirs}: {rival}}}"
    remedy = f"if both are meant, {spelling}" if column else "take out the one that is not meant"
    return f"'{rival}' is read as '{ours}' already. Rule: one is read as one of ours. Remedy: {remedy}"


def _hiding(what: str, ours: str, hidden: str) -> str:
    return (
        f"this is a {what} of ours; read as '{ours}', nothing would be read as '{hidden}'. "
        f"Remedy: take the entry out, or name the {what} that is read as '{hidden}', too"
    )
