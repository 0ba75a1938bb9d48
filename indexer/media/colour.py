"""Any picture's pixels as 8 bit sRGB."""

import io
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from indexer.media.orientation import shrunk
from indexer.media.tone import Rgb8

# Modes that Pillow can average as they are, and colour management reads.
_PLAIN_MODES = frozenset({"L", "RGB", "CMYK", "LAB"})
_MAX_PROFILE_BYTES = 4_000_000


def srgb_pixels(image: Image.Image, max_side_px: int) -> Rgb8:
    """Pixels of a loaded picture, shrunk, on white where it is transparent, as sRGB.

    Colours are computed after shrinking: a profile costs as much as the rest together otherwise.
    """
    profile = image.info.get("icc_profile")
    image, alpha = _with_plain_mode(_averaged(image, max_side_px))
    pixels, mode = shrunk(np.asarray(image), max_side_px), image.mode
    if alpha is not None:
        pixels, mode = _on_white(pixels, shrunk(np.asarray(alpha), max_side_px)), "RGB"
    if mode == "RGB" and not profile:
        return pixels
    small = Image.frombytes(mode, (pixels.shape[1], pixels.shape[0]), pixels.tobytes())
    return np.asarray(_in_srgb(small, profile))


def _averaged(image: Image.Image, max_side_px: int) -> Image.Image:
    """Picture brought near its final size by whole steps, before anything copies it."""
    factor = int(max(image.size) // max(1, max_side_px))
    if factor < 2 or image.mode in {"1", "P", "PA"} or image.mode.startswith("I;"):
        return image
    return image.reduce(factor)


def _with_plain_mode(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Picture in a plain mode with premultiplied colours, and its opacity if it has one."""
    if image.mode in {"P", "PA"} or (image.mode in {"L", "RGB"} and "transparency" in image.info):
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode in {"RGBA", "LA", "RGBa", "La"}:
        image = image.convert("RGBA")
        return image.convert("RGBa"), image.getchannel("A")
    if image.mode == "F" or image.mode.startswith("I"):
        return _eight_bit(image), None
    if image.mode in _PLAIN_MODES:
        return image, None
    return image.convert("L" if image.mode == "1" else "RGB"), None


def _eight_bit(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits, or fractions, as 8 bits."""
    values = np.nan_to_num(np.asarray(image).astype(np.float32))
    top = float(values.max(initial=0.0))
    full_scale = 255.0 if top <= 255 and image.mode in {"F", "I"} else 65535.0
    if image.mode == "F" and top <= 1.0:
        full_scale = 1.0
    return Image.fromarray(np.clip(values * (255 / full_scale), 0, 255).astype(np.uint8))


def _on_white(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    mixed = pixels[..., :3].astype(np.uint16) + (255 - alpha)[..., None]
    return np.asarray(np.minimum(mixed, 255), np.uint8)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode == "LAB":
        return _lab_transform().apply(image)
    if profile and len(profile) <= _MAX_PROFILE_BYTES:
        transform = _transform(profile, image.mode)
        if transform is not None:
            return transform.apply(image)
    return image.convert("RGB")


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Way from a profile to sRGB; None if it is sRGB already, or cannot be used."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if mode == "RGB" and "srgb" in ImageCms.getProfileDescription(source).lower():
            return None
        return ImageCms.ImageCmsTransform(
            source, _made_profile("sRGB"), mode, "RGB", ImageCms.Intent.PERCEPTUAL
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None  # a broken profile, or one for other channels: colours are taken as sRGB


@lru_cache(maxsize=1)
def _lab_transform() -> ImageCms.ImageCmsTransform:
    return ImageCms.ImageCmsTransform(_made_profile("LAB"), _made_profile("sRGB"), "LAB", "RGB")


def _made_profile(space: Literal["LAB", "sRGB"]) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space))
