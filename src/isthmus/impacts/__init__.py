"""What flows mean on the ground, per draw: needs, people in need, costs, services, the transit economy, protection, triggers.

``presence`` says who is where for how long; everything else is that times a rate with a source.
"""
