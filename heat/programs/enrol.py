"""Get this server's certificate: a signing request to the stack's authority, proved by the one-time secret.

No trust is needed beforehand: request and answer each carry an HMAC with the secret that only Heat gave to both sides.
Writes node.key, node.crt and ca.crt into /etc/rota/tls. With --again it only says once more who has this address: the authority makes the
table of senders of it, and may itself be new (docs/security.md).
"""
import hashlib
import hmac
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys

FOLDER = os.environ.get('ROTA_TLS_DIR', '/etc/rota/tls')
PATIENCE = int(os.environ.get('ROTA_PATIENCE', '60'))


def mac(secret, *parts):
    return hmac.new(secret.encode(), '\n'.join(parts).encode(), hashlib.sha256).hexdigest()


def signing_request(name):
    """A key and its signing request; kept when an attempt failed, so that a repeat is the same request."""
    key, request = f'{FOLDER}/node.key', f'{FOLDER}/node.csr'
    made = f'{request}.new'
    os.makedirs(FOLDER, mode=0o755, exist_ok=True)
    if not os.path.exists(request):
        if '--again' in sys.argv:
            sys.exit('rota: this server has not enrolled yet')
        subprocess.run(['openssl', 'req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc',
                        '-subj', f'/O=rota/CN={name}', '-keyout', key, '-out', made], check=True, capture_output=True)
        os.chmod(key, 0o640)
        try:
            shutil.chown(key, 'root', 'rota')
        except (LookupError, PermissionError):
            pass  # tried out by hand, without the account
        os.sync()  # the key before the request that belongs to it
        os.replace(made, request)
    with open(request, encoding='utf-8') as file:
        return file.read()


def ask(secret, name, identity, request):
    """@returns status and body of the authority's answer"""
    port = int(os.environ.get('ROTA_AUTHORITY_PORT', '8442'))
    connection = http.client.HTTPConnection(os.environ['ROTA_AUTHORITY'], port, timeout=20)
    try:
        connection.connect()
        address = connection.sock.getsockname()[0]
        proof = mac(secret, name, identity, request, address)
        body = json.dumps({'name': name, 'id': identity, 'request': request, 'mac': proof})
        connection.request('POST', '/certificates', body)
        answer = connection.getresponse()
        return answer.status, answer.read(65536)
    finally:
        connection.close()


def main():
    name, identity = os.environ['ROTA_HOST'], os.environ['ROTA_ENROLMENT_ID']
    secret = os.environ['ROTA_ENROLMENT_SECRET']
    where = f'{os.environ["ROTA_AUTHORITY"]}:{os.environ.get("ROTA_AUTHORITY_PORT", "8442")}'
    request = signing_request(name)
    signal.alarm(PATIENCE)  # however slowly the other side speaks
    try:
        status, answer = ask(secret, name, identity, request)
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f'rota: the authority at {where} does not answer: {printable(str(error))}')
    signal.alarm(0)
    if status != 200:
        sys.exit(f'rota: the authority refused: {printable(answer[:300].decode(errors="replace"))}')
    try:
        reply = json.loads(answer)
        certificate, authority, proof = (str(reply[key]) for key in ('certificate', 'authority', 'mac'))
    except (ValueError, LookupError, TypeError, RecursionError):
        sys.exit(f'rota: what answers at {where} is not the authority')
    if not hmac.compare_digest(proof.encode(), mac(secret, certificate, authority).encode()):
        sys.exit('rota: the answer was not signed with the one-time secret; another machine answers for the authority')
    if '--again' in sys.argv:
        return
    for file, text in (('ca.crt', authority), ('node.crt', certificate)):
        with open(f'{FOLDER}/{file}.new', 'w', encoding='utf-8') as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.replace(f'{FOLDER}/{file}.new', f'{FOLDER}/{file}')


def printable(words):
    # Whoever answers there has proved nothing yet: its words are no commands to a terminal.
    return ''.join(each if each.isprintable() else '?' for each in words)


def too_slow(*_):
    raise TimeoutError(f'not within {PATIENCE} seconds')


if __name__ == '__main__':
    signal.signal(signal.SIGALRM, too_slow)
    main()
