"""Files of people who give no name: pictures alone, under names that say nothing.

What a camera writes into a picture goes as from every file that is kept (``workflows.cleaning``).
"""

from django.core.files.base import ContentFile

from registers.refusals import Refused
from workflows import attachments

PICTURES = ("jpg", "png")
ONLY_PICTURES = (
    "匿名提交只收 JPG、PNG 图片：Word、PDF 等文件带有作者信息。请截图后上传，或填写姓名和联系方式。所选文件没有保存。"
)


def nameless(uploads):
    """Return the pictures under names that say nothing.

    What is larger than any file may be, whoever keeps it refuses. Raises ``Refused`` for anything but a picture.
    """
    done = []
    for number, upload in enumerate(uploads, 1):
        if upload.size > attachments.LARGEST:
            done.append(upload)
            continue
        upload.seek(0)
        content = upload.read()
        kind, _ = attachments.kind_of(content)
        if kind not in PICTURES:
            raise Refused(ONLY_PICTURES, "files")
        done.append(ContentFile(content, f"图片{number}.{kind}"))
    return done
