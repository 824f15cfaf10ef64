"""Leads: find, group, and change many at once."""
