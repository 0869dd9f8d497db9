"""Errors that a person can act on: what was found, where, the rule, the remedy, the nearest valid name."""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from one_click.columns import INVISIBLE

MAKE_ROOM = "let the disk have room and the file be written, and run again: a search goes on where it stopped"
_LONGEST = 80  # characters of one item in a message
_WORD = re.compile(r"[^\s'\"“”«»,;:.()\[\]/=]{2,}")
_ALIKE = str.maketrans("АВЕЁЅІЈКМНОРСТХаеёѕіјорсух", "ABEËSIJKMHOPCTXaeësijopcyx")  # Cyrillic, Latin


class OneClickError(Exception):
    """A fault of the input that the user can put right; its text is all that the user needs to see.

    Parameters
    ----------
    message : str
        The text. If words of it look alike and are not the same, the characters that differ are named in it.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message + _named_letters(message))

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave a worker's process with the finished text, for lack of the arguments."""
        return _with_text, (type(self), str(self))


def _with_text(kind: type[OneClickError], text: str) -> OneClickError:
    return kind.__new__(kind, text)


def _named_letters(message: str) -> str:
    spellings = defaultdict(set)
    for word in _WORD.findall(message):
        spellings[_look(word)].add(word)
    alike = [word for words in spellings.values() if len(words) > 1 for word in sorted(words)]
    named = [f"'{word}' has {_odd_letters(word, spellings[_look(word)])}" for word in alike]
    return "\n  letters: " + "; ".join(named) if named else ""


def _look(word: str) -> str:
    return INVISIBLE.sub("", unicodedata.normalize("NFC", word)).translate(_ALIKE)


def _odd_letters(word: str, spellings: set[str]) -> str:
    common = set.intersection(*map(set, spellings))
    odd = [letter for letter in dict.fromkeys(word) if letter not in common]
    return " and ".join(unicodedata.name(letter, repr(letter)) for letter in odd) or "none of these"


class DataError(OneClickError):
    """A fault of a file.

    Parameters
    ----------
    found : str
        What is wrong.
    file, column : str
        Where.
    rows : str
        Which rows (lines of the file), already shortened for reading.
    rule : str
        The rule that is broken.
    remedy : str
        What to do about it.
    """

    def __init__(
        self, found: str, *, file: str, rule: str, remedy: str, column: str = "", rows: str = ""
    ) -> None:
        parts = {"file": file, "column": column, "rows": rows, "rule": rule, "remedy": remedy}
        details = [f"  {name + ':':<8}{text}" for name, text in parts.items() if text]
        super().__init__("\n".join([found, *details]))


class ParameterError(OneClickError, ValueError):
    """A parameter that is misspelt or out of its range.

    Parameters
    ----------
    found : str
        What is wrong.
    rule : str, optional
        The rule that is broken.
    remedy : str, optional
        What to do about it.

    Examples
    --------
    >>> print(ParameterError("got 2", rule="a share", remedy="0.02"))
    got 2. Rule: a share. Remedy: 0.02
    """

    def __init__(self, found: str, *, rule: str = "", remedy: str = "") -> None:
        super().__init__(_in_one_line(found, rule, remedy))


class UnknownNameError(ParameterError):
    """A name that there is not; the message tells the nearest one.

    Parameters
    ----------
    kind : str
        What the name should be that of, such as ``pipeline``.
    name : str
    known : iterable of str
        The names that there are.
    where : str, optional
        Where it was given.

    Examples
    --------
    >>> print(UnknownNameError("parameter", "sead", ["seed"], where="--params"))
    Unknown parameter 'sead' in --params: did you mean 'seed'? Valid names: seed.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "") -> None:
        place = f" in {where}" if where else ""
        super().__init__(f"Unknown {kind} '{name}'{place}: {nearest(name, known)}")


class DeclarationError(ValueError):
    """A fault of one value inside a declaration, for a parameter model to collect.

    Parameters
    ----------
    found : str
        What is wrong.
    place : str or int
        Where the faulty value stands inside what is checked: keys, and positions in lists counted from 0.
    rule, remedy : str, optional
        As of `ParameterError`.
    """

    def __init__(self, found: str, *place: str | int, rule: str = "", remedy: str = "") -> None:
        super().__init__(_in_one_line(found, rule, remedy))
        self.place = place


def _in_one_line(found: str, rule: str, remedy: str) -> str:
    return ". ".join([found, *([f"Rule: {rule}"] * bool(rule)), *([f"Remedy: {remedy}"] * bool(remedy))])


def nearest(name: str, available: Iterable[str]) -> str:
    """Return a hint that names the valid name nearest to `name`, and all valid names or the first of many.

    Examples
    --------
    >>> nearest("snapshto", ["snapshot", "seed"])
    "did you mean 'snapshot'? Valid names: seed, snapshot."
    """
    names = sorted(available)
    if not names:
        return "there is none yet."
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean '{close[0]}'? " if close else ""
    return f"{hint}Valid names: {shorten(names, limit=40)}."


def share_hint(number: float) -> str:
    """Return a hint for a number that is given where a share is wanted and may be meant as a percentage.

    Examples
    --------
    >>> share_hint(12), share_hint(-1)
    ('; 12 % is 0.12', '')
    """
    return f"; {number:g} % is {number / 100:g}" if 1 < number <= 100 else ""


def masked(text: str) -> str:
    """Return text of a file without its longer numbers, any of which may be a client's.

    Examples
    --------
    >>> masked("500001;3,4")
    '…;3,4'
    """
    return re.sub(r"\d{2,}", "…", text)


def shorten(items: Iterable[object], limit: int = 5) -> str:
    """Join the first items, each cut to a readable length, and say how many there are in all.

    Examples
    --------
    >>> shorten(range(7), limit=3)
    '0, 1, 2, … (7 in all)'
    """
    listed = [text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…" for text in map(str, items)]
    if len(listed) <= limit:
        return ", ".join(listed)
    return f"{', '.join(listed[:limit])}, … ({len(listed)} in all)"
