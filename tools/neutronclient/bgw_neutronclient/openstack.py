# SPDX-License-Identifier: BSD-3-Clause
"""The commands of openstack: openstack l2-remote-gateway create and so on."""

from osc_lib.command import command
from osc_lib import utils

from . import resources


class _Command:
    """What the commands of all kinds have in common."""

    resource = None

    def get_parser(self, prog_name):
        parser = super().get_parser(prog_name)
        self.add_arguments(parser)
        return parser

    def take_action(self, parsed_args):
        plural, path = resources.PATHS[self.resource.name]
        return self.act(self.app.client_manager.neutronclient, plural, path, parsed_args)

    def _add_which(self, parser):
        parser.add_argument("id", metavar=self.resource.name.upper(), help="which one")
        self.resource.add_behind_argument(parser)


def _row(item, columns):
    return utils.get_dict_properties(item, columns)


def _shown(item):
    columns = tuple(sorted(item))
    return columns, _row(item, columns)


class _Create(_Command, command.ShowOne):
    def add_arguments(self, parser):
        self.resource.add_create_arguments(parser)

    def act(self, client, _plural, path, parsed_args):
        name = self.resource.name
        body = {name: self.resource.create_body(client, parsed_args)}
        return _shown(client.post(path, body=body)[name])


class _Update(_Command, command.ShowOne):
    def add_arguments(self, parser):
        self._add_which(parser)
        self.resource.add_update_arguments(parser)

    def act(self, client, _plural, path, parsed_args):
        name = self.resource.name
        identifier = self.resource.resolve(client, parsed_args)
        body = {name: self.resource.update_body(client, parsed_args)}
        return _shown(client.put(f"{path}/{identifier}", body=body)[name])


class _List(_Command, command.Lister):
    def add_arguments(self, parser):
        self.resource.add_list_arguments(parser)

    def act(self, client, plural, path, parsed_args):
        filters = self.resource.list_filters(client, parsed_args)
        columns = self.resource.columns
        return columns, (_row(item, columns)
                         for item in client.list(plural, path, True, **filters)[plural])


class _Show(_Command, command.ShowOne):
    def add_arguments(self, parser):
        self._add_which(parser)

    def act(self, client, _plural, path, parsed_args):
        identifier = self.resource.resolve(client, parsed_args)
        return _shown(client.get(f"{path}/{identifier}")[self.resource.name])


class _Delete(_Command, command.Command):
    def add_arguments(self, parser):
        parser.add_argument("ids", metavar=self.resource.name.upper(), nargs="+", help="which ones")

    def act(self, client, _plural, path, parsed_args):
        for given in parsed_args.ids:
            client.delete(f"{path}/{resources.find_id(client, self.resource.name, given)}")


for _base in (_Create, _Update, _List, _Show, _Delete):
    for _resource in (resources.RemoteGateway, resources.RemoteGatewayConnection,
                      resources.RemoteMac):
        _verb = _base.__name__[1:]
        _name = f"{_verb}{_resource.__name__}"
        globals()[_name] = type(_name, (_base,), {
            "__doc__": f"{_verb}: {_resource.__doc__}", "__module__": __name__,
            "resource": _resource})
