"""Form data that no honest page sends."""

HOSTILE = {
    "nul": "前\x00后",
    "bidi": "前\u202e后\u2066",
    "bom": "\ufeff前后\u200b",
    "controls": "前\x08\x1b[31m后\r\n",
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "template": "{{7*7}}{% debug %}${7*7}#{7*7}",
    "quotes": "'\"`;--<!-- ]]>",
    "formula": "=1+1",
    "rare": "𠮷·阿卜杜拉𰻞",
    "nan": "NaN",
    "infinite": "1e999",
    "surrogate": "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
}


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
