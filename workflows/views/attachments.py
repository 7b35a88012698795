"""The download of files that people handed in."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from registers import audit
from registers.jobs import as_attachment
from workflows.attachments import CONTENT_TYPES
from workflows.models import Attachment


@require_safe
def attachment_file(request, pk):
    """One file as a download. It is never shown inside the site."""
    attachment = get_object_or_404(Attachment.objects.visible_to(request.actor), pk=pk)
    audit.append("attachment.open", about=attachment, actor=request.actor)
    response = as_attachment(
        HttpResponse(bytes(attachment.content), content_type=CONTENT_TYPES[attachment.kind]), attachment.name
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
