"""The public door in tests: opened, and used as a visitor uses it, without a login."""

import io
import re
from html import unescape

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from registers.clock import seconds
from registers.models import Scheme
from registers.schemes import versions
from registers.schemes.language import Scheme as Rules
from registers.text import without_unseen
from tests.personas import point, unit_point
from workflows.models import Addition, Clue, Objection, Objector, SealedReading
from workflows.publicity import captcha, clues, door
from workflows.routing import routes

DIGIT = {sign: number for number, sign in enumerate(captcha.DIGITS)}


def open_door(*, at, activities=(), **said):
    """Publish a version of the scheme in use whose public door says this; return it. The campaign keeps its own version.

    ``activities``: kinds of activity that the version has beside its own.
    """
    document = plain(followed().document) | {"public_door": {"enabled": True, "school": True, **said}}
    document["activities"] = [*document["activities"], *activities]
    return versions.store(Rules.model_validate(document), document, at=at)[0]


def followed():
    """Return the rule book in use; before a campus is made, which adopts it, the first there is."""
    return Scheme.objects.in_use() or Scheme.objects.filter(is_current=True).earliest("slug")


def plain(value):
    """Return the same without what keeps a shared document from being changed."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value


# What came in by the public door, and who reads it in the world of tests/access: a clue, whoever has said why today.
ROWS = {
    Objection: lambda world: {
        row: "colleague office" if row.author_id else "office" for row in Objection.objects.all()
    },
    Clue: lambda world: {world.clue: "other_head"},
    Addition: lambda world: dict.fromkeys(Addition.objects.all(), "other_head"),
    Objector: lambda world: dict.fromkeys(Objector.objects.all(), ""),
    SealedReading: lambda world: dict.fromkeys(SealedReading.objects.all(), "other_head auditor"),
}


class Visitor:
    """Somebody at the public door. ``user`` may be signed in at the same browser; the door must not care."""

    def __init__(self, clock, user=None, address="10.0.0.7"):
        self.clock, self.client = clock, Client(REMOTE_ADDR=address)
        if user is not None:
            self.client.force_login(user)

    def form(self, url):
        """Open a page with a form, and return what it would post: its question answered, ten seconds later."""
        answer = self.client.get(url)
        assert answer.status_code == 200, answer.status_code
        self.clock.set(f"{self.clock.now + seconds(10):%Y-%m-%d %H:%M:%S}")
        return solved(answer.content.decode())

    def send(self, url, typed=None, **said):
        """Fill in the form of a page and send it off."""
        return self.client.post(url, {**(typed or self.form(url)), **said})

    def object(self, notice, *, category="grade", row=0, text="等级偏低", **said):
        """Object to a notice; return the receipt code of the slip."""
        url = f"/public/notices/{notice.pk}/object/"
        return code_of(self.send(url, category=category, row=row, text=text, **said))

    def follow(self, code, **said):
        """Type a receipt code; return the page."""
        return self.client.post("/public/receipt/", {"code": code, **said})


def visited(world):
    """Put into the world of tests/access what people without a login have sent by 5 November.

    ``clue``, which its reader has opened today; ``code``, the receipt code of the anonymous objection.
    """
    at = world.year.at("11-05")
    world.clue = door.give_clue(door.Said(world.text("clue")), about="head", code="9" * 20, at=at)
    clues.open_clue(world.clue, reason="初步核对", actor=world.year.actor(world.campus.other_head), at=at)
    world.code = "7" * 20
    door.add(world.clue, world.text("addition to a clue"), at=at)
    for code, said in (
        (world.code, door.Said(world.text("anonymous objection"))),
        ("8" * 20, door.Said(world.text("named objection"), world.text("objector"), "13900000000")),
    ):
        door.object_publicly(world.school_notice, said, code=code, category="grade", at=at)


def published(year, code="personal-grading"):
    """The notice of a grading sheet, decided on 15 September (a Tuesday): it runs from the 16th to the 22nd."""
    personal = code == "personal-grading"
    year.searched(
        point("机密内容") if personal else unit_point("机密内容"), code="personal-search" if personal else "unit-search"
    )
    sheet = year.sheet(code)
    sheet = year.submit(sheet, year.grades(sheet, "grade-2"))
    year.agree(sheet, year.campus.head, grades=year.as_proposed(sheet))
    return sheet.notices.get()


def unpublished(year):
    """The unit's grading sheet, whose grade its head has proposed on 15 September, and which waits for a notice."""
    year.searched(unit_point("机密内容"), code="unit-search")
    sheet = year.sheet("unit-grading")
    sheet = year.submit(sheet, year.grades(sheet, "grade-2"))
    said = {"actor": year.actor(year.campus.head), "seen_version": sheet.version, "at": year.clock.now}
    routes.decide(sheet.pk, "agree", grades=year.as_proposed(sheet), **said)
    return year.again(sheet)


def solved(page):
    """The hidden token of a page, and the answer to its question."""
    token = re.search(r'name="token"\s+value="([^"]+)"', page).group(1)
    return {"token": unescape(token), "answer": _sum(page)}


def answered(purpose, *, at):
    """What the form for ``purpose`` posts besides what is typed: the token of a question asked a minute ago, and its answer."""
    question = captcha.ask(purpose, at=at - seconds(60))
    return {"token": question.token, "answer": _sum(question.words)}


def _sum(words):
    first, second = re.search(r"([一二三四五六七八九十]+)加([一二三四五六七八九十]+)等于多少", words).groups()
    return str(_number(first) + _number(second))


def _number(words):
    tens, ones = words.split("十")
    return 10 * (DIGIT[tens] if tens else 1) + (DIGIT[ones] if ones else 0)


def code_of(answer):
    """The receipt code on a slip."""
    page = answer.content.decode()
    assert answer.status_code == 200, words_of(page)
    return re.search(r'class="slip-code">\s*([0-9A-Z-]+)', page).group(1)


def words_of(page):
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", without_unseen(unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2])))[0]).strip()


def session_cookie(client):
    """The cookie by which somebody is known, None where there is none."""
    return client.cookies.get(settings.SESSION_COOKIE_NAME)


def page_of(answer):
    """What the page of an answer says."""
    return words_of(answer.content.decode())


def form_of(notice):
    """The address of the form for an objection."""
    return f"/public/notices/{notice.pk}/object/"


def photograph(name="IMG_张三.jpg"):
    """A picture as a telephone makes it, with all that it writes into it."""
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x010F], exif[0x0132] = "CAMERA OF ZHANG", "2026:09:17 08:15:30"
    Image.new("RGB", (40, 30), "red").save(made, "JPEG", exif=exif, comment=b"secret comment")
    assert b"CAMERA OF ZHANG" in made.getvalue()
    return SimpleUploadedFile(name, made.getvalue())
