"""Write nginx's configuration with the webapps that announced themselves of late, and reload nginx when it changed.

An announcement is a file /var/lib/rota/announced/webapps/<name> that holds "address:port" (announcements.py); it is repeated
every 15 s. What is older than 45 s is left out; when none is left the last list stays, since a wrong list is better than none. One
that is no address inside the inside network with the port of the setting, or that nginx by itself does not take, is left out and told: no announcement
keeps the others from being heard.
Runs as the user that nginx runs as, every 10 s. The first time, before nginx is started, there is no configuration yet.
"""
import ipaddress
import os
import re
import subprocess
import sys
import time

ANNOUNCED = os.environ.get('ROTA_ANNOUNCED', '/var/lib/rota/announced/webapps')
TEMPLATE = os.environ.get('ROTA_NGINX_TEMPLATE', '/usr/lib/rota/nginx/frontend.conf.template')
CONFIG = os.environ.get('ROTA_NGINX_CONFIG', '/var/lib/rota/nginx/frontend.conf')
LIFETIME = float(os.environ.get('ROTA_ANNOUNCEMENT_LIFETIME', '45'))
INSIDE = ipaddress.ip_network(os.environ['ROTA_INSIDE_CIDR'], strict=False)
PORT = os.environ['ROTA_WEBAPP_PORT']
NAME = re.compile(r'web-[0-9]{1,5}-[a-z0-9]{1,12}')


# Told and forgotten: a webapp that still means it says so again.
def refuse(name, reason):
    print(f'left out {name}: {reason}', file=sys.stderr, flush=True)
    try:
        os.remove(f'{ANNOUNCED}/{name}')
    except OSError:
        pass  # another announcement has taken its place meanwhile, or it is none


def address_of(text):
    """@raise ValueError"""
    address, _, port = text.strip().rpartition(':')
    if port != PORT or ipaddress.IPv4Address(address) not in INSIDE:
        raise ValueError(f'{text.strip()!r} is not an address inside {INSIDE} with the port {PORT}')
    return f'{ipaddress.IPv4Address(address)}:{port}'


def announced(now):
    """[(name, address)] of fresh announcements, by name; of two for one address the later one."""
    found = {}
    for entry in os.scandir(ANNOUNCED):
        if not NAME.fullmatch(entry.name):
            continue
        try:
            said = entry.stat(follow_symlinks=False).st_mtime
            # A clock that was set back makes times to come: they are no fresher than the others.
            if not -5 <= now - said <= LIFETIME:
                continue
            with open(entry.path, encoding='ascii') as file:
                address = address_of(file.read(64))
        except FileNotFoundError:
            continue  # taken back meanwhile
        except (OSError, ValueError) as reason:
            refuse(entry.name, reason)
            continue
        found[address] = max(found.get(address, (0, '')), (said, entry.name))
    return sorted((name, address) for address, (_, name) in found.items())


def line(name, address):
    return f'server {address} max_fails=3 fail_timeout=10s; # {name}'


def render(webapps):
    values = {name: value for name, value in os.environ.items() if name.startswith('ROTA_NGINX_')}
    # An upstream needs a server: this one answers 502 until the first webapp has announced itself.
    values['ROTA_NGINX_SERVERS'] = '\n    '.join(line(*each) for each in webapps) or f'server 127.0.0.1:{PORT} down;'
    with open(TEMPLATE, encoding='utf-8') as file:
        return re.sub(r'\$\{(ROTA_NGINX_[A-Z_]+)\}', lambda match: values[match[1]], file.read())


def asked(text):
    """What nginx has to say against a configuration; nothing when it takes it."""
    with open(f'{CONFIG}.new', 'w', encoding='utf-8') as file:
        file.write(text)
    done = subprocess.run(['/usr/sbin/nginx', '-q', '-t', '-c', f'{CONFIG}.new'], capture_output=True, text=True, check=False)
    return (done.stderr.strip() or 'nginx refuses it') if done.returncode else ''


def main():
    old = ''
    if os.path.exists(CONFIG):
        with open(CONFIG, encoding='utf-8') as file:
            old = file.read()
    webapps = []
    for each in announced(time.time()):
        # What nginx has taken before, it takes again; of the others each is tried by itself.
        objection = '' if line(*each) in old else asked(render([each]))
        if objection:
            refuse(each[0], objection)
        else:
            webapps.append(each)
    if not webapps and old:
        return
    text = render(webapps)
    if text == old:
        return
    objection = asked(text)
    if objection:
        sys.exit(f'nginx does not take the list of webapps, so the last one stays: {objection}')
    os.replace(f'{CONFIG}.new', CONFIG)
    print('webapps:', ', '.join(f'{name} {address}' for name, address in webapps) or 'none yet', flush=True)
    if old:
        subprocess.run(['/usr/sbin/nginx', '-q', '-s', 'reload', '-c', CONFIG], check=True)


if __name__ == '__main__':
    main()
