"""The stack's certificate authority, on the first log server: signs one request for each one-time secret.

A server's secret is SHA-256 of "<key>:<name>:<id>", made by Heat; the key itself is known here and to Heat alone. The
names of a certificate are the proved name and the address that the request came from, whatever the request asks for. Servers send the same
request again each minute: so the table of senders knows who has which address, and an authority that was made anew who has a certificate.
POST /certificates {name, id, request, mac} -> {certificate, authority, mac}.
"""
import base64
import datetime
import hashlib
import hmac
import http.server
import json
import os
import re
import subprocess
import tempfile
import threading
import time

from bounded_server import BoundedServer, log
from senders import Senders

FOLDER = os.environ.get('ROTA_AUTHORITY_DIR', '/var/lib/rota-authority')
KEY = os.environ['ROTA_ENROLMENT_KEY']
NAME = re.compile(r'(lb|frontend|web|log|elasticsearch|kibana)(-[a-z0-9]{1,12}){1,3}')
IDENTITY = re.compile(r'[A-Za-z0-9]{8,64}')
P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
# What `openssl ca` wants to be told; OpenSSL 3.0's other commands give no certificate a beginning of one's own.
CONFIG = '''[ca]
default_ca = rota
[rota]
database = {work}/database
new_certs_dir = {work}
rand_serial = yes
default_md = sha256
policy = any
[any]
O = supplied
CN = supplied
'''
LOCK = threading.Lock()
TIDY_EVERY = float(os.environ.get('ROTA_SENDERS_TIDY', '10'))


class Refused(Exception):
    """The request is not signed; the message goes to the node, and so into the stack's events."""


def openssl(*arguments, stdin=''):
    return subprocess.run(['openssl', *arguments], input=stdin, check=True, capture_output=True, timeout=20, text=True).stdout


def authority_key():
    # Derived from the stack's key, so that a first log server that was replaced is the same authority (docs/decisions/0089):
    # a P-256 key of RFC 5915 without its public part, which OpenSSL computes.
    wide = hmac.new(KEY.encode(), b'rota stack authority', hashlib.sha512).digest()
    scalar = int.from_bytes(wide, 'big') % (P256_ORDER - 1) + 1
    key = bytes.fromhex('30310201010420') + scalar.to_bytes(32, 'big') + bytes.fromhex('a00a06082a8648ce3d030107')
    return f'-----BEGIN EC PRIVATE KEY-----\n{base64.encodebytes(key).decode()}-----END EC PRIVATE KEY-----\n'


def certify(request, extensions, days, *how):
    """The certificate, good since an hour ago: the clock of who looks at it may be behind this one's."""
    now = datetime.datetime.now(datetime.timezone.utc)
    since, until = ((now + datetime.timedelta(**delta)).strftime('%Y%m%d%H%M%SZ') for delta in ({'hours': -1}, {'days': days}))
    with tempfile.TemporaryDirectory() as work:
        for file, text in (('request', request), ('extensions', extensions), ('database', ''), ('database.attr', 'unique_subject = no\n'),
                           ('config', CONFIG.format(work=work))):
            with open(f'{work}/{file}', 'w', encoding='utf-8') as out:
                out.write(text)
        openssl('ca', '-config', f'{work}/config', '-batch', '-notext', '-in', f'{work}/request', '-out', f'{work}/certificate',
                '-startdate', since, '-enddate', until, '-extfile', f'{work}/extensions', '-keyfile', f'{FOLDER}/ca.key', *how)
        with open(f'{work}/certificate', encoding='utf-8') as file:
            return file.read()


def make_authority():
    for folder in ('issued', 'elasticsearch'):
        os.makedirs(f'{FOLDER}/{folder}', mode=0o700, exist_ok=True)
    if not os.path.exists(f'{FOLDER}/ca.crt'):
        with open(f'{FOLDER}/ca.key', 'w', encoding='ascii', opener=lambda *at: os.open(*at, 0o600)) as file:
            file.write(authority_key())
        request = openssl('req', '-new', '-key', f'{FOLDER}/ca.key', '-subj', '/O=rota/CN=rota stack authority')
        certificate = certify(request, 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n'
                              'subjectKeyIdentifier=hash\n', 10950, '-selfsign')
        with open(f'{FOLDER}/ca.new', 'w', encoding='ascii') as file:
            file.write(certificate)
        os.replace(f'{FOLDER}/ca.new', f'{FOLDER}/ca.crt')


