"""URLs for machines: leads in, replies, one-click unsubscribe."""
