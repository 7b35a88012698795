"""Which grade of each entry of a sheet stood on its public notices (公示). Source: R1-27."""


def shown(submission):
    """Return what each notice of this round showed of a sheet: entry key → code of a grade.

    Of those that have ended, the last one last. The code is empty where the notice shows no grades.
    """
    ended = submission.notice_sheets.filter(round=submission.round, ended=True).order_by("pk")
    codes = {grade.label: grade.code for grade in submission.task.campaign.scheme.rules.grades}
    return [
        {item["entry"]: codes.get(item.get("grade"), "") for item in items if item["entry"]}
        for items in ended.values_list("notice__items", flat=True)
    ]


def last(notices, key, proposed):
    """Return the code of the grade of an entry that was on notice last.

    ``notices``: as ``shown`` gives them. ``proposed``: the grade that a step before has set. Whoever may not grade what is his own
    leaves it empty, and the notice shows what was typed. Empty where the notice shows no grades, None for an entry that has not
    been on notice.
    """
    return (notices[-1] if notices else {}).get(key, proposed.code if proposed else None)


def proposed_grade(composition, entry, step):
    """Return the code of the grade that a step finds proposed, empty for none.

    It is the one last on notice, else the rule's.
    """
    proposal = entry.details.get("proposal")
    by_rule = (proposal.grade if proposal else "") or ""
    if step.sets != "final_grade":
        return by_rule
    return last(composition.noticed, entry.key, entry.details.get("proposed_grade")) or by_rule
