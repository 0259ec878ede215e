"""The input at which this frontend's webapps announce themselves: PUT or DELETE /webapps/<name>, by TLS with a certificate.

A webapp speaks for itself alone (docs/decisions/0160): under the name of its certificate, from the address that the certificate
is for, inside the inside network. The body of a PUT is "address:port" and must say just that address, and the port of the setting. An
announcement becomes a file of its name, which webapps.py reads; what is refused is answered by 403 and the reason.
"""
import http.server
import ipaddress
import os
import re
import ssl

from bounded_server import BoundedServer, log

FOLDER = os.environ.get('ROTA_ANNOUNCED', '/var/lib/rota/announced/webapps')
TLS = os.environ.get('ROTA_TLS_DIR', '/etc/rota/tls')
INSIDE = ipaddress.ip_network(os.environ['ROTA_INSIDE_CIDR'], strict=False)
PORT = os.environ['ROTA_WEBAPP_PORT']
NAME = re.compile(rf'web-{re.escape(os.environ["ROTA_NUMBER"])}-[a-z0-9]{{1,12}}')
PATH = re.compile(r'/webapps/([a-z0-9-]{1,50})')
TOLD = {}


class Refused(Exception):
    """The announcement is not taken; the reason goes to the webapp, and to this server's journal."""


def announcer(certificate, caller):
    """The name of who calls, by its certificate and its connection. @raise Refused"""
    subject = [pair for part in certificate['subject'] for pair in part]
    name = next((value for key, value in subject if key == 'commonName'), '')
    if sorted(subject) != [('commonName', name), ('organizationName', 'rota')] or not NAME.fullmatch(name):
        raise Refused(f'{name or "this certificate"} is no webapp of this frontend')
    addresses = [value for kind, value in certificate.get('subjectAltName', ()) if kind == 'IP Address']
    if caller not in addresses:
        raise Refused(f'{name} calls from {caller}, and its certificate is for {" and ".join(addresses) or "no address"}')
    if ipaddress.ip_address(caller) not in INSIDE:
        raise Refused(f'{name} calls from {caller}, which is not inside {INSIDE}')
    return name


def enter(name, address):
    path = f'{FOLDER}/{name}'
    with open(f'{FOLDER}/.{name}', 'w', encoding='ascii') as file:
        file.write(address)
    os.replace(f'{FOLDER}/.{name}', path)


def forget(name):
    try:
        os.remove(f'{FOLDER}/{name}')
    except FileNotFoundError:
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    timeout = 10

    def setup(self):
        # Here, not where connections are accepted: a caller that does not go on keeps nobody waiting.
        self.request.settimeout(self.timeout)
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self):
        super().finish()
        self.request.close()

    def do_PUT(self):
        self.take(self.put)

    def do_DELETE(self):
        self.take(lambda name, said: forget(name))

    def put(self, name, said):
        address = f'{self.client_address[0]}:{PORT}'
        if said.strip() != address.encode():
            raise Refused(f'{name} said {said.decode(errors="replace") or "nothing"}; it may say {address} alone')
        enter(name, address)

    def take(self, act):
        length = self.headers.get('Content-Length', '')
        # Read in any case: what is left unread would reset the connection before the answer arrives.
        said = self.rfile.read(min(int(length), 4096)) if re.fullmatch('[0-9]{1,9}', length) else b''
        caller, path = self.client_address[0], PATH.fullmatch(self.path)
        if not path:
            return self.answer(404, 'PUT or DELETE /webapps/<name>')
        try:
            name = announcer(self.connection.getpeercert(), caller)
            if name != path[1]:
                raise Refused(f'{name} may not speak for {path[1]}')
            act(name, said)
        except Refused as refused:
            tell(caller, str(refused))
            return self.answer(403, str(refused))
        TOLD.pop(caller, None)
        self.answer(204, '')

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        if body:
            self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass  # what is refused tells itself


def tell(caller, reason):
    """Once, not each time that it is tried again."""
    if TOLD.get(caller) != reason:
        if len(TOLD) > 1000:
            TOLD.clear()
        TOLD[caller] = reason
        log('refused:', reason)


def main():
    port = int(os.environ.get('ROTA_ANNOUNCEMENTS_PORT', '8443'))
    server = BoundedServer((os.environ.get('ROTA_ANNOUNCEMENTS_BIND', ''), port), Handler)
    server.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=f'{TLS}/ca.crt')
    server.tls.verify_mode = ssl.CERT_REQUIRED
    server.tls.load_cert_chain(f'{TLS}/node.crt', f'{TLS}/node.key')
    server.serve_forever()


if __name__ == '__main__':
    main()
