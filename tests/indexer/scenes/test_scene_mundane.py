"""Made pictures of each kind, and the public sets where they are."""

import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from indexer.scenes.mundane import Mundane, MundaneKind, Origin, judge
from indexer.scenes.page import page_statistics
from indexer.scenes.quality import Rgb8, assess

SETS = Path(__file__).parents[3].parent / "shared" / "data"
needs_sets = pytest.mark.skipif(not SETS.is_dir(), reason="no ../shared/data beside the project")


def verdict(
    image: Rgb8,
    *,
    name: str = "IMG_1.jpg",
    format_name: str = "jpeg",
    has_camera: bool = True,
) -> Mundane:
    height, width = image.shape[:2]
    origin = Origin(
        name=name, format_name=format_name, has_camera=has_camera, width=width, height=height
    )
    return judge(page_statistics(image), assess(image, full_size=(width, height)), origin)


def make_landscape(seed: int = 1) -> Rgb8:
    """Sky, hills with texture and noise: much colour, no straight line."""
    rng = np.random.default_rng(seed)
    sky = np.linspace((120, 160, 220), (210, 220, 235), 400)
    image = np.repeat(np.concatenate([sky, np.full((560, 3), (70, 95, 50))])[:, None], 1280, axis=1)
    grain = rng.normal(0, 40, (560, 1280)).astype(np.float32)
    image[400:] += cv2.GaussianBlur(grain, (0, 0), 1.0)[..., None] * 2.5
    return np.clip(image + rng.normal(0, 2, image.shape), 0, 255).astype(np.uint8)


def write_lines(page: Image.Image, ink: tuple[int, int, int], *, left: int, size: int) -> None:
    rng = np.random.default_rng(5)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=size)
    for y in range(page.height // 12, page.height * 11 // 12, size * 2):
        words = [
            "".join(rng.choice(list("abdeghiklmnoprstu"), rng.integers(2, 9))) for _ in "123456"
        ]
        draw.text((left, y), " ".join(words), fill=ink, font=font)


def make_screen(*, dark: bool) -> Rgb8:
    paper, ink = ((24, 25, 28), (230, 230, 235)) if dark else ((250, 250, 252), (25, 28, 34))
    page = Image.new("RGB", (828, 1792), paper)
    ImageDraw.Draw(page).rectangle((0, 110, 828, 200), fill=(60, 110, 200))
    write_lines(page, ink, left=110, size=24)
    for y in range(300, 1700, 140):
        ImageDraw.Draw(page).line((40, y, 790, y), fill=(128, 128, 130))
    return np.asarray(page)


def make_letter_on_a_table() -> Rgb8:
    sheet = Image.new("RGB", (860, 1180), (244, 242, 236))
    write_lines(sheet, (45, 45, 50), left=70, size=22)
    table = Image.fromarray(np.rot90(make_landscape()).copy())
    turned = sheet.rotate(3, Image.Resampling.BICUBIC, expand=True, fillcolor=(120, 110, 100))
    table.paste(turned, ((table.width - turned.width) // 2, 20))
    return np.asarray(table)


def test_a_landscape_is_not_mundane() -> None:
    assert verdict(make_landscape()).kind is None


@pytest.mark.parametrize("dark", [False, True])
def test_a_telephones_screen_is_a_screenshot(*, dark: bool) -> None:
    found = verdict(make_screen(dark=dark), format_name="png", has_camera=False)

    assert found.kind is MundaneKind.SCREENSHOT


def test_what_a_camera_took_is_never_a_screenshot() -> None:
    found = verdict(make_screen(dark=True), format_name="jpeg", has_camera=True)

    assert found.kind is not MundaneKind.SCREENSHOT


def test_a_letter_on_a_table_is_a_document() -> None:
    assert verdict(make_letter_on_a_table()).kind is MundaneKind.DOCUMENT


def test_a_picture_from_a_pocket_is_dark() -> None:
    rng = np.random.default_rng(1)
    pocket = make_landscape() * 0.05 + rng.normal(2, 3, (960, 1280, 3))

    assert verdict(np.clip(pocket, 0, 255).astype(np.uint8)).kind is MundaneKind.DARK


def test_a_night_with_lights_is_not_dark() -> None:
    night = np.clip(make_landscape() * 0.12, 0, 255).astype(np.uint8)
    rng = np.random.default_rng(1)
    for x, y in rng.integers((0, 300), (1280, 900), (60, 2)):
        cv2.circle(night, (int(x), int(y)), 9, (255, 240, 200), -1, cv2.LINE_AA)

    assert verdict(night).kind is None


@pytest.mark.parametrize("sigma_px", [8.0, 12.0])
def test_a_picture_out_of_focus_is_blurry(sigma_px: float) -> None:
    soft = np.asarray(cv2.GaussianBlur(make_landscape(), (0, 0), sigma_px), np.uint8)

    assert verdict(soft).kind is MundaneKind.BLURRY


def test_fog_is_neither_blurry_nor_a_document() -> None:
    fog = (make_landscape().astype(np.float32) * 0.25 + 185).astype(np.uint8)

    assert verdict(fog, has_camera=False).kind is None


def test_a_thing_before_a_white_ground_is_not_a_document() -> None:
    product = np.full((960, 1280, 3), 255, np.uint8)
    product[330:930, 320:960] = make_landscape()[330:930, 320:960]

    assert verdict(product, has_camera=False).kind is None


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (7, 7), (40, 3000)])
def test_odd_sizes_are_judged(size: tuple[int, int]) -> None:
    image = np.full((size[1], size[0], 3), 130, np.uint8)

    assert 0.0 <= verdict(image).score <= 1.0


def pictures_of(name: str, folder: str, count: int) -> list[Rgb8]:
    with tarfile.open(SETS / f"{name}.tar") as tar:
        members = sorted(
            (m for m in tar.getmembers() if m.isfile() and m.name.startswith(folder)),
            key=lambda member: member.name,
        )
        chosen = members[:: max(1, len(members) // count)][:count]
        streams = [tar.extractfile(member) for member in chosen]
        return [np.asarray(Image.open(s).convert("RGB")) for s in streams if s is not None]


@needs_sets
@pytest.mark.parametrize("name", ["scenes", "animals", "objects"])
def test_real_photographs_are_kept(name: str) -> None:
    found = [verdict(image, has_camera=False).kind for image in pictures_of(name, "", 60)]

    assert found.count(None) >= 0.97 * len(found)


@needs_sets
def test_real_receipts_are_documents() -> None:
    receipts = pictures_of("documents", "receipt", 40)

    found = [verdict(image, has_camera=False).kind for image in receipts]

    assert found.count(MundaneKind.DOCUMENT) >= 0.9 * len(found)


@pytest.mark.parametrize("name", ["Screenshot_20260810-101010.png", "Bildschirmfoto 2024.png"])
def test_picture_that_is_called_a_screenshot_is_one_unless_a_camera_took_it(name: str) -> None:
    photo_on_screen = make_landscape()

    shown = verdict(photo_on_screen, name=name, format_name="png", has_camera=False)
    taken = verdict(photo_on_screen, name=name, has_camera=True)

    assert (shown.kind, taken.kind) == (MundaneKind.SCREENSHOT, None)
