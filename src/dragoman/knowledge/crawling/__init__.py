"""Web pages fetched politely, and never from inside the owner's own network."""
