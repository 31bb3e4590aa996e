"""A live run behind a REST interface, and the client that steers it (docs/guide/driving_from_outside.md).

``farbell serve FILE`` starts the server. :class:`Client` needs nothing but Python's standard library, the server the extra
``farbell[serve]``.
"""

from farbell.serve.client import Client, ControllerTaken, Unauthorised

__all__ = ["Client", "ControllerTaken", "Unauthorised"]
