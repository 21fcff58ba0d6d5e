"""Rolling origins: what would have been said in past months, from what was known then, and how it came out.

``origins`` says from which months, ``vintages`` what was known then, ``blocks`` fits and forecasts, ``scoring`` holds forecasts
against figures, ``stack`` combines them, ``leaderboard`` sums up.

Nothing is imported here: which origins there are is asked before anything that computes is loaded.
"""
