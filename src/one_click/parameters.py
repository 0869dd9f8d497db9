"""Parameters: one frozen model per pipeline, checked before any node runs."""

from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from one_click.columns import ENGINEERED_FEATURES
from one_click.errors import ParameterError, nearest

Share = Field(ge=0, le=1)


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
            faults = [_describe(fault, cls) for fault in error.errors(include_url=False)]
            raise ParameterError(f"(file {cls.file})\n" + "\n".join(faults)) from None


def _describe(fault: Any, model: type[BaseModel]) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        fields = _fields_beside(model, fault["loc"])
        return f"  {where}: no such parameter; {nearest(str(fault['loc'][-1]), fields)}"
    return f"  {where}: got {fault['input']!r}. Rule: {fault['msg']}"


def _fields_beside(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    """Return the valid keys at the place of an unknown one."""
    for part in location[:-1]:
        field = model.model_fields.get(part)
        annotation = field.annotation if field else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            break
        model = annotation
    return list(model.model_fields)


class DataProcessing(Parameters):
    """Parameters of `data_processing`.

    Attributes
    ----------
    spellings : dict
        Known misspellings: column -> wrong spelling -> right spelling.
    unreadable_numbers : {"stop", "reject"}
        What a cell that should be a number and is not does: stop the run, or exclude the client.
    max_rejected_share : float
        Share of a table's rows that may be rejected before the whole table counts as faulty.
    exclude_without_purchases : bool
        Whether clients without revenue in some month are excluded.
    implausible_revenue_iqr : float
        A monthly revenue further above the upper quartile than this many interquartile ranges is
        implausible and excludes its client.
    engineered_features : tuple of str
        Engineered features handed to the models beside the base columns.
    test_share : float
        Share of twin groups held out.
    training_rows : int
        At most this many labelled clients are used for training and testing.
    seed : int
        Seed of the split.
    """

    file: ClassVar[str] = "conf/base/parameters_data_processing.yml"
    spellings: dict[str, dict[str, str]]
    unreadable_numbers: Literal["stop", "reject"]
    max_rejected_share: float = Share
    exclude_without_purchases: bool
    implausible_revenue_iqr: float = Field(gt=0)
    engineered_features: tuple[str, ...]
    test_share: float = Field(gt=0, lt=1)
    training_rows: int = Field(ge=100)
    seed: int = Field(ge=0)

    @model_validator(mode="after")
    def _known_features(self) -> Self:
        for name in self.engineered_features:
            if name not in ENGINEERED_FEATURES:
                raise ValueError(f"unknown engineered feature '{name}'; {nearest(name, ENGINEERED_FEATURES)}")
        return self
