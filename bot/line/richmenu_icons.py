"""The nine drawings of the rich menu, on a square of 100 by 100 units, in one colour on one ground."""

from collections.abc import Callable
from enum import StrEnum

from PIL import Image, ImageDraw, ImageFont

_UNIT = 12
"""Pixels a unit while drawing; the drawing is then made smaller, which smooths its edges."""


class Icon(StrEnum):
    PERMIT = "permit"
    MESSAGES = "messages"
    RIGHTS = "rights"
    ANNOUNCEMENTS = "announcements"
    QUESTION = "question"
    IDENTITY = "identity"
    LANGUAGE = "language"
    HELP = "help"
    PHONE = "phone"


class Pen:
    """Draws in units instead of pixels."""

    def __init__(self, ink: str, ground: str, font: Callable[[int], ImageFont.FreeTypeFont]) -> None:
        self.image = Image.new("RGB", (100 * _UNIT, 100 * _UNIT), ground)
        self.ink, self.ground = ink, ground
        self._draw = ImageDraw.Draw(self.image)
        self._font = font

    def block(self, *corners: float, round_by: float = 0, colour: str | None = None) -> None:
        self._draw.rounded_rectangle(_pixels(corners), round(round_by * _UNIT), fill=colour or self.ink)

    def disc(self, x: float, y: float, radius: float, colour: str | None = None) -> None:
        corners = (x - radius, y - radius, x + radius, y + radius)
        self._draw.ellipse(_pixels(corners), fill=colour or self.ink)

    def half_disc(self, *corners: float, colour: str | None = None) -> None:
        self._draw.pieslice(_pixels(corners), 180, 360, fill=colour or self.ink)

    def arc(self, *corners: float, start: float, end: float, width: float) -> None:
        self._draw.arc(_pixels(corners), start, end, fill=self.ink, width=round(width * _UNIT))

    def polygon(self, *points: float, colour: str | None = None) -> None:
        self._draw.polygon(_pixels(points), fill=colour or self.ink)

    def stroke(self, *points: float, width: float, colour: str | None = None) -> None:
        """A line with round ends and corners."""
        colour = colour or self.ink
        self._draw.line(_pixels(points), fill=colour, width=round(width * _UNIT), joint="curve")
        for x, y in zip(points[::2], points[1::2], strict=True):
            self.disc(x, y, width / 2, colour)

    def letter(self, letter: str, x: float, y: float, size: float, colour: str | None = None) -> None:
        font = self._font(round(size * _UNIT))
        self._draw.text((x * _UNIT, y * _UNIT), letter, fill=colour or self.ink, font=font, anchor="mm")

    def turn(self, degrees: float) -> None:
        self.image.paste(self.image.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=self.ground))


def draw_icon(
    icon: Icon, size: int, ink: str, ground: str, font: Callable[[int], ImageFont.FreeTypeFont]
) -> Image.Image:
    """The drawing, `size` pixels wide and high; `font` gives the font for its letters in a size."""
    pen = Pen(ink, ground, font)
    _DRAWINGS[icon](pen)
    return pen.image.resize((size, size), Image.Resampling.LANCZOS)


def _pixels(units: tuple[float, ...]) -> list[float]:
    return [unit * _UNIT for unit in units]


def _permit(pen: Pen) -> None:
    """A card with a photo and three lines."""
    pen.block(4, 18, 96, 82, round_by=9)
    pen.block(11, 25, 89, 75, round_by=4, colour=pen.ground)
    pen.disc(31, 43, 8.5)
    pen.half_disc(17, 55, 45, 83)
    for y, end in ((39, 82), (51, 82), (63, 70)):
        pen.stroke(57, y, end, y, width=5)


def _messages(pen: Pen) -> None:
    """A bell."""
    pen.stroke(50, 9, 50, 18, width=9)
    pen.half_disc(23, 14, 77, 68)
    pen.block(23, 40, 77, 66)
    pen.disc(50, 86, 9)
    pen.polygon(23, 62, 77, 62, 88, 76, 12, 76)
    pen.stroke(13, 76, 87, 76, width=7)
    pen.block(36, 79.5, 64, 84, colour=pen.ground)


def _rights(pen: Pen) -> None:
    """A pair of scales."""
    pen.stroke(50, 12, 50, 84, width=7)
    pen.stroke(16, 24, 84, 24, width=7)
    pen.disc(50, 16, 8)
    pen.block(26, 82, 74, 92, round_by=5)
    for middle in (20, 80):
        pen.stroke(middle, 26, middle - 16, 58, width=4)
        pen.stroke(middle, 26, middle + 16, 58, width=4)
        pen.arc(middle - 18, 40, middle + 18, 76, start=0, end=180, width=18)


def _announcements(pen: Pen) -> None:
    """A megaphone."""
    pen.polygon(20, 36, 78, 10, 78, 84, 20, 60)
    pen.block(6, 34, 34, 62, round_by=10)
    pen.stroke(26, 60, 34, 88, width=13)
    pen.arc(66, 26, 98, 68, start=-62, end=62, width=7)


def _question(pen: Pen) -> None:
    """Two speech bubbles: one asks, one answers."""
    pen.block(4, 10, 72, 60, round_by=16)
    pen.polygon(16, 52, 40, 58, 16, 78)
    for x in (22, 38, 54):
        pen.disc(x, 35, 5.5, pen.ground)
    pen.block(40, 46, 100, 92, round_by=16, colour=pen.ground)
    pen.block(45, 51, 96, 86, round_by=13)
    pen.polygon(70, 80, 90, 76, 90, 98)


def _identity(pen: Pen) -> None:
    """A person with a tick."""
    pen.disc(42, 30, 19)
    pen.half_disc(6, 56, 78, 128)
    pen.block(0, 90, 100, 100, colour=pen.ground)
    pen.disc(74, 70, 25, pen.ground)
    pen.disc(74, 70, 20)
    pen.stroke(64.5, 70.5, 71.5, 77.5, 84, 63.5, width=5.5, colour=pen.ground)


def _language(pen: Pen) -> None:
    """Two overlapping sheets with a letter of two scripts, which needs no language to be understood."""
    pen.block(38, 36, 97, 95, round_by=10)
    pen.block(44, 42, 91, 89, round_by=5, colour=pen.ground)
    pen.letter("A", 70, 67, 40)
    pen.block(-1, 1, 67, 69, round_by=13, colour=pen.ground)
    pen.block(3, 5, 62, 64, round_by=10)
    pen.letter("文", 32.5, 34, 42, pen.ground)


def _help(pen: Pen) -> None:
    """A speech bubble with a question mark."""
    pen.block(6, 8, 94, 78, round_by=20)
    pen.polygon(24, 70, 52, 76, 24, 96)
    pen.letter("?", 50, 43, 56, pen.ground)


def _phone(pen: Pen) -> None:
    """A telephone receiver."""
    pen.arc(6, 25, 94, 113, start=198, end=342, width=19)
    pen.block(0, 45, 31, 71, round_by=8)
    pen.block(69, 45, 100, 71, round_by=8)
    pen.turn(-135)


_DRAWINGS: dict[Icon, Callable[[Pen], None]] = {
    Icon.PERMIT: _permit,
    Icon.MESSAGES: _messages,
    Icon.RIGHTS: _rights,
    Icon.ANNOUNCEMENTS: _announcements,
    Icon.QUESTION: _question,
    Icon.IDENTITY: _identity,
    Icon.LANGUAGE: _language,
    Icon.HELP: _help,
    Icon.PHONE: _phone,
}
