"""What is declared in lists of parameters."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from one_click.errors import DeclarationError, nearest


class Declared(BaseModel):
    """Base of what is declared in a list of parameters: immutable, with a hint for a misspelt key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, raw: Any) -> Any:
        keys = [field.alias or name for name, field in cls.model_fields.items()]
        unknown = [key for key in raw if key not in keys] if isinstance(raw, dict) else []
        if unknown:
            name = str(unknown[0])
            raise DeclarationError(f"no such key '{name}'; {nearest(name, keys)}", name)
        return raw


def refuse_repeated(codes: Sequence[str], what: str, *place: str) -> None:
    """Raise a ValueError if two declarations share a code.

    Parameters
    ----------
    codes : sequence of str
    what : str
        What has the codes.
    place : str
        Name of the list of declarations in the parameters, where there is one.
    """
    for position, code in enumerate(codes):
        if code in codes[:position]:
            where: tuple[str | int, ...] = (*place, position) if place else ()
            raise DeclarationError(f"the {what} '{code}' is declared more than once", *where)
