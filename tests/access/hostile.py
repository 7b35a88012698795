"""Form data that no honest page sends."""

from tests.longer import LONG

# Each may be refused for itself, or is read as a number.
_ALONE = {
    "nul": "前\x00后",
    "controls": "前\x08\x1b[31m后\r\n",
    "nan": "NaN",
    "infinite": "1e999",
    "surrogate": "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
}
# Text like any other, of which every sign must come back: what a page, a template or a workbook could take for its own language.
_MARKUP = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "quotes": "'\"`;--<!-- ]]>",
}
_SIGNS = {
    "formula": "=1+1",
    "template": "{{7*7}}{% debug %}${7*7}#{7*7}",
    "rare": "𠮷·阿卜杜拉𰻞",
    "bidi": "前\u202e后\u2066",
    "bom": "\ufeff前后\u200b",
}
# Joined they fit into the shortest fields, and one that is spoiled spoils the whole.
_JOINED = {"markup": "".join(_MARKUP.values()), "signs": "".join(_SIGNS.values())}
HOSTILE = _ALONE | (_MARKUP | _SIGNS if LONG else _JOINED)


BAD_DAYS = [
    "2026-13-40",
    "0000-00-00",
    "99999-01-01",
    "9999-12-31",
    "0001-01-01",
    "明天",
    "2026-02-30",
    "NaN",
    "\x00",
    "2026-09-15T10:00",
]
