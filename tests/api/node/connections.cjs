// SPDX-License-Identifier: BSD-3-Clause
// prism does not try again when a server ends a kept connection while a request is on its way.
require("http").globalAgent = new (require("http").Agent)({ keepAlive: false });
