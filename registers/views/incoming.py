"""What a request brings in, looked at once before any view reads it.

Text that is no UTF-8 is refused, what cannot be seen is left out, and a field that came twice with different texts is never read
as one of them. Files: ``files``.
"""

import codecs
import re
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest
from django.http import QueryDict

from registers.refusals import Refused
from registers.text import is_blank, without_unseen

# Reads UTF-8 and keeps bytes that are none as lone surrogates, which no honest text holds. Django's own reading would put U+FFFD
# in their place, and nobody could tell it from a mark that somebody pasted.
STRICT = "utf-8-or-surrogates"
_STRANGE = re.compile("[\udc80-\udcff]")
UNREADABLE = (
    "提交的内容不是 UTF-8 编码，无法识别，没有保存。请在本站的页面上重新填写；由程序提交的，请改用 UTF-8 编码。"
)


def _codec(name):
    if name.replace("_", "-") != STRICT:
        return None
    return codecs.CodecInfo(
        lambda text, errors="strict": (text.encode("utf-8", errors), len(text)),
        lambda data, errors="strict": (bytes(data).decode("utf-8", "surrogateescape"), len(data)),
        name=STRICT,
    )


codecs.register(_codec)


class Unreadable(BadRequest):
    """A request whose text is no UTF-8."""


class Sent(QueryDict):
    """What was sent, where one name has one value.

    Reading a name that came with several different values as if it were one raises ``Refused``. Lists are read with
    ``getlist``.
    """

    def __getitem__(self, name):
        if len(set(self.getlist(name))) > 1:
            raise Refused("同一项在提交的内容中出现了两次，且不一致，没有保存。请重新打开页面后再填写一次。", name)
        return super().__getitem__(name)

    # Whoever goes over the whole form, as the guard of the login does for its record, reads no field: the last value stands.
    def items(self):
        return ((name, values[-1] if values else []) for name, values in self.lists())

    def dict(self):
        return dict(self.items())


class IncomingMiddleware:
    """Middleware that looks at all that was sent."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.content_type == "multipart/form-data":
            request.encoding = STRICT
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Refuse what is no text, and leave out what cannot be seen. Raises ``Unreadable``."""
        if not _is_text(request):
            raise Unreadable(UNREADABLE)
        # Of an address the last value counts: a filter that is chosen again replaces the one before.
        for name, kind in (("GET", QueryDict), ("POST", Sent)):
            sent = kind(mutable=True)
            for key, values in getattr(request, name).lists():
                sent.setlist(_seen(key), [_seen(value) for value in values])
            sent._mutable = False
            setattr(request, name, sent)


def _is_text(request):
    """Whether all text of a request is UTF-8."""
    if any(_STRANGE.search(text) for text in _texts(request.POST)):
        return False
    raw = [(request.GET, request.META.get("QUERY_STRING", "").encode("latin-1", "replace"))]
    if request.content_type == "application/x-www-form-urlencoded":
        raw.append((request.POST, request.body))
    return all(_is_utf8(sent, data) for sent, data in raw)


def _texts(sent):
    return (text for key, values in sent.lists() for text in (key, *values))


def _is_utf8(sent, data):
    """Whether what was sent in an address or as its like is UTF-8. Only what looks as if it were not is read once more."""
    if data.isascii() and not any("\ufffd" in text for text in _texts(sent)):
        return True
    try:
        unquote_to_bytes(data.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return False
    return True


def _seen(text):
    text = without_unseen(text)[0]
    return "" if is_blank(text) else text


def files(request, name="files"):
    """Return the files that were sent under ``name``.

    Raises ``Refused`` where some were left out because they were too many or too large; what was typed beside them is there.
    """
    if why := getattr(request, "files_refused", ""):
        raise Refused(why, name)
    return request.FILES.getlist(name)
