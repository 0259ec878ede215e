"""Heat: API and engine in one process."""
import sys


def run(plane):
    sys.argv = ['heat-api', '--config-file', f'{plane.etc}/heat.conf']
    from oslo_service import backend
    backend.init_backend(backend.BackendType.THREADING)
    from heat.api.openstack import wsgi
    application = wsgi.init_application()
    from heat.db import migration
    migration.db_sync()
    from heat.common import config
    from heat.engine import service, template
    from heat.rpc import api as rpc
    from oslo_config import cfg
    config.startup_sanity_check()
    template._get_template_extension_manager()
    engine = service.EngineService(cfg.CONF.host, rpc.ENGINE_TOPIC)
    engine.start()
    plane.serve(application)
