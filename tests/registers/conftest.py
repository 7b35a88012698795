"""What these tests start from."""

import pytest

from registers.schemes.checking import loading
from tests.registers.scheme_cases import PATH


@pytest.fixture(scope="module")
def rules():
    return loading.read(PATH)[0]
