"""Files attached to a notice or a publication: checked and cleaned before they are kept."""

import json
from functools import partial
from pathlib import PurePosixPath

from django.db import transaction

from registers import limited
from registers.access import require
from registers.refusals import Refused
from workflows import attachments
from workflows.publicity import contents, privacy

SECONDS, MEGABYTES = 20, 600
LEAK = "文件“{name}”的{where}中有{kind}（{excerpt}），不能公开，没有保存。请删去后重新选择。"
IN_NAME = "文件名“{name}”中有{kind}（{excerpt}），不能公开，没有保存。请改名后重新选择。"
UNFIT = "文件“{name}”{why}，没有保存。请改为普通文件后重新选择。"
NAMELESS = "这种公示期满后去掉姓名继续保留，不能带附件。"
MOST = 5  # findings that one refusal names


def attach(about, uploads, *, actor, at):
    """Attach files to the draft of a notice or a publication, all or none, and return how many are new.

    Raises ``NotAllowed``, or ``Refused`` where a file or its name holds what must not be public, or cannot be checked.
    """
    channels = privacy.channels_of(about.rules)
    checked = [_checked(upload, channels) for upload in uploads]
    with transaction.atomic():
        about = _locked(about)
        require(actor, "attach", about)
        if about.kind_rules.after_end == "nameless":
            raise Refused(NAMELESS, "files")
        return attachments.take(about, checked, actor=actor, at=at)


@transaction.atomic
def detach(about, pk, *, actor, at):
    """Take a file off a draft. Raises ``NotAllowed``."""
    about = _locked(about)
    require(actor, "attach", about)
    attachments.drop(about, [pk], actor=actor, at=at)


def detach_all(about, *, actor, at):
    """Take every file off a draft that is about to be deleted."""
    attachments.drop(about, list(about.attachments.values_list("pk", flat=True)), actor=actor, at=at)


def _locked(about):
    rows = type(about).objects.with_rules().select_for_update(of=("self",)).filter(pk=about.pk)
    if (found := rows.first()) is None:
        raise Refused("该草稿已被删除。", "files")
    return found


def _checked(upload, channels):
    """Return an upload that says nothing personal. Raises ``Refused``."""
    name = attachments.tidy(upload.name or "")
    stem = PurePosixPath(name).stem
    if found := privacy.leaks(stem, channels=channels):
        raise Refused(IN_NAME.format(name=name, kind=found[0].kind, excerpt=found[0].excerpt), "files")
    if upload.size > attachments.LARGEST:
        return upload  # is refused where it is kept, by the rule of all files
    upload.seek(0)
    content = upload.read()
    kind, wrong = attachments.kind_of(content)
    if kind is None or wrong:
        return upload
    try:
        texts = json.loads(limited.run(partial(_read, content, kind), seconds=SECONDS, megabytes=MEGABYTES))
    except Refused as refused:
        raise Refused(UNFIT.format(name=name, why=str(refused)), "files") from refused
    leaks = [
        LEAK.format(name=name, where=where, kind=leak.kind, excerpt=leak.excerpt)
        for where, text in texts
        for leak in privacy.leaks(text, channels=channels, of_a_file=True)
    ]
    if leaks:
        raise Refused("\n".join(dict.fromkeys(leaks[:MOST])), "files")
    return upload


def _read(content, kind):
    return json.dumps(contents.texts_of(content, kind)).encode()
