"""What stops a run."""


class Failed(Exception):
    """A step or a contender that fails, or an answer that differs from ours."""
