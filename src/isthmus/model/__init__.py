"""The corridor as mathematics.

``network`` is the only door from the corridor file to arrays; the other modules are pure functions of arrays.
"""
