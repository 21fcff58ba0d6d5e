"""The corridor as mathematics.

``network`` is the only door from the corridor file to arrays; the other modules are pure functions of arrays, in float64.
"""

import jax

jax.config.update("jax_enable_x64", val=True)  # type: ignore[no-untyped-call]
