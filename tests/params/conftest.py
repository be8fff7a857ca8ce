import copy

import pytest

from tests.params.preset import DEFAULT


@pytest.fixture
def config():
    """A copy of params.yaml's content, to be changed."""
    return copy.deepcopy(DEFAULT)
