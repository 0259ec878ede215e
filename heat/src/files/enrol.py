"""Get this server's certificate: a signing request to the stack's authority, proved by the one-time secret.

No trust is needed beforehand: request and answer each carry an HMAC with the secret that only Heat gave to both sides.
Writes node.key, node.crt and ca.crt into /etc/rota/tls.
"""
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

FOLDER = os.environ.get('ROTA_TLS_DIR', '/etc/rota/tls')


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
    try:
        with urllib.request.urlopen(url, data=json.dumps(body).encode(), timeout=20) as answer:
            reply = json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f'rota: the authority refused: {error.read().decode(errors="replace")[:300]}')
    except OSError as error:
        sys.exit(f'rota: the authority at {url} does not answer: {error}')
    if not hmac.compare_digest(reply['mac'], mac(secret, reply['certificate'], reply['authority'])):
        sys.exit('rota: the answer was not signed with the one-time secret; another machine answers for the authority')
    for file, text in (('ca.crt', reply['authority']), ('node.crt', reply['certificate'])):
        with open(f'{FOLDER}/{file}', 'w', encoding='utf-8') as out:
            out.write(text)


if __name__ == '__main__':
    main()
