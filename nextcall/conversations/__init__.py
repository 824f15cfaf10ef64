"""What was said: messages, calls and promises."""
