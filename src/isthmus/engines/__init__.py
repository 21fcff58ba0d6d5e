"""Engines that run a compiled corridor; they know nothing of each other."""
