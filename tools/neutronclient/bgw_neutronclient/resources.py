# SPDX-License-Identifier: BSD-3-Clause
"""What the commands of neutron and of openstack share: the arguments of each resource, and the bodies
of requests that they become. `client` is a neutronclient.v2_0.client.Client."""

from neutronclient.common import exceptions

PATHS = {
    "network": ("networks", "/networks"),
    "l2_gateway": ("l2_gateways", "/l2-gateways"),
    "l2_remote_gateway": ("l2_remote_gateways", "/l2-remote-gateways"),
    "l2_remote_gateway_connection": (
        "l2_remote_gateway_connections", "/l2-remote-gateway-connections"),
    "l2_remote_mac": ("l2_remote_macs", "/l2-remote-macs"),
}


def find(client, resource, **filters):
    """The id of the one object that filters leave."""
    plural, path = PATHS[resource]
    found = client.list(plural, path, True, fields="id", **filters)[plural]
    what = " ".join(str(value) for value in filters.values())
    if len(found) > 1:
        raise exceptions.NeutronClientNoUniqueMatch(resource=resource, name=what)
    if not found:
        raise exceptions.NotFound(message=f"Unable to find {resource} with name or id '{what}'")
    return found[0]["id"]


def find_id(client, resource, given):
    """The id of what is called so; the objects that have no name go by id alone."""
    plural, path = PATHS[resource]
    if client.list(plural, path, True, fields="id", id=given)[plural]:
        return given
    if resource in ("l2_remote_gateway_connection", "l2_remote_mac"):
        raise exceptions.NotFound(message=f"Unable to find {resource} with id '{given}'")
    return find(client, resource, name=given)


def given_members(args, *names):
    return {name: getattr(args, name) for name in names if getattr(args, name) is not None}


class RemoteGateway:
    """The gateway on the other side."""

    name = "l2_remote_gateway"
    columns = ("id", "name", "ipaddr", "status")

    @staticmethod
    def add_create_arguments(parser):
        parser.add_argument("name", metavar="NAME", help="name of the remote gateway")
        parser.add_argument("ipaddr", metavar="IP", help="address of its tunnel end")

    @staticmethod
    def create_body(_client, args):
        return {"name": args.name, "ipaddr": args.ipaddr}

    @staticmethod
    def add_update_arguments(parser):
        parser.add_argument("--name", help="new name")
        parser.add_argument("--ipaddr", "--ip-addr", metavar="IP",
                            help="new address of its tunnel end")

    @staticmethod
    def update_body(_client, args):
        return given_members(args, "name", "ipaddr")

    @staticmethod
    def add_list_arguments(_parser):
        pass

    @staticmethod
    def list_filters(_client, _args):
        return {}

    @classmethod
    def resolve(cls, client, args):
        return find_id(client, cls.name, args.id)

    @staticmethod
    def add_behind_argument(_parser):
        pass


class RemoteGatewayConnection(RemoteGateway):
    """A tunnel into a broadcast domain."""

    name = "l2_remote_gateway_connection"
    columns = ("id", "gateway", "network", "remote_gateway", "seg_id", "flood", "status")

    @staticmethod
    def _add_members(parser):
        parser.add_argument("--remote", "--remote-gateway", metavar="REMOTE-GATEWAY",
                            help="name or id of the remote gateway")
        parser.add_argument("--seg-id", "--segmentation-id", metavar="ID", dest="seg_id",
                            help="key on the wide area, by default the network's")
        parser.add_argument("--flood", metavar="BOOLEAN",
                            help="whether broadcast and unknown unicast are sent into it")

    @classmethod
    def add_create_arguments(cls, parser):
        parser.add_argument("gateway", metavar="GATEWAY", help="name or id of the gateway here")
        parser.add_argument("ends", metavar="[NETWORK] REMOTE-GATEWAY", nargs="*",
                            help="name or id of the network, if the gateway is in several, and "
                                 "of the remote gateway")
        cls._add_members(parser)

    @staticmethod
    def create_body(client, args):
        ends = list(args.ends)
        remote = args.remote if args.remote is not None else ends.pop() if ends else None
        if remote is None or len(ends) > 1:
            raise exceptions.CommandError("give GATEWAY [NETWORK] REMOTE-GATEWAY, or GATEWAY "
                                          "[NETWORK] --remote REMOTE-GATEWAY")
        body = {"gateway": find_id(client, "l2_gateway", args.gateway),
                "remote_gateway": find_id(client, "l2_remote_gateway", remote),
                **given_members(args, "seg_id", "flood")}
        if ends:
            body["network"] = find_id(client, "network", ends[0])
        return body

    @classmethod
    def add_update_arguments(cls, parser):
        cls._add_members(parser)

    @staticmethod
    def update_body(client, args):
        body = given_members(args, "seg_id", "flood")
        if args.remote is not None:
            body["remote_gateway"] = find_id(client, "l2_remote_gateway", args.remote)
        return body


class RemoteMac(RemoteGateway):
    """A MAC, and maybe its IP, behind a remote gateway connection."""

    name = "l2_remote_mac"
    columns = ("id", "mac", "ipaddr", "rgw_connection")

    @staticmethod
    def add_create_arguments(parser):
        parser.add_argument("mac", metavar="MAC", help="MAC of the host, or MAC;IP")
        parser.add_argument("ends", metavar="[IP] CONNECTION", nargs="+",
                            help="IP of the host, and id of the connection that it is behind")
        parser.add_argument("--ipaddr", "--ip-addr", metavar="IP", help="IP of the host")

    @staticmethod
    def create_body(client, args):
        mac, _, address = args.mac.partition(";")
        addresses = [text for text in (address, args.ipaddr, *args.ends[:-1]) if text]
        if len(addresses) > 1:
            raise exceptions.CommandError("one IP can be given: give MAC [IP] CONNECTION")
        return {"mac": mac, **({"ipaddr": addresses[0]} if addresses else {}),
                "rgw_connection": find_id(client, "l2_remote_gateway_connection", args.ends[-1])}

    @staticmethod
    def add_update_arguments(parser):
        parser.add_argument("--ipaddr", "--ip-addr", metavar="IP", help="new IP of the host")

    @staticmethod
    def update_body(_client, args):
        return given_members(args, "ipaddr")

    @staticmethod
    def add_list_arguments(parser):
        parser.add_argument("--remote-connection", metavar="CONNECTION",
                            help="only those behind this connection")

    @staticmethod
    def list_filters(_client, args):
        if args.remote_connection is None:
            return {}
        return {"rgw_connection": args.remote_connection}

    @staticmethod
    def add_behind_argument(parser):
        parser.add_argument("behind", metavar="CONNECTION", nargs="?",
                            help="the connection, where the first argument is a MAC")

    @classmethod
    def resolve(cls, client, args):
        if getattr(args, "behind", None) is None:
            return find_id(client, cls.name, args.id)
        return find(client, cls.name, mac=args.id, rgw_connection=args.behind)
