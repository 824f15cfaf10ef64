"""Inbox: answer people."""
