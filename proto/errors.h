/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BGW_PROTO_ERRORS_H
#define BGW_PROTO_ERRORS_H

/**
 * The errors that the API answers: the "type" of a NeutronError and its HTTP status. Stock
 * OpenStack clients match some of the names, so those are upstream's.
 */

#define BGW_ERRORS(X)                                                                 \
	X(NONE, "None", 200)                                                          \
	X(BAD_REQUEST, "BadRequest", 400)                                             \
	X(INVALID_INPUT, "InvalidInput", 400)                                         \
	X(UNAUTHORIZED, "Unauthorized", 401)                                          \
	X(FORBIDDEN, "Forbidden", 403)                                                \
	X(NOT_FOUND, "NotFound", 404)                                                 \
	X(NETWORK_NOT_FOUND, "NetworkNotFound", 404)                                  \
	X(PORT_NOT_FOUND, "PortNotFound", 404)                                        \
	X(GATEWAY_NOT_FOUND, "L2GatewayNotFound", 404)                                \
	X(GATEWAY_DEVICE_NOT_FOUND, "L2GatewayDeviceNotFound", 404)                   \
	X(GATEWAY_INTERFACE_NOT_FOUND, "L2GatewayInterfaceNotFound", 404)             \
	X(GATEWAY_CONNECTION_NOT_FOUND, "L2GatewayConnectionNotFound", 404)           \
	X(REMOTE_GATEWAY_NOT_FOUND, "L2RemoteGatewayNotFound", 404)                   \
	X(REMOTE_CONNECTION_NOT_FOUND, "L2RemoteGatewayConnectionNotFound", 404)      \
	X(REMOTE_MAC_NOT_FOUND, "L2RemoteMacNotFound", 404)                           \
	X(METHOD_NOT_ALLOWED, "MethodNotAllowed", 405)                                \
	X(CONFLICT, "Conflict", 409)                                                  \
	X(NETWORK_IN_USE, "NetworkInUse", 409)                                        \
	X(GATEWAY_IN_USE, "L2GatewayInUse", 409)                                      \
	X(GATEWAY_CONNECTION_EXISTS, "L2GatewayConnectionExists", 409)                \
	X(GATEWAY_CONNECTION_IN_USE, "L2GatewayConnectionInUse", 409)                 \
	X(GATEWAY_SEGMENTATION_REQUIRED, "L2GatewaySegmentationRequired", 409)        \
	X(GATEWAY_DUPLICATE_SEGMENTATION_ID, "L2GatewayDuplicateSegmentationID", 409) \
	X(REMOTE_GATEWAY_EXISTS, "L2RemoteGatewayExists", 409)                        \
	X(REMOTE_GATEWAY_IN_USE, "L2RemoteGatewayInUse", 409)                         \
	X(REMOTE_CONNECTION_EXISTS, "L2RemoteGatewayConnectionExists", 409)           \
	X(REMOTE_CONNECTION_IN_USE, "L2RemoteGatewayConnectionInUse", 409)            \
	X(REMOTE_MAC_EXISTS, "L2RemoteMacExists", 409)                                \
	X(OVER_QUOTA, "OverQuota", 409)                                               \
	X(REVISION_CONFLICT, "RevisionNumberConstraintFailed", 412)                   \
	X(TOO_LARGE, "RequestEntityTooLarge", 413)                                    \
	X(UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", 415)                        \
	X(INTERNAL, "InternalServerError", 500)                                       \
	X(STORE, "StoreFailed", 503)                                                  \
	X(UNAVAILABLE, "ServiceUnavailable", 503)

enum bgw_error {
#define BGW_ERROR_ENUM(symbol, text, status) BGW_ERROR_##symbol,
	BGW_ERRORS(BGW_ERROR_ENUM)
#undef BGW_ERROR_ENUM
};

#endif
