"""The whitelist of what a notice may show of a submission. Source: domain D2.

It names posts and never people. Of what a person filled in it shows no text.
"""


def items(composition):
    """The rows of a notice: place, category, content and grade in words, the only fields shown."""
    submission = composition.submission
    own = [
        {
            "place": (entry.submission or submission).post.name
            if _is_persons(entry, submission)
            else str(submission.unit),
            "category": entry.heading,
            "content": "" if _is_persons(entry, submission) else entry.fields[0][2],
            "grade": entry.grade.label if entry.grade else "",
        }
        for entry in composition.entries
        if entry.change != "retire"
    ]
    return own + [
        {"place": row["post"], "category": row["category"], "content": "", "grade": row.get("grade", "")}
        for row in composition.included_rows
    ]


def _is_persons(entry, submission):
    """Whether the entry is about a person's post, on the sheet itself or on one that it carries."""
    return (entry.submission or submission).post_id is not None
