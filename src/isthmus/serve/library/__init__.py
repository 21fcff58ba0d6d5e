"""What a team sees: corridors, shipped and its own; runs, shared and its own; files of a run."""
