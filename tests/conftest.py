"""What all tests share. NEXTCALL_TEST_DATABASE=postgresql runs them on PostgreSQL."""

import os
import tempfile

os.environ.setdefault("NEXTCALL_HOME", tempfile.mkdtemp(prefix="nextcall-tests-"))
