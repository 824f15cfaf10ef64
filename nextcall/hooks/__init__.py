"""URLs for machines and strangers: leads in, replies, withdrawals, unsubscribe, the lead's own page."""
