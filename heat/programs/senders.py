"""The table of senders (ROTA_SENDERS, docs/security.md): which address may write in whose name.

An address is the server's that proved its name from there last. Servers prove it anew each minute, so that a log server that was
made anew has the whole table soon; until then a line for everyone stands in it, and nothing is refused. A server that is gone
keeps its line for a week: what it sent may wait in the queue as long. Whoever gets its address has it at once.
"""
import json
import os
import tempfile
import threading
import time

OPEN = int(os.environ.get('ROTA_SENDERS_OPEN', '900'))
KEPT = 7 * 86400
TIERS = {'frontend': ' tier=frontend', 'web': ' tier=webapp', 'log': ' tier=log', 'lb': ' tier=lb'}


def write(path, text):
    """Whole or not at all, also when the power fails; readable by the indexer."""
    with tempfile.NamedTemporaryFile('w', dir=os.path.dirname(path), prefix='.new-', encoding='ascii', delete=False) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def line(address, name):
    kind = name.split('-')[0]
    # Amphorae give themselves such names in Octavia's flow log, which a relay sends on (docs/heat.md).
    host = f'{name},amphora-*' if kind == 'lb' else name
    return f'{address} host={host}{TIERS.get(kind, "")}\n'


class Senders:
    def __init__(self, folder, state):
        self.path, self.state, self.lock = os.path.join(folder, 'table'), os.path.join(state, 'senders.json'), threading.Lock()
        self.kept, self.published = '', ''
        try:
            with open(self.state, encoding='ascii') as file:
                state = json.load(file)
            self.opened = float(state['opened'])
            self.known = {str(address): (str(name), float(told)) for address, (name, told) in state['senders'].items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):  # a new log server, or as good as new
            self.opened, self.known = time.time(), {}
        self.tidy()

    def prove(self, address, name):
        """This address is that server's: it proved it just now."""
        with self.lock:
            now = time.time()
            before, told = self.known.get(address, ('', 0.0))
            if before != name or not 0 <= now - told < 3600:
                self.known[address] = (name, now)
            self.save(now)

    def tidy(self):
        """What time alone changes: the line for everyone goes, and those of servers that are long gone."""
        with self.lock:
            now = time.time()
            self.opened = min(self.opened, now)  # the clock was set back
            for address in [address for address, (_, told) in self.known.items() if now - told > KEPT]:
                del self.known[address]
            self.save(now)

    def save(self, now):
        state = json.dumps({'opened': self.opened, 'senders': self.known})
        if state != self.kept:
            write(self.state, state)
            self.kept = state
        lines = {'127.0.0.1': line('127.0.0.1', 'log-1')}
        lines.update((address, line(address, name)) for address, (name, _) in sorted(self.known.items()))
        table = '# Written by the authority (docs/security.md).\n' + ''.join(lines.values())
        if now - self.opened < OPEN:
            table += '0.0.0.0/0 host=* tier=*  # this log server is new: servers are about to say who they are\n'
        if table != self.published:
            write(self.path, table)
            self.published = table
