"""Scheme files with random damage: what people, editors and office software do to a text, and worse."""

import random

import yaml
from django.conf import settings

FILES = sorted((settings.BASE_DIR / "fixtures" / "schemes").glob("*.yaml"))
TEXTS = [path.read_text(encoding="utf-8") for path in FILES]
NAMED = (
    "template",
    "list as a key",
    "word as a number",
    "word as a moment",
    "4301 digits",
    "brackets",
    "braces",
    "bomb",
    "long list",
)
# What has made pages fail or wait (``NAMED``), and kin of it.
HOSTILE = {
    "template": "institution: {{单位名称}}",
    "list as a key": "? [a]",
    "group as a key": "{{a: b}: c}",
    "word as a number": 'a: !!int "abc"',
    "word as a moment": "a: !!timestamp soon",
    "word as bytes": "a: !!binary ü",
    "own tag": "a: !python/object:os.system x",
    "pairs": "a: !!omap [x, y]",
    "set": "? a\n? b\n",
    "4301 digits": "a: " + "9" * 4301,
    "sexagesimal": "a: " + ":".join(["59"] * 2000),
    "brackets": "[" * 5000,
    "braces": "{a: " * 3000,
    "dashes": "- " * 5000,
    "indents": "\n".join(" " * depth + "a:" for depth in range(500)),
    "bomb": "a: &a [x, x]\n" + "\n".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]" for n in range(24)),
    "circle": "a: &a [*a]",
    "circle of merges": "a: &a {<<: *a}",
    "merge with a text": "a: {<<: b}",
    "merge with itself": "<<: &m {<<: *m}",
    "long list": "a:\n" + "- b\n" * 195_000,
    "many groups": "a: [" + "{b: c}, " * 40_000 + "]",
    "long line": "a: " + "长" * 390_000,
    "long key": "长" * 100_000 + ": b",
    "no end": '"' + "x" * 10_000,
    "NUL in quotes": 'a: "\\0"',
    "half a character": 'a: "\\ud800"',
    "year far away": "phases: [{code: p, label: 甲, due: Y+99999 12-31}]",
    "not a number": "a: .nan",
    "documents": "a: 1\n---\nb: 2",
    "directive": "%YAML 9.9\n---\na: 1",
    "only a comment": "# 什么也没有",
    "only an anchor": "&a",
    "separators": "a: 1\u2028b: 2\u2029c\x85d",
    "lone carriage returns": "a: 1\rb: [\rc",
    "byte order marks": "\ufeff\ufeffa: 1",
}  # fmt: skip
WORDS = ["：", "，", "“", "\t", "\x00", "\ud7ff", "\u2028", "\r", "{{", "}}", "[", "]", "{", "}", "&a ", "*a", "!!int ", "!x ", "|", ">",
         "? ", "- ", ": ", "#", "'", '"', "%", "@", "`", "<<: ", "~", "null", "yes", "1e999", "9" * 30, "0x", "09-31", "Y-1 12-31",
         "\ufeff", "é", "🈚", "长" * 300]  # fmt: skip
VALUES = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    float("inf"),
    "",
    "长" * 2001,
    "x",
    [],
    {},
    [[]],
    [None],
    {"a": {}},
    {"code": "x"},
    ["x"] * 50,
]


def damaged(seed):
    """Return a real scheme file with one to four random edits."""
    chance = random.Random(seed)  # noqa: S311  not a secret
    text = chance.choice(TEXTS)
    if chance.random() < 0.3:
        text = _values(chance, text)
    for _ in range(chance.randint(1, 4)):
        text = chance.choice((_character, _cut, _line, _indent, _word, _swapped))(chance, text)
    return text


def _character(chance, text):
    place = chance.randrange(len(text))
    return text[:place] + chance.choice(WORDS) + text[place + chance.randint(0, 3) :]


def _cut(chance, text):
    place = chance.randrange(len(text))
    return text[:place] + text[place + chance.choice((1, 2, 10, 200, 5000)) :] or "x"


def _line(chance, text):
    lines = text.split("\n")
    place = chance.randrange(len(lines))
    lines[place : place + chance.randint(0, 2)] = [chance.choice(lines)] * chance.randint(0, 2)
    return "\n".join(lines) or "x"


def _indent(chance, text):
    lines = text.split("\n")
    place = chance.randrange(len(lines))
    lines[place] = " " * chance.randint(0, 9) + lines[place].lstrip() if chance.random() < 0.7 else "\t" + lines[place]
    return "\n".join(lines)


def _word(chance, text):
    words = text.split(" ")
    words[chance.randrange(len(words))] = chance.choice([*WORDS, *words])
    return " ".join(words)


def _swapped(chance, text):
    lines = text.split("\n")
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines)


def _values(chance, text):
    """Return the file with some values replaced, doubled, moved or dropped, written out anew."""
    document = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506  our own file
    for _ in range(chance.randint(1, 5)):
        holder, key = chance.choice(list(_places(document)))
        act = chance.random()
        if act < 0.2:
            del holder[key]
        elif act < 0.4 and isinstance(holder, list):
            holder.insert(key, holder[key])
        elif act < 0.6:
            other, place = chance.choice(list(_places(document)))
            holder[key] = other[place] if not isinstance(other[place], dict | list) else str(other[place])[:60]
        else:
            holder[key] = chance.choice(VALUES)
        if not document:
            break
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return yaml.dump(document, Dumper=dumper, allow_unicode=True, sort_keys=False, width=1000)


def _places(part):
    for key, inner in list(part.items() if isinstance(part, dict) else enumerate(part)):
        yield part, key
        if isinstance(inner, dict | list):
            yield from _places(inner)
