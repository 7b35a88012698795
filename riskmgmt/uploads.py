"""A limit on the files that may come in with one form, before any view looks at it."""

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

PATIENCE = 4  # how many times the limit is read to its end, only to keep what was typed beside the files


class Quota(FileUploadHandler):
    """An upload handler that passes over the files of a form when they are too many or too large.

    So nobody can fill the disk, and what was typed beside the files is not lost (P09, P15, W8). ``request.files_refused`` says
    why; ``registers.views.incoming.files`` tells the user.
    """

    def handle_raw_input(self, input_data, meta, content_length, boundary, encoding=None):
        self.taken = self.count = 0
        if content_length > settings.FORM_FILES_MAX_SIZE * PATIENCE:
            raise TooManyFilesSent("the files of one form are too large")
        if content_length > settings.FORM_FILES_MAX_SIZE:
            self._too_large()

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.count += 1
        if self.count > settings.FORM_FILES_MOST:
            most = settings.FORM_FILES_MOST
            self.request.files_refused = f"一次最多选 {most} 个文件，现选了 {self.count} 个，没有上传。请减少后再提交。"
        if getattr(self.request, "files_refused", ""):
            raise SkipFile

    def receive_data_chunk(self, raw_data, start):
        self.taken += len(raw_data)
        if self.taken > settings.FORM_FILES_MAX_SIZE:
            self._too_large()
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None

    def _too_large(self):
        most = settings.FORM_FILES_MAX_SIZE >> 20
        self.request.files_refused = f"所选文件合计超过 {most} MB，没有上传。请减少文件或压缩后再提交。"
