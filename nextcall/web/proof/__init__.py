"""Proof: signed packs of every contact and every refusal."""
