"""The one error of this package."""


class MusicError(ValueError):
    """Something about music that a person can act on.

    Parameters
    ----------
    message : str
        What happened, with the value and the place.
    remedy : str
        Something to type or edit; may be empty where nothing can be done.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy
