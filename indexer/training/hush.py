"""Libraries that talk: what they write for their own makers is kept from a person's terminal."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """Nothing on standard error, no log lines below errors, no warnings, while a library works.

    Versions that were not tested together, progress bars, parts that only a Mac has, advice that
    is followed already: an error is still raised.
    """
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
