"""The corridor as written: schema, reading with line numbers, overrides, checks.

Import from the modules (``isthmus.spec.load``, ``isthmus.spec.schema``): this file stays empty so that
importing the package costs nothing.
"""
