"""Get this server's certificate: a signing request to the stack's authority, proved by the one-time secret.

No trust is needed beforehand: request and answer each carry an HMAC with the secret that only Heat gave to both sides.
Writes node.key, node.crt and ca.crt into /etc/rota/tls.
"""
import hashlib
import hmac
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request

FOLDER = os.environ.get('ROTA_TLS_DIR', '/etc/rota/tls')
PATIENCE = int(os.environ.get('ROTA_PATIENCE', '60'))


def mac(secret, *parts):
    return hmac.new(secret.encode(), '\n'.join(parts).encode(), hashlib.sha256).hexdigest()


def signing_request(name):
    """A key and its signing request; kept when an attempt failed, so that a repeat is the same request."""
    key, request = f'{FOLDER}/node.key', f'{FOLDER}/node.csr'
    os.makedirs(FOLDER, mode=0o755, exist_ok=True)
    if not os.path.exists(request):
        subprocess.run(['openssl', 'req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc',
                        '-subj', f'/O=rota/CN={name}', '-keyout', key, '-out', request], check=True, capture_output=True)
        os.chmod(key, 0o640)
        try:
            shutil.chown(key, 'root', 'rota')
        except (LookupError, PermissionError):
            pass  # tried out by hand, without the account
    with open(request, encoding='utf-8') as file:
        return file.read()


def main():
    name, identity = os.environ['ROTA_HOST'], os.environ['ROTA_ENROLMENT_ID']
    secret = os.environ['ROTA_ENROLMENT_SECRET']
    request = signing_request(name)
    body = {'name': name, 'id': identity, 'request': request, 'mac': mac(secret, name, identity, request)}
    port = os.environ.get('ROTA_AUTHORITY_PORT', '8442')
    url = f'http://{os.environ["ROTA_AUTHORITY"]}:{port}/certificates'
    signal.alarm(PATIENCE)  # however slowly the other side speaks
    try:
        with urllib.request.urlopen(url, data=json.dumps(body).encode(), timeout=20) as answer:
            reply = json.loads(answer.read(65536))
            certificate, authority, proof = (str(reply[key]) for key in ('certificate', 'authority', 'mac'))
    except urllib.error.HTTPError as error:
        # Whoever answers there has proved nothing yet: its words are no commands to a terminal.
        words = error.read(300).decode(errors='replace')
        sys.exit(f'rota: the authority refused: {"".join(each if each.isprintable() else "?" for each in words)}')
    except OSError as error:
        sys.exit(f'rota: the authority at {url} does not answer: {error}')
    except (ValueError, LookupError, TypeError, RecursionError):
        sys.exit(f'rota: what answers at {url} is not the authority')
    signal.alarm(0)
    if not hmac.compare_digest(proof.encode(), mac(secret, certificate, authority).encode()):
        sys.exit('rota: the answer was not signed with the one-time secret; another machine answers for the authority')
    for file, text in (('ca.crt', authority), ('node.crt', certificate)):
        with open(f'{FOLDER}/{file}', 'w', encoding='utf-8') as out:
            out.write(text)


def too_slow(*_):
    raise TimeoutError(f'not within {PATIENCE} seconds')


if __name__ == '__main__':
    signal.signal(signal.SIGALRM, too_slow)
    main()
