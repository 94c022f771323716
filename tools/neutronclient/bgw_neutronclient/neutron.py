# SPDX-License-Identifier: BSD-3-Clause
"""The commands of neutron: neutron l2-remote-gateway-create and so on. neutronclient takes every class
of this module."""

from neutronclient.common import extension

from . import resources


def _base(resource):
    """What neutronclient wants to know of a resource."""
    plural, path = resources.PATHS[resource.name]
    return type("_" + resource.__name__, (extension.NeutronClientExtension,), {
        "__doc__": resource.__doc__, "__module__": __name__, "resource": resource.name,
        "resource_plural": plural, "path": plural, "object_path": path,
        "resource_path": path + "/%s", "versions": ["2.0"]})


def _commands(resource):
    """The five commands of a resource."""
    base = _base(resource)
    noun = resource.name.replace("_", "-")

    class Create(extension.ClientExtensionCreate, base):
        """Create one."""

        shell_command = f"{noun}-create"

        def add_known_arguments(self, parser):
            resource.add_create_arguments(parser)

        def args2body(self, parsed_args):
            return {resource.name: resource.create_body(self.get_client(), parsed_args)}

    class Update(extension.ClientExtensionUpdate, base):
        """Update members of one."""

        shell_command = f"{noun}-update"
        allow_names = False

        def add_known_arguments(self, parser):
            resource.add_behind_argument(parser)
            resource.add_update_arguments(parser)

        def args2body(self, parsed_args):
            return {resource.name: resource.update_body(self.get_client(), parsed_args)}

        def execute(self, parsed_args):
            parsed_args.id = resource.resolve(self.get_client(), parsed_args)
            return super().execute(parsed_args)

    class List(extension.ClientExtensionList, base):
        """List them."""

        shell_command = f"{noun}-list"
        list_columns = list(resource.columns)
        pagination_support = True
        sorting_support = True

        def add_known_arguments(self, parser):
            resource.add_list_arguments(parser)

        def args2search_opts(self, parsed_args):
            return {**super().args2search_opts(parsed_args),
                    **resource.list_filters(self.get_client(), parsed_args)}

    class Show(extension.ClientExtensionShow, base):
        """Show one."""

        shell_command = f"{noun}-show"
        allow_names = resource.name == "l2_remote_gateway"

    class Delete(extension.ClientExtensionDelete, base):
        """Delete some."""

        shell_command = f"{noun}-delete"
        allow_names = resource.name == "l2_remote_gateway"

    return (base, Create, Update, List, Show, Delete)


for _resource in (resources.RemoteGateway, resources.RemoteGatewayConnection,
                  resources.RemoteMac):
    for _class in _commands(_resource):
        globals()[f"{_resource.__name__}{_class.__name__}"] = _class
