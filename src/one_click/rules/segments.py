"""Segments: the first whose conditions all hold takes the client."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pydantic import Field

from one_click.errors import DeclarationError

from .conditions import matches, texts
from .logic import imply_all
from .rule import Rule


class Segment(Rule):
    """A segment: the clients that fit its conditions and none of the segments before it.

    Attributes
    ----------
    code : str
        Name in data.
    title_ru, title_en, description_ru, description_en : str
        What readers see.
    conditions : tuple of Condition
        All must hold; only the last segment has none.
    """

    KIND = "segment"
    REFUSAL = "nobody can get into"

    title_ru: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    description_ru: str = Field(min_length=1)
    description_en: str = Field(min_length=1)

    @property
    def at_risk(self) -> bool:
        """Whether the segment holds only clients at risk."""
        return any(condition.column == "at_risk" and condition.is_ for condition in self.conditions)


def refuse_unreachable_segments(segments: Sequence[Segment]) -> None:
    """Raise a ValueError if a segment before one takes every client that it could take.

    The last one, which takes all others, may stay empty.
    """
    for position, segment in enumerate(segments[:-1]):
        place = ("segments", position, "conditions")
        if any(condition.column == "segment" for condition in segment.conditions):
            raise DeclarationError(
                f"'{segment.code}' asks for a segment. Rule: only offers can. Remedy: repeat its conditions",
                *place,
            )
        if imply_all((), segment.conditions):
            what = "has conditions that everybody meets" if segment.conditions else "has no conditions"
            raise DeclarationError(f"'{segment.code}' {what} and would take all clients after it", *place)
        for earlier in segments[:position]:
            if imply_all(segment.conditions, earlier.conditions):
                raise DeclarationError(_taken(segment, earlier), *place)


def _taken(segment: Segment, earlier: Segment) -> str:
    alike = imply_all(earlier.conditions, segment.conditions)
    what = "it has the same conditions as" if alike else "whoever meets its conditions is taken by"
    remedy = "change one of them" if alike else f"put '{segment.code}' before '{earlier.code}'"
    return (
        f"{segment.refusal}: {what} '{earlier.code}' before it ({texts(earlier.conditions)}). "
        f"Rule: the first segment whose conditions all hold takes the client. Remedy: {remedy}"
    )


def first_fitting(segments: Sequence[Segment], table: pd.DataFrame) -> pd.Series:
    """Return each client's segment: the first whose conditions hold; the last one takes all others."""
    *ruled, last = segments
    fits = [matches(segment.conditions, table) for segment in ruled]
    codes = np.select(fits, [segment.code for segment in ruled], last.code) if ruled else last.code
    return pd.Series(codes, index=table.index, dtype="str")
