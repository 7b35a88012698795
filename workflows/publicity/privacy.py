"""What must not stand in a notice: numbers, addresses and birthdays of people.

Identity numbers, telephones, bank cards, mailboxes, accounts, addresses, dates of birth. The scan sees through spaces, hyphens and
full-width characters. The registered channels of the office that takes objections are let through: a notice has to name them.
Pure: no Django, no database.
"""

import re
import unicodedata
from dataclasses import dataclass

WEIGHTS, CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
# Between the digits of one number people put spaces, hyphens and dots.
GAP = r"[ \-.·—_]{0,2}"
DIGITS = re.compile(rf"(?<![0-9A-Za-z])\d(?:{GAP}\d){{6,22}}(?:{GAP}[Xx])?(?![0-9A-Za-z])")
# An identity number of which a workbook has kept the first fifteen digits only.
ROUNDED = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d000(?!\d)")
LANDLINE = re.compile(r"(?<!\d)\(?0\d{2,3}\)?[ \-]{0,2}[2-8]\d{6,7}(?!\d)")
MAILBOX = re.compile(r"[A-Za-z0-9._%+\-]+ ?@ ?[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
STREET = re.compile(r"[一-鿿]{1,12}(?:路|街|巷|弄|大道|胡同)[ 　]?\d{1,5}[ 　]?(?:号|弄)")
HOME = re.compile(
    r"(?:\d{1,3}|[一二三四五六七八九十]{1,3}) ?(?:号楼|栋|幢|单元) ?(?:\d{1,2} ?单元)? ?\d{2,4} ?室?"
    r"|(?:家庭住址|家住|户籍地)[ :]{0,2}[一-鿿]"
)
BIRTHDAY = re.compile(r"(?:出生(?:日期|年月)?|生日)[ :]{0,2}\d{4}|\d{4} ?年 ?\d{1,2} ?月(?: ?\d{1,2} ?日)? ?出生")
ACCOUNT = re.compile(r"(?:微信号?|QQ) ?:? ?[A-Za-z0-9_\-]{5,}")
CHANNEL = ("固定电话", "电子邮箱", "住址")  # of what a unit names for complaints, which a power list has to show


@dataclass(frozen=True)
class Leak:
    """Something that must not be published: what ``kind``, and the text in which it stands, partly hidden."""

    kind: str
    excerpt: str


def channels_of(rules):
    """Return the registered telephone, mailbox and address of the office that takes objections."""
    contact = rules.identity.contact
    return (contact.phone, contact.email, contact.address)


def of_items(items, columns, *, channels=()):
    """Yield ``(number of the row, heading of the column, Leak)`` of a notice's rows.

    What a unit names for complaints may be a telephone, a mailbox or an address.
    """
    for number, item in enumerate(items, 1):
        for field, heading in [("place", "岗位（单位）"), *columns]:
            for leak in leaks(item.get(field, ""), channels=channels):
                if field != "complaint_channel" or leak.kind not in CHANNEL:
                    yield number, heading, leak


def leaks(text, *, channels=(), of_a_file=False):
    """Return the ``Leak`` of everything in ``text`` that must not be published.

    ``channels``: the registered telephone numbers, mailboxes and addresses of the office that takes objections. ``of_a_file``: a
    workbook may keep an identity number with noughts for its last digits.
    """
    plain = _plain(text)
    for channel in sorted(map(_plain, filter(None, channels)), key=len, reverse=True):
        plain = plain.replace(channel, "＊")
    found = [Leak(kind, _hidden(match)) for match in DIGITS.finditer(plain) if (kind := _kind_of(match.group()))]
    patterns = (("固定电话", LANDLINE), ("电子邮箱", MAILBOX), ("住址", STREET), ("住址", HOME), ("出生日期", BIRTHDAY))
    for kind, pattern in (*patterns, ("社交账号", ACCOUNT)):
        found += [Leak(kind, _hidden(match)) for match in pattern.finditer(plain)]
    if of_a_file:
        found += [Leak("身份证号", _hidden(match)) for match in ROUNDED.finditer(plain)]
    return list(dict.fromkeys(found))


def _plain(text):
    """Return the text with full-width characters made narrow and invisible ones left out."""
    narrow = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in narrow if unicodedata.category(sign) != "Cf").replace("\t", " ")


def _kind_of(typed):
    """What a run of digits is, empty where it is nothing personal."""
    digits = re.sub(r"[^0-9Xx]", "", typed).upper()
    for part in _parts(typed, digits):
        if kind := _kind(part):
            return kind
    return ""


def _parts(typed, digits):
    """The run as a whole, and what stands between wider gaps of it."""
    yield digits
    yield from (re.sub(r"[^0-9Xx]", "", part).upper() for part in re.split(r"[ ]+", typed))


def _kind(digits):
    if _is_identity(digits):
        return "身份证号"
    if re.fullmatch(r"(?:86)?1[3-9]\d{9}", digits):
        return "手机号码"
    if re.fullmatch(r"\d{16}|\d{19}", digits) and digits[0] in "3456" and passes_luhn(digits):
        return "银行卡号"
    return ""


def _is_identity(digits):
    """Whether these are the 18 characters of an identity number with a right check sign, or the 15 of an old one."""
    if re.fullmatch(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9X]", digits):
        return (
            CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=False)) % 11] == digits[17]
        )
    return bool(re.fullmatch(r"[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}", digits))


def passes_luhn(digits):
    """Return whether the last of ``digits`` is the check digit of a bank card."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


def _hidden(match):
    """The text that was found, so that its author finds it again and nobody else learns it."""
    text = match.group().strip()
    return f"{text[:3]}…{text[-2:]}" if len(text) > 6 else f"{text[:2]}…"
