"""Filled-in workbooks for trying the import out, kept beside the data of a trial site."""

from django.conf import settings

from registers.imports import returning


def path_of(kind):
    """Return where the sample of a kind lies, whether or not there is one. A site in use has none."""
    return settings.VAR / "samples" / f"{kind}.xlsx"


def write(kind, rows, *, on):
    """Write the sample of ``kind`` and return its path. ``rows``: field of the template → text."""
    return keep(kind, returning.template(kind, on=on, rows=rows))


def keep(kind, data):
    """Keep the bytes of a workbook as the sample of ``kind`` and return its path."""
    path = path_of(kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def kinds(every):
    """Return those of ``every`` kind of which there is a sample on this trial site."""
    return [kind for kind in every if settings.DEMO and path_of(kind).exists()]
