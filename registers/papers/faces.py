"""The typefaces of papers: whether they are installed, their files, and subsets of common characters.

The subsets of a face are three: the characters that papers use most, the others of everyday text, and the rest of GB 2312.
So most papers take nearly all from the smallest; rarer characters come from the whole face. Each has a name of its own:
WeasyPrint takes two fonts of one name for the same and prints the glyphs of one for the other.
"""

import subprocess
import unicodedata
from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings

from registers.papers.subsets import subsets

# Name in paper.css, weight there, and the pattern fontconfig finds the whole face by.
_COPIES = (
    ("Paper Serif", "normal", "Noto Serif CJK SC:regular"),
    ("Paper Serif", "bold", "Noto Serif CJK SC:bold"),
    ("Paper Sans", "normal", "Noto Sans CJK SC:regular"),
)
_FREQUENT = Path(__file__).with_name("frequent.txt")  # counted in rule books and demo texts; and those of common names


class FacesMissing(Exception):
    """A refusal because no typeface can print Chinese text.

    The message is a Chinese sentence with the remedy.
    """


@cache
def require_chinese():
    """Raise ``FacesMissing`` unless some font has Chinese characters.

    The system is asked again until there is one. Without it a PDF is made all the same, full of empty boxes.
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
    for name, weight, pattern in _COPIES:
        fonts = subsets(*found, _parts()) if (found := _of_system(pattern)) else []
        faces += [(named, weight, font) for named, font in zip((name, f"{name} 2", f"{name} 3"), fonts, strict=False)]
    for number, (name, weight, font) in enumerate(faces):
        assets[f"asset:font/{number}"] = font
        rules.append(f'@font-face {{ font-family: "{name}"; font-weight: {weight}; src: url(asset:font/{number}) }}')
    return "\n".join(rules), assets


def _parts():
    """Return the characters of the three subsets as sorted code points. They share white space alone."""
    # Python reads the dash and the dot of GB 2312 as others than keyboards write.
    most = {*range(0x20, 0x7F), *map(ord, "—·" + "".join(_FREQUENT.read_text(encoding="utf-8").split()))}
    most |= {*range(0x2010, 0x2030), *range(0x3000, 0x3020), *range(0xFF00, 0xFF60)}  # punctuation
    everyday, rest = _of_gb2312(range(0xA1, 0xD8)), _of_gb2312(range(0xD8, 0xF8))
    # White space is taken from the face of the character before it, and shows as a box where that has none.
    space = {0x20, 0xA0, 0x3000}
    return [sorted(part | space) for part in (most, everyday - most, rest - most)]


def _of_gb2312(rows):
    pairs = (bytes((high, low)) for high in rows for low in range(0xA1, 0xFF))
    return {*map(ord, "".join(pair.decode("gb2312", "ignore") for pair in pairs))}


def _of_system(pattern):
    """Return file and number of the face that a pattern finds, or None when it finds another one."""
    family, file, index = _match(pattern, "%{family}|%{file}|%{index}").rsplit("|", 2)
    if pattern.partition(":")[0] not in family.split(","):
        return None
    return file, int(index) & 0xFFFF


def _own_files():
    """Return the font files that the operator put into FONT_DIR."""
    folder = getattr(settings, "FONT_DIR", "")
    return sorted(Path(folder).glob("*.[ot]t[fc]")) if folder else []


def missing(text):
    """Return the characters of ``text`` that no typeface has, each once. A PDF shows a box in their place."""
    if not _coverage()[0]:
        return []  # the fonts cannot be asked; whoever prints is told so
    return [character for character in dict.fromkeys(text) if _is_missing(character)]


@lru_cache(maxsize=30_000)
def _is_missing(character):
    """Return whether a character shows something and no typeface has it: few make up all texts."""
    return _seen(character) and not _covered(ord(character), *_coverage())


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
