"""What each stored table and record must look like; the only place that tells its columns.

A failure says the file or data set, the column, the rows, the rule and the remedy.
"""

from .check import TableCheck
from .documentation import document, find
from .raw import RawTable

__all__ = ["RawTable", "TableCheck", "document", "find"]
