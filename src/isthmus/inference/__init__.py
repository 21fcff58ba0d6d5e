"""Learning a corridor from its figures."""
