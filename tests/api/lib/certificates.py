# SPDX-License-Identifier: BSD-3-Clause
"""Certificates for the cases of this suite."""

import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
from certificates import Authority  # noqa: E402, F401


def shown(where, context):
    """The serial number of the certificate that a new connection is met with."""
    host, port = where.split(":")
    with socket.create_connection((host, int(port)), 10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as connection:
            return connection.getpeercert()["serialNumber"]
