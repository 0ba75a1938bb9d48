"""What is drawn as one: a letter with its marks, a flag, several people joined into one emoji.

A part of the extended grapheme clusters of Unicode Annex 29: as much as decides which characters
must come from one font.
"""

import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"
_SELECTORS = "\ufe0e\ufe0f"
_MARKS = frozenset({"Mn", "Mc", "Me"})
_SKIN_TONES = range(0x1F3FB, 0x1F3FF + 1)
_LETTERS_OF_FLAGS = range(0x1F1E6, 0x1F1FF + 1)
_TAGS = range(0xE0020, 0xE007F + 1)
"""Tell the flags of regions."""


def clusters(text: str) -> Iterator[str]:
    """Split a text; the parts together are the text.

    Examples
    --------
    >>> list(clusters("e\u0301a"))
    ['e\u0301', 'a']
    >>> len(list(clusters("\U0001f1f5\U0001f1f9\U0001f1ea\U0001f1f8")))
    2
    """
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not _goes_on(text[start:at], text[at]):
            yield text[start:at]
            start = at


def _goes_on(cluster: str, character: str) -> bool:
    """Whether a character belongs to the cluster before it."""
    code = ord(character)
    if code in _LETTERS_OF_FLAGS:
        return len(cluster) == 1 and ord(cluster) in _LETTERS_OF_FLAGS
    joined = _JOINER in (cluster[-1], character) or character in _SELECTORS
    return joined or code in _SKIN_TONES or code in _TAGS or _is_mark(character)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in _MARKS
