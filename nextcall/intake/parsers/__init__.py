"""Bytes in, NewLead or CannotRead out; pure."""
