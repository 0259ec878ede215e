"""Announce this webapp to its frontend every 15 s, and take the announcement back when the service stops.

With --once: announce it one time, and say by the exit whether the frontend took it.
"""
import os
import signal
import ssl
import sys
import threading
import urllib.error
import urllib.request

FOLDER = os.environ.get('ROTA_TLS_DIR', '/etc/rota/tls')
PERIOD = float(os.environ.get('ROTA_ANNOUNCEMENT_PERIOD', '15'))
STOP = threading.Event()


def send(context, method):
    body = os.environ['ROTA_ANNOUNCE_ADDRESS'].encode() if method == 'PUT' else None
    request = urllib.request.Request(os.environ['ROTA_ANNOUNCE_URL'], data=body, method=method)
    with urllib.request.urlopen(request, timeout=5, context=context):
        pass


def attempt(context):
    """What there is to say of one announcement."""
    try:
        send(context, 'PUT')
        return 'announced'
    except urllib.error.HTTPError as error:
        reason = ''.join(each for each in error.read(300).decode(errors='replace') if each.isprintable())
        return f'the frontend does not take the announcement: {error.code} {reason}'
    except OSError as error:
        return f'the frontend does not take the announcement: {error}'


def main():
    context = ssl.create_default_context(cafile=f'{FOLDER}/ca.crt')
    context.load_cert_chain(f'{FOLDER}/node.crt', f'{FOLDER}/node.key')
    if '--once' in sys.argv:
        words = attempt(context)
        sys.exit(0 if words == 'announced' else words)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: STOP.set())
    said = ''
    while not STOP.is_set():
        words = attempt(context)
        if words != said:
            print(words, flush=True)
            said = words
        STOP.wait(PERIOD if words == 'announced' else min(PERIOD, 3))
    try:
        send(context, 'DELETE')
    except OSError:
        pass  # it forgets by itself


if __name__ == '__main__':
    main()
