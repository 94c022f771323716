# SPDX-License-Identifier: BSD-3-Clause
"""What the net cases stand on: namespaces, processes, gateways, peers and proofs."""
