# SPDX-License-Identifier: BSD-3-Clause
"""Commands and resources of the border gateway for OpenStack's clients."""
