"""A photo as it may be shown: known by its content, no larger than a screen, with nothing in it but the picture."""

import io
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 15_000_000
MOST_PIXELS = 60_000_000
SIDE = 2000


def clean(file: BinaryIO, size: int) -> bytes:
    """A JPEG made anew from the pixels: place, time and camera that were kept beside them are gone.

    Raises ValidationError for what is no photo, or too large.
    """
    if size > MOST_BYTES:
        raise ValidationError(_("This file is too large: at most %(most)d MB.") % {"most": MOST_BYTES // 1_000_000})
    try:
        with Image.open(file, formats=FORMATS) as photo:
            _check_pixels(photo)
            upright = ImageOps.exif_transpose(photo).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ValidationError(
            _("This is not a photo that we can read. Save it as JPEG, PNG or WebP, and send that.")
        ) from None
    return _as_jpeg(upright)


def _check_pixels(photo: Image.Image) -> None:
    if photo.width * photo.height > MOST_PIXELS:
        raise ValidationError(_("This photo has too many pixels. Make it smaller, and send that."))


def _as_jpeg(photo: Image.Image) -> bytes:
    photo.thumbnail((SIDE, SIDE))
    bare = Image.new("RGB", photo.size)
    bare.paste(photo)
    made = io.BytesIO()
    bare.save(made, "JPEG", quality=85)
    return made.getvalue()
