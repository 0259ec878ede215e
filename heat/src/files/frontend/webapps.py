"""Write nginx's configuration with the webapps that announced themselves of late, and reload nginx when it changed.

An announcement is a file /var/lib/rota/announced/webapps/<name> that holds "address:port"; it is repeated every 15 s.
What is older than 45 s is left out; when none is left the last list stays, since a wrong list is better than none.
Runs as the user that nginx runs as, every 10 s. The first time, before nginx is started, there is no file yet.
"""
import os
import re
import subprocess
import time

ANNOUNCED = os.environ.get('ROTA_ANNOUNCED', '/var/lib/rota/announced/webapps')
TEMPLATE = os.environ.get('ROTA_NGINX_TEMPLATE', '/usr/local/share/rota/frontend.conf.template')
CONFIG = os.environ.get('ROTA_NGINX_CONFIG', '/var/lib/rota/nginx/frontend.conf')
LIFETIME = float(os.environ.get('ROTA_ANNOUNCEMENT_LIFETIME', '45'))
ADDRESS = re.compile(r'[0-9]{1,3}(\.[0-9]{1,3}){3}:[0-9]{2,5}')


def announced(now):
    """[(name, address)] of fresh announcements, by name."""
    found = []
    for entry in sorted(os.scandir(ANNOUNCED), key=lambda each: each.name):
        try:
            fresh = entry.is_file() and now - entry.stat().st_mtime <= LIFETIME
            if fresh:
                with open(entry.path, encoding='ascii') as file:
                    address = file.read(64).strip()
                if ADDRESS.fullmatch(address):
                    found.append((entry.name, address))
        except (FileNotFoundError, UnicodeDecodeError):
            continue  # taken away meanwhile, or no announcement at all
    return found


def render(webapps):
    servers = '\n    '.join(f'server {address} max_fails=3 fail_timeout=10s; # {name}' for name, address in webapps)
    values = {name: value for name, value in os.environ.items() if name.startswith('ROTA_NGINX_')}
    # An upstream needs a server: this one answers 502 until the first webapp has announced itself.
    values['ROTA_NGINX_SERVERS'] = servers or 'server 127.0.0.1:8080 down;'
    with open(TEMPLATE, encoding='utf-8') as file:
        return re.sub(r'\$\{(ROTA_NGINX_[A-Z_]+)\}', lambda match: values[match[1]], file.read())


def main():
    first = not os.path.exists(CONFIG)
    webapps = announced(time.time())
    if not webapps and not first:
        return
    text = render(webapps)
    if not first:
        with open(CONFIG, encoding='utf-8') as file:
            if file.read() == text:
                return
    with open(f'{CONFIG}.new', 'w', encoding='utf-8') as file:
        file.write(text)
    subprocess.run(['/usr/sbin/nginx', '-q', '-t', '-c', f'{CONFIG}.new'], check=True)
    os.replace(f'{CONFIG}.new', CONFIG)
    print('webapps:', ', '.join(f'{name} {address}' for name, address in webapps) or 'none yet', flush=True)
    if not first:
        subprocess.run(['/usr/sbin/nginx', '-q', '-s', 'reload', '-c', CONFIG], check=True)


if __name__ == '__main__':
    main()
