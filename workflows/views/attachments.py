"""The download of files that people handed in."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from registers import audit
from registers.jobs import as_attachment
from workflows.attachments import CONTENT_TYPES
from workflows.policies.attachments import file_for


@require_safe
def attachment_file(request, pk):
    """One file as a download. It is never shown inside the site."""
    attachment = file_for(request.actor, pk)
    if attachment is None:
        raise Http404
    audit.append("attachment.open", about=attachment, actor=request.actor)
    response = as_attachment(
        HttpResponse(bytes(attachment.content), content_type=CONTENT_TYPES[attachment.kind]), attachment.name
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