def mac(secret, *parts):
    return hmac.new(secret.encode(), '\n'.join(parts).encode(), hashlib.sha256).hexdigest()


def sign(request, name, address):
    names = [f'DNS:{name}', f'DNS:{name}.rota', f'IP:{address}']
    if name.startswith('log-'):
        names.append('DNS:log.rota')  # what every sender checks, whichever log server it reaches
    # The subject is the request's: it must be the proved name already.
    subject = openssl('req', '-verify', '-noout', '-subject', '-nameopt', 'RFC2253', stdin=request).strip()
    if subject != f'subject=CN={name},O=rota':
        raise Refused(f'the request of {name} is for another subject')
    extensions = (f'subjectAltName={",".join(names)}\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n'
                  'extendedKeyUsage=serverAuth,clientAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n')
    return certify(request, extensions, 3650, '-cert', f'{FOLDER}/ca.crt')


def issue(body, address, senders):
    name, identity, request = (str(body.get(key, '')) for key in ('name', 'id', 'request'))
    if not NAME.fullmatch(name) or not IDENTITY.fullmatch(identity) or len(request) > 8192:
        raise Refused('name, id or request is malformed')
    secret = hashlib.sha256(f'{KEY}:{name}:{identity}'.encode()).hexdigest()
    # With its address, so that who overheard a request cannot send it from another one.
    if not hmac.compare_digest(str(body.get('mac', '')).encode(), mac(secret, name, identity, request, address).encode()):
        raise Refused(f'{name} at {address} did not prove the one-time secret that Heat gave it')
    used, digest = f'{FOLDER}/issued/{identity}', hashlib.sha256(request.encode()).hexdigest()
    with LOCK:
        if os.path.exists(used):
            with open(used, encoding='utf-8') as file:
                first, certificate, home = json.load(file)
        else:
            first, certificate, home = '', '', address
        # From elsewhere the secret was stolen. From its own address, which Neutron gives to nobody else, the very same request is a server that
        # says who it is, and another one a server that was made anew.
        if home != address:
            raise Refused(f'the one-time secret of {name} was used before, from {home}; to rebuild this server elsewhere run '
                          f'"rm {used}" on the first log server')
        if first != digest:
            try:
                certificate = sign(request, name, address)
            except subprocess.CalledProcessError as error:
                log(error.stderr)
                raise Refused(f'openssl refused the request of {name}') from error
            with open(used, 'w', encoding='utf-8') as file:
                json.dump([digest, certificate, address], file)
            if name.startswith('elasticsearch-'):  # where no metadata says it, the log server learns it here
                with open(f'{FOLDER}/elasticsearch/{name}', 'w', encoding='utf-8') as file:
                    file.write(f'{address}\n')
            print(f'{name} at {address} has its certificate', flush=True)
    senders.prove(address, name)
    with open(f'{FOLDER}/ca.crt', encoding='utf-8') as file:
        authority = file.read()
    return {'certificate': certificate, 'authority': authority, 'mac': mac(secret, certificate, authority)}


class Handler(http.server.BaseHTTPRequestHandler):
    timeout = 20

    def do_POST(self):
        try:
            length = int(self.headers.get('Content-Length', 0))
            if self.path != '/certificates' or not 0 < length < 20000:
                raise Refused('POST /certificates with a small JSON body')
            self.answer(200, json.dumps(issue(json.loads(self.rfile.read(length)), self.client_address[0], self.server.senders)))
        except Refused as refused:
            self.answer(403, str(refused))
        except (ValueError, AttributeError, RecursionError):
            self.answer(400, 'the body is not the JSON object that is expected')

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, text, *values):
        log(self.client_address[0], text % values)


def tidy_for_ever(senders):
    while True:
        time.sleep(TIDY_EVERY)
        try:
            senders.tidy()
        except OSError as error:  # a full disk, for a time
            log('the table of senders cannot be written:', error)


if __name__ == '__main__':
    make_authority()
    port = int(os.environ.get('ROTA_AUTHORITY_PORT', '8442'))
    senders = Senders(os.environ.get('ROTA_SENDERS_DIR', '/var/lib/rota-senders'), FOLDER)
    server = BoundedServer((os.environ.get('ROTA_AUTHORITY_BIND', ''), port), Handler)
    server.senders = senders
    threading.Thread(target=tidy_for_ever, args=[senders], daemon=True).start()
    server.serve_forever()
