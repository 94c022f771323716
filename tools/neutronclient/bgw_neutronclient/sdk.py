# SPDX-License-Identifier: BSD-3-Clause
"""The border gateway's resources for openstacksdk, to be used with Connection.network."""

from openstack import resource


class _Resource(resource.Resource):
    """The paths and roots of each follow from the name of its objects."""

    def __init_subclass__(cls, name, queries, **more):
        super().__init_subclass__(**more)
        cls.resource_key = name
        cls.resources_key = f"{name}s"
        cls.base_path = f"/{cls.resources_key.replace('_', '-')}"
        cls._query_mapping = resource.QueryParameters(*queries)

    allow_create = True
    allow_fetch = True
    allow_commit = True
    allow_delete = True
    allow_list = True
    commit_method = "PUT"

    #: One more with each update.
    revision_number = resource.Body("revision_number", type=int)


class Gateway(_Resource, name="l2_gateway", queries=["name"]):
    """A named set of attachments."""

    #: Each with device_name and interfaces.
    devices = resource.Body("devices", type=list)


class GatewayConnection(_Resource, name="l2_gateway_connection",
                        queries=["l2_gateway_id", "network_id"]):
    """Attaches a gateway to a network."""

    l2_gateway_id = resource.Body("l2_gateway_id")
    network_id = resource.Body("network_id")
    segmentation_id = resource.Body("segmentation_id")


class RemoteGateway(_Resource, name="l2_remote_gateway", queries=["name", "ipaddr", "status"]):
    """The gateway on the other side."""

    ipaddr = resource.Body("ipaddr")
    local_ip = resource.Body("local_ip")
    encapsulations = resource.Body("encapsulations", type=list)
    status = resource.Body("status")
    status_reason = resource.Body("status_reason")


class RemoteGatewayConnection(_Resource, name="l2_remote_gateway_connection",
                              queries=["gateway", "network", "remote_gateway", "seg_id"]):
    """A tunnel into a broadcast domain."""

    gateway = resource.Body("gateway")
    network = resource.Body("network")
    remote_gateway = resource.Body("remote_gateway")
    seg_id = resource.Body("seg_id", type=int)
    flood = resource.Body("flood", type=bool)
    encapsulation = resource.Body("encapsulation")
    mtu = resource.Body("mtu", type=int)
    status = resource.Body("status")


class RemoteMac(_Resource, name="l2_remote_mac", queries=["mac", "ipaddr", "rgw_connection"]):
    """A MAC, and maybe its IP, behind a connection."""

    mac = resource.Body("mac")
    ipaddr = resource.Body("ipaddr")
    rgw_connection = resource.Body("rgw_connection")
