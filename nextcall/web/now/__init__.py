"""Now: one card, the right next contact, and how it went."""
