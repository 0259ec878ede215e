"""Validate Heat templates as strictly as a stack's creation would, with Heat's own engine and no service at all.

usage: validate.py < cases.json > results.json

A case is {"name", "template", "files": {path: text}, "environment": {...}, "parameters": {...}}: what a client sends.
A result is {"name", "error": null | str, "resources": n}. Nested templates are validated as parts of their parents and,
by a case of their own, alone. Only questions that need another service are answered with yes: does the image, flavor
or network exist, is the service in the catalog.
"""
import json
import logging
import sys
import warnings

warnings.simplefilter('ignore')
logging.disable(logging.WARNING)

from oslo_service import backend

backend.init_backend(backend.BackendType.THREADING)

from heat.common import config, context, messaging, template_format  # noqa: F401 - config registers options
from heat.engine import constraints, environment, resource, resources, stack, template, translation
from heat.engine.clients.os import nova as nova_client
from heat.engine.resources.openstack.nova import server as nova_server
from oslo_config import cfg


def prepare():
    cfg.CONF([], project='heat', prog='rota-validate', default_config_files=[], default_config_dirs=[])
    cfg.CONF.set_override('connection', 'sqlite://', 'database')
    messaging.setup('fake://', optional=True)
    resources.initialise()
    resource.Resource.is_service_available = classmethod(lambda cls, ctx: (True, None))
    # Only constraints that ask a service inherit this method; the others (a CIDR, say) keep their own.
    constraints.BaseCustomConstraint.validate = lambda self, value, ctx: True
    translation.Translation.set_rules = lambda *args, **kwargs: None
    nova_server.Server._validate_image_flavor = lambda self, image, flavor: None
    nova_client.NovaClientPlugin.is_version_supported = lambda self, version: True
    nova_client.NovaClientPlugin.absolute_limits = lambda self: {
        'maxPersonality': 5, 'maxPersonalitySize': 10240, 'maxServerMeta': 128}


def validate(case):
    settings = dict(case.get('environment') or {})
    settings['parameters'] = {**settings.get('parameters', {}), **case.get('parameters', {})}
    ctx = context.RequestContext(username='u', user_id='u', project_id='p', auth_token='x', is_admin=True,
                                 roles=['admin'])
    parsed = template.Template(template_format.parse(case['template']), files=case['files'],
                               env=environment.Environment(settings))
    candidate = stack.Stack(ctx, 'offline', parsed, strict_validate=True)
    candidate.validate()
    return len(candidate.resources)


def main():
    prepare()
    results = []
    for case in json.load(sys.stdin):
        try:
            results.append({'name': case['name'], 'error': None, 'resources': validate(case)})
        except Exception as error:  # every way to refuse is an answer
            results.append({'name': case['name'], 'error': f'{type(error).__name__}: {error}', 'resources': 0})
    json.dump(results, sys.stdout)


if __name__ == '__main__':
    main()
