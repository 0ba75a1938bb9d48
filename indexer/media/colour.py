"""Any picture's pixels as 8 bit sRGB."""

import io
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from indexer.media.orientation import shrunk
from indexer.media.tone import Rgb8, hdr_transfer, srgb_codes, tone_mapped

# Modes that Pillow can average as they are, and colour management reads.
_PLAIN_MODES = frozenset({"L", "RGB", "CMYK", "LAB"})
_MAX_PROFILE_BYTES = 4_000_000
_STRIP_ROWS = 256
# Linear light, both with the white of D65 (SMPTE EG 432-1, IEC 61966-2-1).
_P3_TO_SRGB = np.array(
    [
        [1.2249402, -0.2249402, 0.0],
        [-0.0420570, 1.0420570, 0.0],
        [-0.0196376, -0.0786361, 1.0982736],
    ],
    np.float32,
)


def srgb_pixels(image: Image.Image, max_side_px: int) -> Rgb8:
    """Pixels of a loaded picture, shrunk, on white where it is transparent, as sRGB.

    Colours are computed after shrinking: a profile costs as much as the rest together otherwise.
    """
    profile = image.info.get("icc_profile")
    coding = image.info.get("nclx_profile") or {}
    image, alpha = _with_plain_mode(_averaged(averageable(image), max_side_px))
    pixels, mode = shrunk(np.asarray(image), max_side_px), image.mode
    if alpha is not None:
        pixels, mode = _on_white(pixels, shrunk(np.asarray(alpha), max_side_px)), "RGB"
    transfer = hdr_transfer(coding.get("transfer_characteristics", 0))
    if mode == "RGB" and transfer:
        return tone_mapped(pixels.astype(np.uint16) * 257, transfer)
    if mode == "RGB":
        return as_srgb(pixels, profile)
    return _managed(pixels, mode, profile if _description(profile) else None)


def as_srgb(pixels: Rgb8, profile: bytes | None) -> Rgb8:
    """RGB as its profile means it, strip by strip: on the way a pixel takes thirty bytes."""
    name = _description(profile)
    if not name or "srgb" in name:
        return pixels
    found = np.empty_like(pixels)
    for top in range(0, len(pixels), _STRIP_ROWS):
        strip = pixels[top : top + _STRIP_ROWS]
        is_p3 = name == "display p3"
        found[top : top + _STRIP_ROWS] = (
            _p3_as_srgb(strip) if is_p3 else _managed(strip, "RGB", profile)
        )
    return found


def averageable(image: Image.Image) -> Image.Image:
    """Picture whose pixels' mean is their colours' mean; at most five bytes a pixel more."""
    if image.mode in {"P", "PA", "L", "RGB"} and "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode in {"P", "PA"}:
        return image.convert("RGB" if image.mode == "P" else "RGBA")
    if image.mode.startswith("I;"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return image.convert("L") if image.mode == "1" else image


def _averaged(image: Image.Image, max_side_px: int) -> Image.Image:
    """Picture brought near its final size by whole steps, before anything copies it."""
    factor = int(max(image.size) // max(1, max_side_px))
    return image if factor < 2 else image.reduce(factor)


def _with_plain_mode(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Picture in a plain mode with premultiplied colours, and its opacity if it has one."""
    if image.mode in {"RGBA", "LA", "RGBa", "La"}:
        image = image.convert("RGBA")
        return image.convert("RGBa"), image.getchannel("A")
    if image.mode in {"F", "I"}:
        return _eight_bit(image), None
    return (image if image.mode in _PLAIN_MODES else image.convert("RGB")), None


def _eight_bit(image: Image.Image) -> Image.Image:
    """Grey of 32 bits, or fractions, as 8 bits; the brightest pixel tells which scale it is."""
    values = np.nan_to_num(np.asarray(image).astype(np.float32))
    top = float(values.max(initial=0.0))
    full_scale = 1.0 if image.mode == "F" and top <= 1.0 else 255.0 if top <= 255 else 65535.0
    return Image.fromarray(np.clip(values * (255 / full_scale), 0, 255).astype(np.uint8))


def _on_white(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    mixed = pixels[..., :3].astype(np.uint16) + (255 - alpha)[..., None]
    return np.asarray(np.minimum(mixed, 255), np.uint8)


def _managed(pixels: NDArray[np.uint8], mode: str, profile: bytes | None) -> Rgb8:
    image = Image.frombytes(mode, (pixels.shape[1], pixels.shape[0]), pixels.tobytes())
    if mode == "LAB":
        return np.asarray(_lab_transform().apply(image))
    transform = _transform(profile, mode) if profile else None
    return np.asarray(transform.apply(image) if transform else image.convert("RGB"))


def _p3_as_srgb(pixels: Rgb8) -> Rgb8:
    """Display P3, as phones write it, in a sixth of the colour management's time."""
    linear = cv2.transform(cv2.LUT(pixels, _srgb_light()), _P3_TO_SRGB)
    codes = cv2.addWeighted(linear, 65535, linear, 0, 0, dtype=cv2.CV_16U)
    return np.asarray(cv2.LUT(codes, srgb_codes()), np.uint8)


@lru_cache(maxsize=1)
def _srgb_light() -> NDArray[np.float32]:
    code = np.arange(256) / 255
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return light.astype(np.float32)


@lru_cache(maxsize=8)
def _description(profile: bytes | None) -> str:
    """What a profile calls itself, in lower case; empty if it is broken, huge or absent."""
    if not profile or len(profile) > _MAX_PROFILE_BYTES:
        return ""
    try:
        return (
            ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
            .strip()
            .lower()
        )
    except (ImageCms.PyCMSError, OSError):
        return ""


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Way from a profile to sRGB; None if the profile is for other channels."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.ImageCmsTransform(
            source, _made_profile("sRGB"), mode, "RGB", ImageCms.Intent.PERCEPTUAL
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


@lru_cache(maxsize=1)
def _lab_transform() -> ImageCms.ImageCmsTransform:
    return ImageCms.ImageCmsTransform(_made_profile("LAB"), _made_profile("sRGB"), "LAB", "RGB")


def _made_profile(space: Literal["LAB", "sRGB"]) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space))
