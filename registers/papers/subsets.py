"""Subsets of a typeface: fonts of a few characters, made with HarfBuzz.

A Noto face has 65,000 glyphs. Taking the few of a form out of it costs more than laying the form out, and the font in the
PDF keeps a place for every glyph of the face.
"""

import ctypes
import io
from functools import cache

# What horizontal Chinese text has no use for: vertical metrics, and the rules for other countries and for kerning.
_CHINESE_NEEDS_NO = (b"vmtx", b"vhea", b"VORG", b"BASE", b"GSUB", b"GPOS", b"GDEF")
# Names of HarfBuzz: HB_SUBSET_SETS_DROP_TABLE_TAG, HB_SUBSET_FLAGS_NO_HINTING | HB_SUBSET_FLAGS_DESUBROUTINIZE.
_TABLES_TO_DROP, _FLAGS = 3, 1 | 4
_FACES, _SUBSETTING = "libharfbuzz.so.0", "libharfbuzz-subset.so.0"
_RESULTS = {
    _FACES: (
        "hb_blob_create_from_file",
        "hb_face_create",
        "hb_face_reference_blob",
        "hb_blob_get_data",
    ),
    _SUBSETTING: (
        "hb_subset_input_create_or_fail",
        "hb_subset_input_unicode_set",
        "hb_subset_input_set",
        "hb_subset_or_fail",
    ),
}


@cache
def _libraries():
    """Return HarfBuzz's two libraries, or None where one is not installed."""
    try:
        found = [ctypes.CDLL(name) for name in _RESULTS]
    except OSError:
        return None
    for library, names in zip(found, _RESULTS.values(), strict=True):
        for name in names:
            getattr(library, name).restype = ctypes.c_void_p
    return found


def subsets(file, index, parts):
    """Return a font for each of ``parts``, taken from face ``index`` of a font file.

    ``parts`` are sets of characters as code points, the fonts are bytes. There are none where HarfBuzz is not installed or
    cannot read the file.
    """
    if (libraries := _libraries()) is None:
        return []
    harfbuzz, _ = libraries
    blob = ctypes.c_void_p(harfbuzz.hb_blob_create_from_file(str(file).encode()))
    face = ctypes.c_void_p(harfbuzz.hb_face_create(blob, ctypes.c_uint(index)))
    fonts = [_subset(face, codes, *libraries) for codes in parts]
    harfbuzz.hb_face_destroy(face)
    harfbuzz.hb_blob_destroy(blob)
    return [_numbered(font) for font in fonts] if all(fonts) else []


def _numbered(font):
    """Return a copy in which the name of each glyph is its number.

    A PDF names glyphs by number. A reader that looks for names in the font must find the same, and the table of other names
    would be a tenth of a paper's file. The table is written over where it stands: one range for all glyphs.
    """
    from fontTools.ttLib import TTFont  # noqa: PLC0415 (slow import)

    read = TTFont(io.BytesIO(font), lazy=True)
    if "CFF " not in read:
        return font
    top, glyphs = read["CFF "].cff[0], read["maxp"].numGlyphs
    place = read.reader.tables["CFF "].offset + top.rawDict["charset"]
    names = b"\x02\x00\x01" + (glyphs - 2).to_bytes(2, "big")  # format, first name, how many follow it
    return font[:place] + names + font[place + len(names) :]


def _subset(face, codes, harfbuzz, subsetting):
    pointer, number = ctypes.c_void_p, ctypes.c_uint
    wish = pointer(subsetting.hb_subset_input_create_or_fail())
    characters = pointer(subsetting.hb_subset_input_unicode_set(wish))
    for code in codes:
        harfbuzz.hb_set_add(characters, number(code))
    tables = pointer(subsetting.hb_subset_input_set(wish, _TABLES_TO_DROP))
    for name in _CHINESE_NEEDS_NO:
        harfbuzz.hb_set_add(tables, number(int.from_bytes(name, "big")))
    subsetting.hb_subset_input_set_flags(wish, number(_FLAGS))
    part = pointer(subsetting.hb_subset_or_fail(face, wish))
    data = b""
    if part:
        blob, length = pointer(harfbuzz.hb_face_reference_blob(part)), number()
        data = ctypes.string_at(harfbuzz.hb_blob_get_data(blob, ctypes.byref(length)), length.value)
        harfbuzz.hb_blob_destroy(blob)
        harfbuzz.hb_face_destroy(part)
    subsetting.hb_subset_input_destroy(wish)
    return data
