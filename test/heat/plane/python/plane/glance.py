"""Glance: the image that the fake servers name."""
import os
import sys


def run(plane):
    os.environ['OS_GLANCE_CONFIG_DIR'] = plane.etc
    os.environ['OS_GLANCE_CONFIG_FILES'] = 'glance-api.conf'
    sys.argv = ['glance']
    for folder in ('images', 'staging', 'tasks'):
        os.makedirs(f'{plane.directory}/glance/{folder}', exist_ok=True)
    plane.in_child(lambda: create_schema(plane))
    from glance.wsgi.api import application
    plane.serve(application)


def create_schema(plane):
    from glance.common import config, wsgi_app
    config.set_config_defaults()
    wsgi_app.CONF([], project='glance', prog='glance-api', default_config_files=[f'{plane.etc}/glance-api.conf'])
    from glance.db.sqlalchemy import api, models, models_metadef
    models.register_models(api.get_engine())
    models_metadef.register_models(api.get_engine())
