"""The typefaces of papers: whether they are installed, their files, and smaller copies.

A smaller copy prints twice as fast.
A Noto face has 65,000 glyphs; taking the few that a form shows out of it costs more than the form's layout. A copy
with the characters of GB 2312 is made once per process; rarer characters still come from the whole face.
"""

import ctypes
import ctypes.util
import subprocess
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path

from django.conf import settings

# Name in paper.css, weight there, and the pattern fontconfig finds the whole face by.
_COPIES = (
    ("Paper Serif", "normal", "Noto Serif CJK SC:regular"),
    ("Paper Serif", "bold", "Noto Serif CJK SC:bold"),
    ("Paper Sans", "normal", "Noto Sans CJK SC:regular"),
)


class FacesMissing(Exception):
    """A refusal because no typeface can print Chinese text.

    The message is a Chinese sentence with the remedy.
    """


@cache
def require_chinese():
    """Raise ``FacesMissing`` unless some font has Chinese characters.

    The system is asked again until there is one. Without it a PDF is made all the same, full of empty boxes. Source:
    stack analysis section 4.
    """
    if "zh-cn" not in _match("Noto Serif CJK SC:lang=zh-cn", "%{lang}").split("|"):
        raise FacesMissing("无法生成 PDF：系统缺少中文字体。请管理员安装：apt-get install fonts-noto-cjk。")


@cache
def sheet_and_assets():
    """Return ``(CSS, assets)``: @font-face rules and, by ``asset:`` address, the font each rule loads.

    Faces that the operator put into FONT_DIR go by the name of their file, e.g. ``FangSong_GB2312.ttf``.
    """
    rules, assets = [], {}
    faces = [(file.stem, "normal", file.read_bytes()) for file in _own_files()]
    faces += [(name, weight, copy) for name, weight, pattern in _COPIES if (copy := _common_part(pattern))]
    for number, (name, weight, font) in enumerate(faces):
        assets[f"asset:font/{number}"] = font
        rules.append(f'@font-face {{ font-family: "{name}"; font-weight: {weight}; src: url(asset:font/{number}) }}')
    return "\n".join(rules), assets


def _own_files():
    """Return the font files that the operator put into FONT_DIR."""
    folder = getattr(settings, "FONT_DIR", "")
    return sorted(Path(folder).glob("*.[ot]t[fc]")) if folder else []


def missing(text):
    """Return the characters of ``text`` that no typeface has, each once. A PDF shows a box in their place."""
    starts, ends = _coverage()
    if not starts:
        return []  # the fonts cannot be asked; whoever prints is told so
    return [
        character
        for character in dict.fromkeys(text)
        if _seen(character) and not _covered(ord(character), starts, ends)
    ]


def _seen(character):
    """Return whether a character shows anything, as spaces, controls and variation selectors do not."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Zs", "Zl", "Zp") and not (
        0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF
    )


def _covered(code, starts, ends):
    place = bisect_right(starts, code) - 1
    return place >= 0 and code <= ends[place]


@cache
def _coverage():
    """Return the code points that some typeface has, as the starts and the ends of their ranges in order."""
    try:
        found = _asked("fc-list", "--format=%{charset}\n")
        if files := [str(file) for file in _own_files()]:
            found += _asked("fc-scan", "--format=%{charset}\n", *files)
    except FacesMissing:
        return [], []
    starts, ends = [], []
    ranges = (span.partition("-") for span in set(found.split()))
    for first, last in sorted((int(first, 16), int(last or first, 16)) for first, _, last in ranges):
        if ends and first <= ends[-1] + 1:
            ends[-1] = max(ends[-1], last)
        else:
            starts.append(first)
            ends.append(last)
    return starts, ends


def _match(pattern, wanted):
    return _asked("fc-match", f"--format={wanted}", pattern)


def _asked(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise FacesMissing("无法检查字体：系统缺少 fontconfig。请管理员安装：apt-get install fontconfig。") from error


def _common_characters():
    """Return ASCII and all of GB 2312, as code points."""
    rows = (bytes((high, low)) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    text = "".join(row.decode("gb2312", "ignore") for row in rows)
    return sorted({*range(0x20, 0x7F), *map(ord, text)})


def _common_part(pattern):
    """Return the common characters of a font, or None where HarfBuzz cannot make a copy."""
    family, file, index = _match(pattern, "%{family}|%{file}|%{index}").rsplit("|", 2)
    if pattern.partition(":")[0] not in family.split(","):
        return None
    try:
        harfbuzz, subsetter = ctypes.CDLL("libharfbuzz.so.0"), ctypes.CDLL("libharfbuzz-subset.so.0")
    except OSError:
        return None
    for library, name in (
        (harfbuzz, "hb_blob_create_from_file"),
        (harfbuzz, "hb_face_create"),
        (harfbuzz, "hb_face_reference_blob"),
        (harfbuzz, "hb_blob_get_data"),
        (subsetter, "hb_subset_input_create_or_fail"),
        (subsetter, "hb_subset_input_unicode_set"),
        (subsetter, "hb_subset_or_fail"),
    ):
        getattr(library, name).restype = ctypes.c_void_p
    pointer = ctypes.c_void_p
    whole = pointer(harfbuzz.hb_blob_create_from_file(file.encode()))
    face = pointer(harfbuzz.hb_face_create(whole, ctypes.c_uint(int(index) & 0xFFFF)))
    wish = pointer(subsetter.hb_subset_input_create_or_fail())
    characters = pointer(subsetter.hb_subset_input_unicode_set(wish))
    for character in _common_characters():
        harfbuzz.hb_set_add(characters, ctypes.c_uint(character))
    part = pointer(subsetter.hb_subset_or_fail(face, wish))
    data = b""
    if part:
        copy, length = pointer(harfbuzz.hb_face_reference_blob(part)), ctypes.c_uint()
        data = ctypes.string_at(harfbuzz.hb_blob_get_data(copy, ctypes.byref(length)), length.value)
        harfbuzz.hb_blob_destroy(copy)
        harfbuzz.hb_face_destroy(part)
    subsetter.hb_subset_input_destroy(wish)
    harfbuzz.hb_face_destroy(face)
    harfbuzz.hb_blob_destroy(whole)
    return data or None
