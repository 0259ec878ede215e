"""Heat: API and engine in one process."""
import sys
import threading


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
    parse_one_at_a_time()
    template._get_template_extension_manager()
    engine = service.EngineService(cfg.CONF.host, rpc.ENGINE_TOPIC)
    engine.start()
    plane.serve(application)


def parse_one_at_a_time():
    """yaql has one parser for all threads, which is not made for that; a real heat-engine is many processes, of one thread that parses."""
    from yaql.language import factory
    lock, parse = threading.RLock(), factory.YaqlEngine.__call__

    def locked(*arguments, **options):
        with lock:
            return parse(*arguments, **options)

    factory.YaqlEngine.__call__ = locked
