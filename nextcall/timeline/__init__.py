"""What happened, written once, when it happens, never edited."""
