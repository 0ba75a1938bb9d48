"""What a video's decoder holds: as many frames as the stream's own headers tell."""

import math
from collections.abc import Iterator

import av

_MOST = 16
"""What H.264 (A.3.1) and HEVC (A.4.2) allow; who tells nothing is thought to use it."""
_BY_CODEC = {
    "mjpeg": 1, "mpeg1video": 3, "mpeg2video": 3, "mpeg4": 3, "h263": 3, "msmpeg4v2": 3,
    "msmpeg4v3": 3, "flv1": 3, "wmv2": 3, "vp8": 4, "vp9": 8, "libdav1d": 8,
}  # fmt: skip
"""Places for references, and the frame at work: none; two; three (RFC 6386). VP9 and AV1 have eight
places, of which encoders use seven or less."""
_NOTED_BYTES_PER_PX = {"hevc": 0.75, "h264": 0.5}
"""Motion kept with each frame: 12 bytes for 4 x 4 pixels (FFmpeg's MvField), two vectors of 4."""
_NOTED_USUALLY = 0.2
_UNKNOWN_BYTES_PER_PX = 3.0
_GIVEN_OUT = 1
"""Frames that are looked at while their successors are decoded."""
_H264_SPS, _HEVC_SPS = 7, 33
_PROFILE_BITS, _LEVEL_BITS = 88, 8
_SEPARATE_CHROMA = 3
# Profiles whose headers tell the form of their chroma (ITU-T H.264, 7.3.2.1.1).
_H264_HIGH = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})


def decoding_bytes(context: av.VideoCodecContext) -> float:
    """What decoding on one thread holds at most, the frame that is looked at included.

    Figures beside it: ``docs/decisions/0023-memory-of-videos.md``.
    """
    area_px = context.width * context.height
    pixels_bytes = area_px * _UNKNOWN_BYTES_PER_PX
    if context.format is not None:
        planes = context.format.components
        pixels_bytes = sum(p.width * p.height * math.ceil(p.bits / 8) for p in planes)
    noted_bytes = area_px * _NOTED_BYTES_PER_PX.get(context.name, _NOTED_USUALLY)
    n_frames = frames_held(context.name, context.extradata or b"", int(context.reorder_depth))
    return (n_frames + _GIVEN_OUT) * (pixels_bytes + noted_bytes)


def frames_held(codec: str, headers: bytes, reorder_depth: int) -> int:
    """How many frames a decoder on one thread holds at most, that at work included.

    Parameters
    ----------
    codec : str
        FFmpeg's name of the decoder.
    headers : bytes
        Its "extradata": avcC or hvcC (ISO/IEC 14496-15), or units behind start codes.
    reorder_depth : int
        How many decoded frames may wait until they are shown.
    """
    if codec not in ("hevc", "h264"):
        return _BY_CODEC.get(codec, _MOST)
    is_hevc = codec == "hevc"
    sets = [_Bits(unit) for unit in _sequence_sets(headers, is_hevc=is_hevc)]
    told = [_hevc_buffer(s) if is_hevc else _h264_references(s) + reorder_depth for s in sets]
    return min(_MOST, max(told, default=_MOST)) + 1


class _Bits:
    """Numbers out of a header, highest bit first; zeros behind its end."""

    def __init__(self, unit: bytes) -> None:
        # A three behind two zeros is there only so that no start code is seen (7.4.1).
        raw = unit.replace(b"\0\0\3", b"\0\0")
        self._value, self._n_left = int.from_bytes(raw), 8 * len(raw)

    def take(self, n_bits: int) -> int:
        self._n_left = max(0, self._n_left - n_bits)
        return (self._value >> self._n_left) & ((1 << n_bits) - 1)

    def code(self) -> int:
        """A number of unknown length (ITU-T H.264, 9.1)."""
        n_zeros = 0
        while self._n_left and not self.take(1):
            n_zeros += 1
        return (1 << n_zeros) - 1 + self.take(n_zeros)

    def codes(self, count: int) -> list[int]:
        return [self.code() for _ in range(count)]


def _sequence_sets(headers: bytes, *, is_hevc: bool) -> Iterator[bytes]:
    """Parameter sets without their heads; of HEVC those of the first layer, not another eye's."""
    for unit in _units(headers, is_hevc=is_hevc):
        kind = int.from_bytes(unit[:1])
        if is_hevc and kind == _HEVC_SPS << 1 and unit[1:2] < b"\x08":
            yield unit[2:]
        if not is_hevc and kind & 31 == _H264_SPS:
            yield unit[1:]


def _units(headers: bytes, *, is_hevc: bool) -> Iterator[bytes]:
    """Units behind start codes, or in lists with their lengths before them."""
    if headers[:1] != b"\1":
        yield from headers.split(b"\0\0\1")
        return
    n_first = int.from_bytes(headers[5:6]) & 31
    at, n_lists = (23, int.from_bytes(headers[22:23])) if is_hevc else (6, 1)
    for _ in range(n_lists):
        n_units = int.from_bytes(headers[at + 1 : at + 3]) if is_hevc else n_first
        at += 3 if is_hevc else 0
        while n_units and at + 2 < len(headers):
            start, at = at + 2, at + 2 + int.from_bytes(headers[at : at + 2])
            yield headers[start:at]
            n_units -= 1


def _hevc_buffer(bits: _Bits) -> int:
    """``sps_max_dec_pic_buffering`` of the last sub-layer (ITU-T H.265, 7.3.2.2)."""
    bits.take(4)
    n_layers = bits.take(3) + 1
    bits.take(1 + _PROFILE_BITS + _LEVEL_BITS)
    told = [(bits.take(1), bits.take(1)) for _ in range(n_layers - 1)]
    bits.take(2 * (9 - n_layers) if told else 0)
    for has_profile, has_level in told:
        bits.take(_PROFILE_BITS * has_profile + _LEVEL_BITS * has_level)
    bits.code()
    if bits.code() == _SEPARATE_CHROMA:
        bits.take(1)
    bits.codes(2)
    if bits.take(1):  # a window is cut out
        bits.codes(4)
    bits.codes(3)
    n_told = n_layers if bits.take(1) else 1
    return [bits.codes(3)[0] + 1 for _ in range(n_told)][-1]


def _h264_references(bits: _Bits) -> int:
    """``max_num_ref_frames`` (ITU-T H.264, 7.3.2.1.1)."""
    profile = bits.take(8)
    bits.take(16)
    bits.code()
    if profile in _H264_HIGH:
        is_separate = bits.code() == _SEPARATE_CHROMA
        bits.take(1 if is_separate else 0)
        bits.codes(2)
        bits.take(1)
        if bits.take(1):
            _pass_weights(bits, n_lists=12 if is_separate else 8)
    bits.code()
    order = bits.code()
    if order == 0:
        bits.code()
    elif order == 1:
        bits.take(1)
        bits.codes(2)
        bits.codes(min(255, bits.code()))
    return bits.code()


def _pass_weights(bits: _Bits, n_lists: int) -> None:
    """Read over the matrices of weights (ITU-T H.264, 7.3.2.1.1.1)."""
    for n in range(n_lists):
        last = following = 8
        for _ in range((16 if n < 6 else 64) if bits.take(1) else 0):
            if following:
                code = bits.code()
                following = (last + (code + 1) // 2 * (1 if code % 2 else -1)) % 256
            last = following or last
