"""How the tests of deadlines change the rule book of a running year."""

import copy
import hashlib
import json

from registers.models import Scheme


def strict(year, policy, *codes):
    """Let the tasks ``codes`` of the year's scheme have this deadline policy from now on."""

    def change(document):
        for task in document["tasks"]:
            if task["code"] in codes:
                task["deadline"] = policy

    rewrite(year, change)


def rewrite(year, change):
    """Let the year's scheme be what ``change`` makes of its document from now on."""
    scheme = Scheme.objects.get(pk=year.campaign.scheme_id)
    document = copy.deepcopy(scheme.document)
    change(document)
    digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    Scheme.objects.filter(pk=scheme.pk).update(document=document, digest=digest)


def entry_form(sheet, **more):
    """What the form of a search sheet posts with one new point."""
    key = "11111111-1111-4111-8111-111111111111"
    values = {
        "category": "process",
        "content": "采购参数照抄一家",
        "manifestation": "只有一家符合",
        "finding_source": "self",
        "nature": "integrity",
        "duty": "办理会计核算",
        "change": "add",
    }
    return {
        "entry": [key],
        "seen_version": sheet.version,
        "draft_version": 0,
        **{f"e-{key}-{name}": value for name, value in values.items()},
        **more,
    }
