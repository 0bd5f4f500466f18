"""The runner of the comparison; Python's standard library only."""
