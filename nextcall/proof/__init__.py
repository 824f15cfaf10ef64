"""What happened, as evidence: signed packs, and their checking without us."""
