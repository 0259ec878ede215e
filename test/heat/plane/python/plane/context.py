"""What every service of the test control plane needs: where it lives, its port, and how it says that it is ready."""
import dataclasses
import json
import os
import sys
import time
import traceback
import urllib.error
import urllib.request


@dataclasses.dataclass
class Plane:
    service: str
    directory: str
    ports: dict
    started: float

    @classmethod
    def read(cls, service, path):
        with open(path, encoding='utf-8') as file:
            settings = json.load(file)
        return cls(service, settings['directory'], settings['ports'], time.time())

    @property
    def etc(self):
        return os.path.join(self.directory, 'etc')

    def say(self, *words):
        print(f'[{self.service} {time.time() - self.started:.1f}s]', *words, flush=True)

    def serve(self, application):
        """Serve a WSGI application for ever; the line 'ready' is what the starter waits for.

        Heat's threads each keep connections open. Beyond waitress's limit of 100 it takes no more until idle ones end,
        a minute later, which Heat's engine tells as "No reply on topic engine"."""
        import waitress
        server = waitress.create_server(application, host='127.0.0.1', port=self.ports[self.service], threads=12,
                                        max_request_body_size=2**31, ident=self.service,
                                        connection_limit=5000, asyncore_use_poll=True)
        self.say('ready')
        server.run()

    def wait_for(self, service, seconds=300):
        """Wait until another service answers HTTP, with whatever status."""
        deadline = time.time() + seconds
        while time.time() < deadline:
            try:
                urllib.request.urlopen(f'http://127.0.0.1:{self.ports[service]}/', timeout=5)
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(.2)
        sys.exit(f'{self.service}: {service} did not answer within {seconds} s')

    def wait_for_file(self, name, seconds=300):
        """Wait for a marker file in the plane's run folder (the catalog was seeded, say)."""
        deadline = time.time() + seconds
        while not os.path.exists(os.path.join(self.directory, 'run', name)):
            if time.time() > deadline:
                sys.exit(f'{self.service}: {name} did not appear within {seconds} s')
            time.sleep(.1)

    def in_child(self, function):
        """Run a set-up step in a fork: it parses oslo.config's globals, which the service itself must parse afresh."""
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                function()
                code = 0
            except BaseException:  # SystemExit too: the child must never return into the parent's code
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        if status:
            sys.exit(f'{self.service}: a set-up step failed; its traceback is above')
