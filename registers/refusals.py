"""The two ways in which an act ends without effect: refused with a reason, or too late.

A third, that somebody may not do it at all, is ``registers.access.NotAllowed``. Pure: no Django.
"""


class Refused(Exception):
    """A refusal because an act cannot be done as it was asked for. Nothing has changed.

    ``message``: what is wrong and what to do about it, a Chinese sentence for the person, or a list of them. ``field``: the field
    of a form that it belongs to, empty for the act as a whole. ``fields``: name → its own sentence, where several are wrong.
    """

    def __init__(self, message, field="", fields=None):
        self.messages = [message] if isinstance(message, str) else list(message)
        self.field = field
        self.fields = fields or {field: message}
        super().__init__("；".join(self.messages))


class Stale(Exception):
    """A refusal because somebody else was faster. Nothing has changed.

    ``current``: the row as it is now (a model instance, or None).
    """

    def __init__(self, current=None, message="内容刚被他人修改，您的操作未生效。请核对后重新办理。"):
        self.current = current
        super().__init__(message)
