"""Draws the picture of a rich menu: nine tiles with an icon and a label each, as a PNG."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import as_file, files
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, features

from bot.line.richmenu_icons import Icon, draw_icon
from locales import Language

WIDTH, HEIGHT = 2500, 1686
COLUMNS, ROWS = 3, 3
IMAGE_BYTES = 1_000_000  # LINE takes 1 MB
SMALLEST, LARGEST = 64, 108
"""Height of the letters in pixels; a phone shows the 2,500 pixels on six or seven centimetres."""

_GROUND = "#DDE7EA"
_GAP, _PADDING, _ROUND = 20, 44, 48
_ICON, _ICON_TOP, _LABEL_TOP = 210, 50, 275
_LABEL_ROOM = HEIGHT // ROWS - _GAP // 2 - _PADDING - _LABEL_TOP
_LINE_HEIGHT = 1.36  # of the letters' size; Thai needs the room for two marks above each other

Bounds = tuple[int, int, int, int]


class Look(StrEnum):
    PLAIN = "plain"
    FIRST = "first"
    """The one to tap next."""
    RESCUE = "rescue"


_COLOURS: dict[Look, tuple[str, str, str]] = {  # ground, icon, label
    Look.PLAIN: ("#FFFFFF", "#0B6670", "#1B2733"),
    Look.FIRST: ("#0B6670", "#FFFFFF", "#FFFFFF"),
    Look.RESCUE: ("#A3121F", "#FFFFFF", "#FFFFFF"),
}


@dataclass(frozen=True)
class Tile:
    icon: Icon
    label: str
    look: Look = Look.PLAIN


class LabelDoesNotFitError(ValueError):
    """A label of the rich menu is too long for its tile, or has letters that the font lacks."""


def areas() -> list[Bounds]:
    """Left, top, right and bottom of each tile, row by row; together they cover the whole picture."""
    across = [round(WIDTH * column / COLUMNS) for column in range(COLUMNS + 1)]
    down = [round(HEIGHT * row / ROWS) for row in range(ROWS + 1)]
    return [
        (across[column], down[row], across[column + 1], down[row + 1])
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]


def draw_tiles(tiles: Sequence[Tile], language: Language) -> bytes:
    """The PNG. Raises LabelDoesNotFitError, naming label and language."""
    if not features.check("raqm"):
        raise RuntimeError("Pillow without raqm misplaces Thai marks: install Pillow's own wheel")
    size, labels = _fitting(tiles, language)
    image = Image.new("RGB", (WIDTH, HEIGHT), _GROUND)
    for tile, lines, bounds in zip(tiles, labels, areas(), strict=True):
        _draw_tile(image, tile, lines, _font(language, size), bounds)
    png = BytesIO()
    image.quantize(64, dither=Image.Dither.NONE).save(png, "PNG", optimize=True)
    if png.tell() > IMAGE_BYTES:
        raise ValueError(f"a rich menu picture of {png.tell()} bytes, LINE takes {IMAGE_BYTES}")
    return png.getvalue()


def _draw_tile(
    image: Image.Image, tile: Tile, lines: Sequence[str], font: ImageFont.FreeTypeFont, bounds: Bounds
) -> None:
    ground, icon_ink, ink = _COLOURS[tile.look]
    left, top, right, bottom = bounds
    draw = ImageDraw.Draw(image)
    half = _GAP // 2
    draw.rounded_rectangle((left + half, top + half, right - half, bottom - half), _ROUND, fill=ground)
    centre = (left + right) // 2
    icon = draw_icon(tile.icon, _ICON, icon_ink, ground, lambda size: _font(Language.ZH_HANT, size))
    image.paste(icon, (centre - _ICON // 2, top + _ICON_TOP))
    line_height = font.size * _LINE_HEIGHT
    first = top + _LABEL_TOP + (_LABEL_ROOM - line_height * (len(lines) - 1)) / 2
    for number, line in enumerate(lines):
        draw.text((centre, first + number * line_height), line, fill=ink, font=font, anchor="mm")


def _fitting(tiles: Sequence[Tile], language: Language) -> tuple[int, list[list[str]]]:
    """The largest size in which every label fits its tile, and each label's lines in it."""
    room = min(right - left for left, _, right, _ in areas()) - _GAP - 2 * _PADDING
    for tile in tiles:
        _check_letters(tile.label, language)
    for size in range(LARGEST, SMALLEST - 1, -4):
        font = _font(language, size)
        labels = [_lines(tile.label, font, room) for tile in tiles]
        if all(_fits(lines, font, room) for lines in labels):
            return size, labels
    font = _font(language, SMALLEST)
    label = next(tile.label for tile in tiles if not _fits(_lines(tile.label, font, room), font, room))
    raise LabelDoesNotFitError(
        f"rich menu label {label!r} in {language.value} does not fit its tile at {SMALLEST} px:"
        " shorten the translation or put a line break in it"
    )


def _fits(lines: Sequence[str], font: ImageFont.FreeTypeFont, room: int) -> bool:
    height = len(lines) * font.size * _LINE_HEIGHT
    return height <= _LABEL_ROOM and all(font.getlength(line) <= room for line in lines)


def _lines(label: str, font: ImageFont.FreeTypeFont, room: int) -> list[str]:
    """The translator's own lines, each broken further at spaces where it is too long."""
    return [line for given in label.split("\n") for line in _balanced(given.split(), font, room)]


def _balanced(words: Sequence[str], font: ImageFont.FreeTypeFont, room: int) -> list[str]:
    """As few lines as possible, and of those the evenest: no last line of one short word."""
    lines = narrower = _filled(words, font, room)
    while len(narrower) == len(lines) > 1 and room > 0:
        lines, room = narrower, room - 20
        narrower = _filled(words, font, room)
    return lines


def _filled(words: Sequence[str], font: ImageFont.FreeTypeFont, room: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _check_letters(label: str, language: Language) -> None:
    font = _font(language, SMALLEST)
    missing = bytes(font.getmask("\U0010fffe"))
    lacking = [letter for letter in label if letter.strip() and bytes(font.getmask(letter)) == missing]
    if lacking:
        raise LabelDoesNotFitError(
            f"the font for {language.value} lacks {' '.join(lacking)} of rich menu label {label!r}"
        )


@lru_cache(maxsize=64)
def _font(language: Language, size: int) -> ImageFont.FreeTypeFont:
    """A bold font with the language's letters; the one of Taiwan's characters covers Vietnamese too."""
    if language is Language.TH:
        folder, name = files("fontpkg_noto_sans_thai") / "files", "NotoSansThai[wdth,wght].ttf"
        with as_file(folder / name) as path:
            font = ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.RAQM)
        font.set_variation_by_axes([700, 100])  # bold, full width
        return font
    with as_file(files("manimgx_fonts_cjk") / "NotoSansCJK-VF.otf.ttc") as path:
        # The collection's fourth face draws characters as Taiwan writes them.
        font = ImageFont.truetype(str(path), size, index=3, layout_engine=ImageFont.Layout.RAQM)
    font.set_variation_by_axes([700])  # by its name "Bold" the letters would keep the widths of "Thin"
    return font
