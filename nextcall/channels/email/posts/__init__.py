"""What bulk mail services post to us: inbound mail and what became of ours, one file a service."""
