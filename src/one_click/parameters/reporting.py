"""Parameters of `reporting`."""

from typing import ClassVar

from pydantic import Field

from one_click.parameters.base import Parameters


class Reporting(Parameters):
    """Parameters of `reporting`.

    Attributes
    ----------
    snapshot : str
        Name of the snapshot, for the title.
    label_snapshot : str, optional
        Snapshot that the labels come from; none: the same as the features.
    top_clients : int
        Clients listed on the page.
    """

    file: ClassVar[str] = "conf/base/parameters_reporting.yml"
    snapshot: str
    label_snapshot: str | None
    top_clients: int = Field(ge=1)
