"""What a person may ask of us: to choose, to see, to correct, to take along, to be forgotten."""
