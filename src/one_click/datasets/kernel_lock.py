"""Locks of the operating system on open files: they end with the process that holds them."""

import sys

IN_FORCE = sys.platform != "win32"


def take(handle: int, *, shared: bool = False, wait: bool = False) -> bool:
    """Lock an open file, or change the kind of its lock, until it is closed.

    Parameters
    ----------
    handle : int
        Descriptor of the open file.
    shared : bool
        Whether others may hold it at the same time, shared too.
    wait : bool
        Whether to wait until others have given it back.

    Returns
    -------
    bool
        Whether it is held now; always on a platform without such locks.
    """
    if sys.platform == "win32":
        return True
    import fcntl

    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(handle, kind if wait else kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
