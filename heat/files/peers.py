"""Learn where the other servers are from this server's Nova metadata (keys "rota:…"), which Heat changes in place.

Writes peers.env: ROTA_LOG, ROTA_AUTHORITY, ROTA_FRONTEND (one address each), ROTA_ELASTICSEARCH (several, by spaces),
ROTA_PUBLIC (where people call this server), ROTA_ARTIFACTS (the URL of the release's archives), ROTA_ARTIFACTS_SHA256
(of their SHA256SUMS), ROTA_READY_TIMEOUT (the seconds that the boot has).
Asks the metadata service, and where there is none the configuration drive, which tells only what was true at boot.
Exit 0; with --changed, exit 3 when nothing changed.
"""
import ipaddress
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

URL = os.environ.get('ROTA_METADATA_URL', 'http://169.254.169.254/openstack/latest/meta_data.json')
FILE = os.environ.get('ROTA_PEERS_FILE', '/etc/rota/peers.env')
KINDS = {
    'artifacts': r'https?://[^\s\'"]+',
    'artifacts_sha256': r'([0-9a-f]{64})?',
    'ready_timeout': r'[0-9]{1,6}',
}


def fits(kind, value):
    if not isinstance(value, str):
        return False
    if kind in KINDS:
        return re.fullmatch(KINDS[kind], value)
    try:
        # With a zone, an IPv6 address may hold anything.
        return '%' not in value and ipaddress.ip_address(value)
    except ValueError:
        return False


def metadata():
    try:
        with urllib.request.urlopen(URL, timeout=10) as answer:
            return json.loads(answer.read(1 << 20))
    except OSError as error:
        drive = '/dev/disk/by-label/config-2'
        if not os.path.exists(drive):
            sys.exit(f'rota: no metadata service ({error}) and no configuration drive')
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(['mount', '-o', 'ro', drive, folder], check=True)
        try:
            with open(f'{folder}/openstack/latest/meta_data.json', encoding='utf-8') as file:
                return json.load(file)
        finally:
            subprocess.run(['umount', folder], check=True)


def settings(meta):
    """The lines of peers.env; values that are not of their kind are left out, for a shell reads the file."""
    found = {}
    for key, value in sorted(meta.items()):
        match = re.fullmatch(r'rota:(log|authority|frontend|elasticsearch|public|artifacts|artifacts_sha256|ready_timeout)(?::.*)?', key)
        if match and fits(match[1], value):
            found.setdefault(match[1], []).append(value)
    if 'log' not in found:
        sys.exit('rota: the metadata of this server does not say where the log server is (key rota:log)')
    return ''.join(f"ROTA_{name.upper()}='{' '.join(values)}'\n" for name, values in found.items())


def main():
    text = settings(metadata().get('meta', {}))
    if os.path.exists(FILE):
        with open(FILE, encoding='utf-8') as file:
            if file.read() == text:
                sys.exit(3 if '--changed' in sys.argv else 0)
    with open(f'{FILE}.new', 'w', encoding='utf-8') as file:
        file.write(text)
    os.replace(f'{FILE}.new', FILE)


if __name__ == '__main__':
    main()
