"""An HTTP server whose work has bounds: no caller can keep it from the others, nor fill this machine's memory.

One request a connection. An address has so many connections at a time, all have so many together; what is beyond is closed. Each
connection ends after DEADLINE seconds, however slowly it speaks.
"""
import http.server
import os
import socket
import sys
import threading

PER_ADDRESS, TOGETHER, DEADLINE = 4, 256, float(os.environ.get('ROTA_DEADLINE', '30'))


class BoundedServer(http.server.ThreadingHTTPServer):
    request_queue_size = 64

    def __init__(self, *arguments):
        self.lock, self.open = threading.Lock(), {}
        super().__init__(*arguments)

    def process_request(self, request, client_address):
        with self.lock:
            mine = self.open.get(client_address[0], 0)
            if mine >= PER_ADDRESS or sum(self.open.values()) >= TOGETHER:
                return self.shutdown_request(request)
            self.open[client_address[0]] = mine + 1
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no thread to be had
            self.ended(client_address)
            self.shutdown_request(request)

    def process_request_thread(self, request, client_address):
        try:
            # A descriptor of its own: TLS takes the socket's away.
            with request.dup() as connection:
                end = threading.Timer(DEADLINE, shut, [connection])
                end.start()
                try:
                    super().process_request_thread(request, client_address)
                finally:
                    end.cancel()
        finally:
            self.ended(client_address)

    def ended(self, client_address):
        with self.lock:
            self.open[client_address[0]] -= 1
            if not self.open[client_address[0]]:
                del self.open[client_address[0]]

    def handle_error(self, request, client_address):
        log(client_address[0], sys.exc_info()[1])


def shut(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has ended meanwhile


# A caller's words as one line that does nothing to a terminal.
def printable(text):
    return ''.join(each if each.isprintable() else '?' for each in str(text))[:300]


def log(*words):
    print(*(printable(word) for word in words), file=sys.stderr, flush=True)
