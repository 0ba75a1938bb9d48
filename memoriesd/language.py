"""The language of titles."""

from collections.abc import Mapping

SPOKEN = ("en", "de", "fr", "es", "it", "pt", "nl")


def choose_language(told: str, environ: Mapping[str, str]) -> str:
    """The language of the configuration, or of this machine where it says ``auto``.

    Parameters
    ----------
    told : str
        ``[output] language``.
    environ : mapping
        Looked at in the order of POSIX: ``LC_ALL``, ``LC_TIME``, ``LANG``.

    Examples
    --------
    >>> choose_language("auto", {"LANG": "de_AT.UTF-8"})
    'de'
    """
    if told != "auto":
        return told
    for name in ("LC_ALL", "LC_TIME", "LANG"):
        if environ.get(name):
            spoken = environ[name][:2].lower()
            return spoken if spoken in SPOKEN else "en"
    return "en"
