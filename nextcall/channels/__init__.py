"""How a message leaves and how reports come back; knows no lead and no database."""
