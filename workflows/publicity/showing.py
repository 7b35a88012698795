"""The whitelist of what a notice may show of a submission. Source: domain D2.

It names posts and never people. Of what a person filled in it shows no text.
"""

from workflows.sheets import documents, sheet_for


def items(submission):
    """The rows of a notice: place, category, content and grade in words, the only fields shown."""
    own = [
        {
            "place": submission.post.name if submission.post_id else str(submission.unit),
            "category": entry.heading,
            "content": entry.fields[0][2] if submission.person_id is None else "",
            "grade": entry.grade.label if entry.grade else "",
        }
        for entry in sheet_for(submission).shown()
        if entry.change != "retire"
    ]
    return own + [
        {"place": row["post"], "category": row["category"], "content": "", "grade": row.get("grade", "")}
        for row in documents.included_rows(submission)
    ]
