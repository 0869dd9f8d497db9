"""Base of all parameter models, whose errors name file and line."""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from one_click.errors import DeclarationError, ParameterError, nearest, share_hint
from one_click.parameters import configuration

Share = Annotated[float, Field(ge=0, le=1)]
Seed = Field(ge=0, lt=2**32)

_SECRET = "pseudonym_key"  # which no message repeats


class Parameters(BaseModel):
    """Base of all parameter models: immutable, no unknown keys, one readable message per fault.

    Raises
    ------
    ParameterError
        If a key is unknown, a value is of the wrong type or out of its range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    file: ClassVar[str] = "conf/base"

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Check the raw value of a parameter; kedro calls this for every typed parameter."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            faults = [_described(fault, cls) for fault in _independent(error.errors(include_url=False))]
            raise ParameterError(_message(cls.file, obj, faults)) from None

    def explain(self, faults: Iterable[DeclarationError]) -> str:
        """Return the message about faults that only the data reveal, each with file and line.

        Parameters
        ----------
        faults : iterable of DeclarationError
            Their places are those inside these parameters.

        Returns
        -------
        str
            Empty without faults.
        """
        raw = self.model_dump(by_alias=True, exclude_unset=True)
        return _message(self.file, raw, list(faults))


def _message(file: str, raw: Any, faults: Sequence[DeclarationError]) -> str:
    """Return one line per fault, each with its file and line; where one is unknown, with the file first."""
    places = [configuration.find(file, raw, fault.place) for fault in faults]
    heads = [] if all(places) else [f"(file {file})"]
    return "\n  ".join([*heads, *map(_line, places, faults)])


def _line(place: str, fault: DeclarationError) -> str:
    parts = (".".join(map(str, fault.place)), str(fault))
    return (f"({place}) " if place else "") + ": ".join(filter(None, parts))


def _independent(faults: Sequence[Any]) -> list[Any]:
    """Drop the fault that a list is too short if its items have faults of their own: they are not counted."""
    inside = {fault["loc"][:-depth] for fault in faults for depth in range(1, len(fault["loc"]))}
    return [fault for fault in faults if fault["type"] != "too_short" or fault["loc"] not in inside]


def _described(fault: Any, model: type[Parameters]) -> DeclarationError:
    """Return a fault that pydantic has found as an error of our own."""
    place = fault["loc"]
    if fault["type"] == "extra_forbidden":
        fields = _fields_beside(model, place)
        return DeclarationError(f"no such parameter; {nearest(str(place[-1]), fields)}", *place)
    if fault["type"] == "missing":
        return DeclarationError("missing", *place, remedy=f"copy it from {model.file}")
    if fault["type"] == "value_error":
        inside = getattr(fault["ctx"]["error"], "place", ())
        return DeclarationError(fault["msg"].removeprefix("Value error, "), *place, *inside)
    found = "a secret" if place[-1:] == (_SECRET,) else repr(fault["input"])
    return DeclarationError(f"got {found}", *place, rule=fault["msg"] + _nearest_valid(fault))


def _nearest_valid(fault: Any) -> str:
    context, found = fault.get("ctx", {}), fault["input"]
    bound = context.get("ge", context.get("le"))
    if bound is not None:
        percentage = context.get("le") == 1 and isinstance(found, int | float)
        return f". Nearest valid value: {bound:g}{share_hint(found) if percentage else ''}"
    if fault["type"] == "literal_error":
        names = re.findall(r"'([^']*)'", context["expected"])
        return f"; {nearest(str(found), names)}"
    return ""


def _fields_beside(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    """Return the valid keys at the place of an unknown one."""
    models = [model]
    for part in location[:-1]:
        tagged = [one for one in models if one.__name__.lower() == part]
        fields = [one.model_fields[part].annotation for one in models if part in one.model_fields]
        models = tagged or [inner for field in fields for inner in _models_in(field)] or models
    return [field.alias or name for one in models for name, field in one.model_fields.items()]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the models that a type is made of, such as those of a tuple's items."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]
