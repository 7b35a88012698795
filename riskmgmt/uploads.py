"""A limit on what may come in with one form, before any view looks at it."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class Quota(FileUploadHandler):
    """An upload handler that stops a request whose files are too large for any form.

    So nobody can fill the disk (P09, P15).
    """

    def handle_raw_input(self, input_data, meta, content_length, boundary, encoding=None):
        self.taken = 0
        self._check(content_length)

    def receive_data_chunk(self, raw_data, start):
        self.taken += len(raw_data)
        self._check(self.taken)
        return raw_data

    def file_complete(self, file_size):
        return None

    @staticmethod
    def _check(size):
        if size > settings.FORM_FILES_MAX_SIZE:
            raise RequestDataTooBig("the files of one form are too large")
