"""One run of the whole tiny graph that all tests here share; who changes something works on a copy."""

from pathlib import Path

import pytest

from tests.workflow import project


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Path:
    """A project whose Table 2 has been made with the tiny preset. Not to be changed."""
    folder = project.sources(tmp_path_factory.mktemp("finished") / "project")
    project.run(folder, project.command(project.TABLE))
    return folder


@pytest.fixture
def copy(finished, tmp_path) -> Path:
    """A finished project to change."""
    return project.copied(finished, tmp_path / "project")
