"""Neutron with ML2 and a mechanism driver that binds every port at once, since no agent runs here."""
import os
import sys


def run(plane):
    sys.path.insert(0, f'{plane.directory}/python')  # where the driver's entry point was written
    os.environ['OS_NEUTRON_CONFIG_DIR'] = plane.etc
    os.environ['OS_NEUTRON_CONFIG_FILES'] = 'neutron.conf;ml2_conf.ini'
    sys.argv = ['neutron']
    from oslo_service import backend
    backend.init_backend(backend.BackendType.THREADING)
    from neutron import server
    from neutron.server import api
    server._init_configuration(prog='neutron-api')
    from neutron.db.migration.models import head  # noqa: F401 - registers every table
    from neutron_lib.db import api as database, model_base
    model_base.BASEV2.metadata.create_all(database.CONTEXT_WRITER.get_engine())
    plane.serve(server.boot_server(api.api_server, prog='neutron-api'))
