"""What these tests start from."""

import threading
import time

import pytest

from tests.personas import Year
from workflows import routes


@pytest.fixture
def slowly(monkeypatch):
    """Between asking whether the act may happen and writing it down, everybody in a thread takes a quarter of a second."""
    digest = routes.documents.digest

    def slow(submission):
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.25)
        return digest(submission)

    monkeypatch.setattr(routes.documents, "digest", slow)


@pytest.fixture
def year(transactional_db, make_campus, clock):
    return Year(make_campus(), clock)
