"""Send one line to the log server over RELP with TLS, with this server's certificate, and wait for its acknowledgement.

RELP (librelp's doc/relp.html): "<number> <command> <length>[ <data>]\\n"; the answer to a message is "<number> rsp …
200 OK". Prints the line's id, by which it can be found in Elasticsearch.
"""
import datetime
import os
import re
import signal
import socket
import ssl
import sys
import uuid

FOLDER = os.environ.get('ROTA_TLS_DIR', '/etc/rota/tls')
PATIENCE = int(os.environ.get('ROTA_PATIENCE', '60'))


def frame(number, command, data):
    return f'{number} {command} {len(data)}'.encode() + (b' ' + data if data else b'') + b'\n'


def read_answer(stream, number):
    """The data of the answer to a frame; librelp ends a frame with one newline after its data."""
    header = b''
    while header.count(b' ') < 3 and not header.endswith(b'\n') and len(header) < 50:
        byte = stream.read(1)
        if not byte:
            raise OSError('the connection was closed: the log server did not accept this certificate')
        header += byte
    told = re.fullmatch(rb'([0-9]{1,9}) rsp ([0-9]{1,5})\s*', header)
    data = stream.read(int(told[2]) + 1) if told and int(told[2]) else b''
    if not told or int(told[1]) != number or not data.startswith(b'200'):
        raise OSError(f'answered {header + data!r}')
    return data


def prove():
    identity = uuid.uuid4().hex
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='milliseconds')
    line = (f'<134>1 {now} {os.environ["ROTA_HOST"]} rota-boot - - [rota@32473 dataset="syslog" file="" offset="" '
            f'id="{identity}"] {os.environ["ROTA_HOST"]} is up ({identity})')
    context = ssl.create_default_context(cafile=f'{FOLDER}/ca.crt')
    context.load_cert_chain(f'{FOLDER}/node.crt', f'{FOLDER}/node.key')
    signal.alarm(PATIENCE)  # however slowly the other side speaks
    target = (os.environ['ROTA_LOG'], int(os.environ.get('ROTA_LOG_PORT', '2514')))
    with socket.create_connection(target, timeout=20) as plain:
        with context.wrap_socket(plain, server_hostname='log.rota') as tls, tls.makefile('rb') as stream:
            tls.sendall(frame(1, 'open', b'relp_version=0\nrelp_software=rota-boot\ncommands=syslog'))
            read_answer(stream, 1)
            tls.sendall(frame(2, 'syslog', line.encode()))
            read_answer(stream, 2)
            tls.sendall(frame(3, 'close', b''))
    return identity


def too_slow(*_):
    raise TimeoutError(f'not within {PATIENCE} seconds')


if __name__ == '__main__':
    signal.signal(signal.SIGALRM, too_slow)
    try:
        print(prove())
    except OSError as error:
        sys.exit(f'rota: the log server at {os.environ.get("ROTA_LOG")} acknowledged no line: {error}')
