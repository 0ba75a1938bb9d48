"""Pictures that no movie should show: screenshots, documents, blurred and dark ones."""

import re
from dataclasses import dataclass
from enum import StrEnum

from indexer.scenes.page import PageStatistics
from indexer.scenes.quality import PictureQuality

SCREENSHOT_NAME = re.compile(
    r"(screen[ _-]?shot|bildschirmfoto|capture d|captura de|schermata|istantanea|schermafbeelding)",
    re.IGNORECASE,
)
"""How phones and computers call them, in the languages of our titles."""
LOSSLESS = frozenset({"png", "bmp", "tiff", "gif"})
"""Formats in which programs, and seldom cameras, write pictures."""


class MundaneKind(StrEnum):
    """Why a picture is not for a movie."""

    SCREENSHOT = "screenshot"
    DOCUMENT = "document"
    BLURRY = "blurry"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the file says of where a picture comes from."""

    name: str
    """The file's name."""
    format_name: str
    has_camera: bool
    """The metadata name a camera."""
    width: int
    """Upright, full size."""
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mundane:
    """The verdict."""

    kind: MundaneKind | None
    score: float
    """0 to 1: how sure the kind is; without a kind, how near the nearest one comes."""


# Measured on some 1,800 pictures of made libraries (eight seeds, 1200 to 2400 px), 1,400
# photographs and 246 receipts and screenshots of public sets, and 13 photographs of 2 to 6
# thousand px.
DARK_BRIGHTEST = (16.0, 80.0)  # middle 48: dark pictures end at 21, photographs begin at 81
BLURRY_FOCUS = (1.0, 2.8)  # middle 1.9: 98 % of the blurred lie below, 0.7 % of the good
DOCUMENT_MIN = 0.65  # made documents 1.0, nineteen of twenty receipts 0.72; photographs up to 0.6
SCREENSHOT_MIN = 0.65  # made ones from 0.92, photographs saved as JPEG up to 0.64
PHONE_ASPECT = (1.95, 2.4)
"""Height by width of telephones' screens; cameras take 4:3, 3:2 and 16:9."""
PHONE_BONUS = 0.1


def judge(page: PageStatistics, quality: PictureQuality, origin: Origin) -> Mundane:
    """Say whether a picture is a screenshot, a document, blurred or dark.

    Fog, a night with lights, a white ground and a sunset are none of these. A white page without a
    camera could be either of the first two: programs write screenshots losslessly, scans as JPEG.
    """
    screen = (MundaneKind.SCREENSHOT, screenshot_score(page, origin), SCREENSHOT_MIN)
    sheet = (MundaneKind.DOCUMENT, document_score(page), DOCUMENT_MIN)
    lossless = origin.format_name in LOSSLESS
    evidence = (
        *((screen, sheet) if lossless else (sheet, screen)),
        (MundaneKind.DARK, 1.0 - ramp(quality.brightest, *DARK_BRIGHTEST), 0.5),
        (MundaneKind.BLURRY, 1.0 - ramp(quality.focus, *BLURRY_FOCUS), 0.5),
    )
    for kind, score, least in evidence:
        if score >= least:
            return Mundane(kind=kind, score=score)
    return Mundane(kind=None, score=max(score * 0.5 / least for _, score, least in evidence))


def screenshot_score(page: PageStatistics, origin: Origin) -> float:
    """0 to 1: few and flat colours, edges along the axes, lines from side to side."""
    if origin.has_camera:
        return 0.0
    if SCREENSHOT_NAME.match(origin.name):
        return 1.0
    parts = (
        ramp(page.top_colour, 0.10, 0.45),
        ramp(page.top_colours, 0.35, 0.80),
        1.0 - ramp(page.n_colours, 30.0, 400.0),
        ramp(page.axis_edges, 0.15, 0.40),
        ramp(page.ruled, 0.40, 0.80),
        ramp(page.one_colour, 0.02, 0.25),
    )
    tall = PHONE_ASPECT[0] <= origin.height / origin.width <= PHONE_ASPECT[1]
    score = min(1.0, sum(parts) / len(parts) + (PHONE_BONUS if tall else 0.0))
    if origin.format_name in LOSSLESS:
        return score
    # A product before a white ground has the colours, a house front the lines: both must speak.
    return min(score, ramp(page.ruled, 0.4, 0.83), ramp(page.one_colour, -0.02, 0.2))


def document_score(page: PageStatistics) -> float:
    """0 to 1: a sheet with lines of text, or a receipt whose letters are too small to be seen."""
    sheet = min(
        ramp(page.text_pairs, 0.10, 0.30),
        ramp(page.paper, 0.50, 0.80),
        ramp(page.top_colours, 0.40, 0.65),
        ramp(page.paper_level, 120.0, 180.0),
    )
    scan = min(
        ramp(page.paper, 0.50, 0.85),
        1.0 - ramp(page.colourful, 15.0, 40.0),
        1.0 - ramp(page.n_colours, 45.0, 128.0),
        ramp(page.text, 0.02, 0.08),
        ramp(page.top_colours, 0.40, 0.65),
        ramp(page.edges, 0.01, 0.03),
    )
    return max(sheet, scan)


def ramp(value: float, low: float, high: float) -> float:
    """0 up to ``low``, 1 from ``high`` on, straight between."""
    return min(1.0, max(0.0, (value - low) / (high - low)))
