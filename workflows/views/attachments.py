"""Doors to files that people handed in."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from registers import audit
from registers.jobs import as_attachment
from workflows.attachments import CONTENT_TYPES
from workflows.models import Attachment


@require_safe
def attachment_file(request, pk):
    """One file, to keep and never to be shown in the page's own place."""
    found = get_object_or_404(Attachment.objects.visible_to(request.actor), pk=pk)
    audit.append("attachment.open", about=found, actor=request.actor)
    response = as_attachment(HttpResponse(bytes(found.content), content_type=CONTENT_TYPES[found.kind]), found.name)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
