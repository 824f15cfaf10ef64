"""Calendars elsewhere: files read, invitations written, busy times asked for, appointments put in (RFC 5545, 5546)."""
