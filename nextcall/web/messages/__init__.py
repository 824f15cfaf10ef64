"""What messages have of their own on every page: what they quote, what came along, what became of them."""
