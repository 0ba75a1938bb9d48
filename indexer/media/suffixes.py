"""What names end with, of files that a scan reads; those without such a name it only lists."""

MEDIA_SUFFIXES = frozenset(
    [
        "jpg",
        "jpeg",
        "jpe",
        "jfif",
        "png",
        "webp",
        "gif",
        "tif",
        "tiff",
        "bmp",
        "jp2",
        "j2k",
        "jpx",
        "jxl",
        "heic",
        "heif",
        "hif",
        "avif",
        "mpo",
        "dng",
        "cr2",
        "cr3",
        "nef",
        "arw",
        "orf",
        "rw2",
        "raf",
        "pef",
        "srw",
        "mp4",
        "m4v",
        "mov",
        "mkv",
        "webm",
        "avi",
        "3gp",
        "3g2",
        "mpg",
        "mpeg",
        "mts",
        "m2ts",
        "ts",
        "wmv",
    ]
)
"""Names that promise a picture or a video: where the content is neither, that is a failure."""

SIDECAR_SUFFIXES = frozenset(["xmp", "json"])
"""Files that tell of the picture or video beside them."""
