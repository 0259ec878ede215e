"""Keystone: identity, with its own bootstrap for the first administrator."""
import os
import sys


def run(plane):
    config = f'{plane.etc}/keystone.conf'
    os.environ['OS_KEYSTONE_CONFIG_FILES'] = config
    sys.argv = ['keystone-manage', '--config-file', config]
    url = f'http://127.0.0.1:{plane.ports["keystone"]}/v3'
    owner = ['--keystone-user', 'root', '--keystone-group', 'root']
    steps = (
        ['db_sync'],
        ['fernet_setup', *owner],
        ['credential_setup', *owner],
        ['bootstrap', '--bootstrap-password', 'secret', '--bootstrap-region-id', 'RegionOne', '--bootstrap-admin-url',
         url, '--bootstrap-public-url', url, '--bootstrap-internal-url', url],
    )
    import keystone.cmd.cli as cli
    for step in steps:
        arguments = ['keystone-manage', '--config-file', config, *step]
        plane.in_child(lambda: cli.main(argv=arguments, developer_config_file=None))
    sys.argv = ['keystone-wsgi']
    from keystone.server import wsgi
    plane.serve(wsgi.initialize_public_application())
