"""What would follow: scenarios on the same draws and streams as the baseline, and their paired differences.

``gathered`` reads a scenario's shocks, ``arrays`` turns them into what the compiled program of ``bench`` is given, ``outcomes``
and ``rows`` say what came of it, ``compare`` does so for many. Nothing here knows of files.
"""
