"""Names of snapshots: each is the name of one folder."""

import re
import unicodedata

from one_click.errors import shorten

RULE = (
    "the name of one folder without its path: letters, digits, '_', '-', '.' and blanks, at most 100 in all, "
    "with a letter, digit or '_' first and neither blank nor '.' last, and no name that Windows reserves"
)
_RESERVED = r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)"
_NAME = re.compile(rf"(?!{_RESERVED})\w(?:[\w .-]{{0,98}}[\w-])?", re.IGNORECASE)


def folder_name(name: str) -> str:
    """Return the name of a snapshot.

    Raises
    ------
    ValueError
        If it cannot be that of a folder.

    Examples
    --------
    >>> folder_name("2026-10")
    '2026-10'
    """
    if not _NAME.fullmatch(unicodedata.normalize("NFC", name)):  # some systems write й as two characters
        raise ValueError(f"{shorten([repr(name)])} cannot name a snapshot. Rule: {RULE}")
    return name
