"""What gunicorn does at moments of its life: ``gunicorn --config python:riskmgmt.webserver``."""


def post_worker_init(_worker):
    """Print a specimen in a process that answers requests, so that its first paper is as fast as others."""
    from django.conf import settings  # noqa: PLC0415  settings are only complete once Django is set up

    if settings.WARM_PAPERS:
        from registers.papers import pages  # noqa: PLC0415  the same

        pages.print_specimen()
