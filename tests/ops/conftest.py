"""A home that has been set up once, copied for each test: migrating anew takes seconds."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import prepared
from tests.ops.running import environment


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("ops") / "home"
    prepared.sqlite(home / "nextcall.sqlite3")
    subprocess.run([sys.executable, "-m", "nextcall.serve"], env=environment(home), check=True, capture_output=True)
    return home


@pytest.fixture
def home(made_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_home, tmp_path / "home"))
