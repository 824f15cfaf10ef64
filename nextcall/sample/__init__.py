"""An invented team, its leads and their history: to look around in, removed in one tap."""
