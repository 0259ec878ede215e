"""Nova: API, conductor, scheduler and one compute with the fake driver, in one process."""
import os
import shlex
import sys


def run(plane):
    os.environ['OS_NOVA_CONFIG_DIR'] = plane.etc
    os.environ['OS_NOVA_CONFIG_FILES'] = 'nova-api-paste.ini;nova.conf'
    os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = '1'
    config_file = ['--config-file', f'{plane.etc}/nova.conf']
    sys.argv = ['nova-api', *config_file]
    from nova import monkey_patch
    monkey_patch.patch(backend='threading')
    import nova.conf
    from nova import context, service, utils
    from nova.api.openstack import wsgi_app
    plane.in_child(lambda: create_schema(config_file))
    sys.argv = ['nova-api']
    application = wsgi_app.init_application('osapi_compute', 'nova-api-os-compute')
    from oslo_privsep import priv_context
    priv_context.init(root_helper=shlex.split(utils.get_root_helper()))
    import os_brick
    import os_vif
    os_brick.setup(nova.conf.CONF)
    os_vif.initialize()
    plane.wait_for('placement')
    plane.wait_for_file('seeded')
    from nova.compute import rpcapi as compute
    from nova.conductor import rpcapi as conductor
    from nova.scheduler import rpcapi as scheduler
    services = [
        service.Service.create(binary='nova-conductor', topic=conductor.RPC_TOPIC),
        service.Service.create(binary='nova-scheduler', topic=scheduler.RPC_TOPIC),
        service.Service.create(binary='nova-compute', topic=compute.RPC_TOPIC, topic_alt=compute.RPC_TOPIC_ALT),
    ]
    for each in services:
        each.start()
    from nova.objects import host_mapping
    host_mapping.discover_hosts(context.get_admin_context())
    plane.serve(application)


def create_schema(config_file):
    import nova.conf
    from nova import config, context, objects
    from nova.db import migration
    config.parse_args(['nova-manage', *config_file])
    objects.register_all()
    from nova.cmd import manage
    migration.db_sync(database='api')
    cells = manage.CellV2Commands()
    cells.map_cell0(nova.conf.CONF.database.connection.replace('nova_cell1', 'nova_cell0'))
    cells.create_cell('cell1')
    migration.db_sync(database='main')
    admin = context.RequestContext()
    cell0 = objects.CellMapping.get_by_uuid(admin, objects.CellMapping.CELL0_UUID)
    with context.target_cell(admin, cell0) as in_cell0:
        migration.db_sync(None, 'main', context=in_cell0)
