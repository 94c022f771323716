# SPDX-License-Identifier: BSD-3-Clause
"""The border gateway's resources for openstacksdk, to be used with Connection.network."""

from openstack import resource


class _Resource(resource.Resource):
    allow_create = True
    allow_fetch = True
    allow_commit = True
    allow_delete = True
    allow_list = True
    commit_method = "PUT"

    #: One more with each update.
    revision_number = resource.Body("revision_number", type=int)


class Gateway(_Resource):
    """A named set of attachments."""

    resource_key = "l2_gateway"
    resources_key = "l2_gateways"
    base_path = "/l2-gateways"
    _query_mapping = resource.QueryParameters("name")

    #: Each with device_name and interfaces.
    devices = resource.Body("devices", type=list)


class GatewayConnection(_Resource):
    """Attaches a gateway to a network."""

    resource_key = "l2_gateway_connection"
    resources_key = "l2_gateway_connections"
    base_path = "/l2-gateway-connections"
    _query_mapping = resource.QueryParameters("l2_gateway_id", "network_id")

    l2_gateway_id = resource.Body("l2_gateway_id")
    network_id = resource.Body("network_id")
    segmentation_id = resource.Body("segmentation_id")


class RemoteGateway(_Resource):
    """The gateway on the other side."""

    resource_key = "l2_remote_gateway"
    resources_key = "l2_remote_gateways"
    base_path = "/l2-remote-gateways"
    _query_mapping = resource.QueryParameters("name", "ipaddr", "status")

    ipaddr = resource.Body("ipaddr")
    local_ip = resource.Body("local_ip")
    encapsulations = resource.Body("encapsulations", type=list)
    status = resource.Body("status")
    status_reason = resource.Body("status_reason")


class RemoteGatewayConnection(_Resource):
    """A tunnel into a broadcast domain."""

    resource_key = "l2_remote_gateway_connection"
    resources_key = "l2_remote_gateway_connections"
    base_path = "/l2-remote-gateway-connections"
    _query_mapping = resource.QueryParameters("gateway", "network", "remote_gateway", "seg_id")

    gateway = resource.Body("gateway")
    network = resource.Body("network")
    remote_gateway = resource.Body("remote_gateway")
    seg_id = resource.Body("seg_id", type=int)
    flood = resource.Body("flood", type=bool)
    encapsulation = resource.Body("encapsulation")
    mtu = resource.Body("mtu", type=int)
    status = resource.Body("status")


class RemoteMac(_Resource):
    """A MAC, and maybe its IP, behind a connection."""

    resource_key = "l2_remote_mac"
    resources_key = "l2_remote_macs"
    base_path = "/l2-remote-macs"
    _query_mapping = resource.QueryParameters("mac", "ipaddr", "rgw_connection")

    mac = resource.Body("mac")
    ipaddr = resource.Body("ipaddr")
    rgw_connection = resource.Body("rgw_connection")
