"""Which post on record a row of a file of posts means.

By its code, else by unit, name and holder, else one that nobody else is for. A file of people may have made a post of what it calls
its holder (科员), of which the file of posts tells the real name (综合岗): that is asked once.
"""

from registers.imports.synonyms import PEOPLE
from registers.models import Duty, ImportedFile, PowerItem, RiskPoint

SAME, OTHER = "same", "other"
# What is written of a post, and the name of its field: such a post stays one of its own.
WRITTEN_OF = ((Duty, "post"), (RiskPoint, "post"), (PowerItem, "accountable_post"))


def find(records, posts, held, report):
    """Give each record its post on record, None where there is none, and return the records.

    ``posts``: those on record, ``held``: post → incumbencies.
    """
    codes = {post.code.upper(): post for post in posts}
    named, used = {}, set()
    for post in posts:
        named.setdefault((post.unit_id, post.name), []).append(post)
    for record in records:
        record.post = codes.get(record.code.upper()) if record.code else None
        used |= {record.post.pk} if record.post else set()
    for exact in (True, False):
        for record in records:
            if record.post is not None or (record.code and exact):
                continue
            for post in named.get((record.unit.pk, record.name), []):
                holders = [row.user for row in held.get(post.pk, [])]
                if post.pk not in used and (not exact or (record.holder and record.holder in holders)):
                    record.post = post
                    used.add(post.pk)
                    break
    _taken_over(records, {post.pk: post for post in posts if post.pk not in used}, held, report)
    return records


def made_by_people():
    """Whether a file of people has made posts of titles."""
    return ImportedFile.objects.filter(kind=PEOPLE, result__counts__takes__gt=0).exists()


def _taken_over(records, posts, held, report):
    """Ask whether new posts of the file are what their holders hold already under a name that the file does not know.

    Only a file of people makes posts of titles, so without one nothing is asked.
    """
    if not made_by_people():
        return
    names = {(record.unit.pk, record.name) for record in records}
    own = {}
    for post in posts.values():
        if len(rows := held.get(post.pk, [])) == 1 and (post.unit_id, post.name) not in names:
            own.setdefault((post.unit_id, rows[0].user_id), []).append(post)
    found = {}
    for record in records:
        mine = own.get((record.unit.pk, record.holder.pk), []) if record.post is None and record.holder else []
        if len(mine) == 1:
            found.setdefault(mine[0].pk, record)  # of two rows of one holder the first
    for model, name in WRITTEN_OF:
        for written in model.objects.filter(**{f"{name}__in": list(found)}).values_list(name, flat=True):
            found.pop(written, None)  # something is on record of it, so it is a post of its own
    if not found:
        return
    pk, record = next(iter(found.items()))
    text = (
        f"{len(found)} 位任职人在库中已有一个岗位，名称不在文件中（如{record.holder.name}：库中“{posts[pk].name}”，"
        f"文件中“{record.name}”），是同一个岗位吗？"
    )
    options = [(SAME, "是同一个岗位，改用文件中的名称"), (OTHER, "不是，另设岗位，原来的岗位保留")]
    if report.ask("own-posts", text, options, f"{record.row.sheet}!{record.row.place('name')}") == SAME:
        for pk, record in found.items():
            record.post = posts[pk]
