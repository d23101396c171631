"""One message to one reply: the turn, its runner, the history it sees."""
