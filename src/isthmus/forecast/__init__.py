"""What to expect, against what a simpler forecast would say, and how good that has been."""
