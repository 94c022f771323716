# SPDX-License-Identifier: BSD-3-Clause
"""The commands of openstack: openstack l2-remote-gateway create and so on."""

from osc_lib.command import command
from osc_lib import utils

from . import resources


def _client(self):
    return self.app.client_manager.neutronclient


def _row(item, columns):
    return utils.get_dict_properties(item, columns)


def _shown(item):
    columns = tuple(sorted(item))
    return columns, _row(item, columns)


def _create(resource):
    class Create(command.ShowOne):
        def get_parser(self, prog_name):
            parser = super().get_parser(prog_name)
            resource.add_create_arguments(parser)
            return parser

        def take_action(self, parsed_args):
            client, (_, path) = _client(self), resources.PATHS[resource.name]
            body = {resource.name: resource.create_body(client, parsed_args)}
            return _shown(client.post(path, body=body)[resource.name])
    return Create


def _update(resource):
    class Update(command.ShowOne):
        def get_parser(self, prog_name):
            parser = super().get_parser(prog_name)
            parser.add_argument("id", metavar=resource.name.upper(), help="which one")
            resource.add_behind_argument(parser)
            resource.add_update_arguments(parser)
            return parser

        def take_action(self, parsed_args):
            client, (_, path) = _client(self), resources.PATHS[resource.name]
            identifier = resource.resolve(client, parsed_args)
            body = {resource.name: resource.update_body(client, parsed_args)}
            return _shown(client.put(f"{path}/{identifier}", body=body)[resource.name])
    return Update


def _list(resource):
    class List(command.Lister):
        def get_parser(self, prog_name):
            parser = super().get_parser(prog_name)
            resource.add_list_arguments(parser)
            return parser

        def take_action(self, parsed_args):
            client, (plural, path) = _client(self), resources.PATHS[resource.name]
            found = client.list(plural, path, True,
                                **resource.list_filters(client, parsed_args))[plural]
            return resource.columns, (_row(item, resource.columns) for item in found)
    return List


def _show(resource):
    class Show(command.ShowOne):
        def get_parser(self, prog_name):
            parser = super().get_parser(prog_name)
            parser.add_argument("id", metavar=resource.name.upper(), help="which one")
            resource.add_behind_argument(parser)
            return parser

        def take_action(self, parsed_args):
            client, (_, path) = _client(self), resources.PATHS[resource.name]
            identifier = resource.resolve(client, parsed_args)
            return _shown(client.get(f"{path}/{identifier}")[resource.name])
    return Show


def _delete(resource):
    class Delete(command.Command):
        def get_parser(self, prog_name):
            parser = super().get_parser(prog_name)
            parser.add_argument("ids", metavar=resource.name.upper(), nargs="+",
                                help="which ones")
            return parser

        def take_action(self, parsed_args):
            client, (_, path) = _client(self), resources.PATHS[resource.name]
            for given in parsed_args.ids:
                client.delete(f"{path}/{resources.find_id(client, resource.name, given)}")
    return Delete


def _named(make, verb, resource):
    made = make(resource)
    made.__name__ = made.__qualname__ = f"{verb}{resource.__name__}"
    made.__doc__ = f"{verb}: {resource.__doc__}"
    return made


for _verb, _make in (("Create", _create), ("Update", _update), ("List", _list),
                     ("Show", _show), ("Delete", _delete)):
    for _resource in (resources.RemoteGateway, resources.RemoteGatewayConnection,
                      resources.RemoteMac):
        globals()[f"{_verb}{_resource.__name__}"] = _named(_make, _verb, _resource)
