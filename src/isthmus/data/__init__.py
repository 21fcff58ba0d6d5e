"""The world as measured: official figures, typed as flows and stocks, and laid out for the model.

``figures`` reads tables, ``series`` holds what may be added over time and what may not, ``align`` lays figures out
as values and mask, ``tables`` writes them for the run folder.
"""
