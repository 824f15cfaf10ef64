#!/usr/bin/env python
"""Django's own commands, for contributors; people use `nextcall`."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nextcall.settings")
execute_from_command_line(sys.argv)
