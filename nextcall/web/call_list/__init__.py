"""Call list mode: one card after another from any list."""
