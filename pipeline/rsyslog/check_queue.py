"""Looks at a disk queue before rsyslogd starts: check_queue.py <work folder> <queue> <ruleset> <host>.
check_queue.py --look <work folder> <queue> says as JSON what it finds, and changes nothing.

After a power cut the .qi may be empty, half or gone, and segments cut or full of zeros; rsyslog 8.2302 then forgets what stands in them, or
takes nothing new, without a word. Where index and segments do not fit together, each message that stands whole in a segment goes into a
new queue; the old files are moved aside, and an event at its end says so (`event.action: queue_damaged`).
A queue that is sound is left alone. The form of the files: rsyslog's runtime/obj.c, runtime/stream.c.
"""
import glob
import json
import os
import re
import sys
import time
import uuid

BEGIN, END = b'<Obj:1:msg:1:\n', b'>End\n.\n'
FIELD = re.compile(rb'\+([\w.$!-]+):(\d):(\d+):')
SEGMENT = 16 * 1024 * 1024
# A message of no text at all has its times and names.
SMALLEST = 250


def whole_message(data, at):
    """Where the object that begins at `at` ends; None when it is not whole."""
    begin = at
    at += len(BEGIN)
    while True:
        if data.startswith(END, at):
            end = at + len(END)
            # No text of rsyslog holds a NUL: a block that was never written does.
            return end if b'\0' not in data[begin:end] else None
        field = FIELD.match(data, at)
        if not field:
            return None
        at = field.end() + int(field[3])
        if data[at:at + 2] != b':\n':
            return None
        at += 2


def messages(data):
    """(begin, end) of each whole message, in order, whatever stands between them."""
    found, at = [], data.find(BEGIN)
    while at != -1:
        end = whole_message(data, at)
        if end is not None:
            found.append((at, end))
        at = data.find(BEGIN, end if end is not None else at + 1)
    return found


def read_index(path):
    """What the .qi says: messages, and (file, offset) of writing and reading; None when it says nothing that can be read."""
    try:
        with open(path, 'rb') as file:
            text = file.read().decode('latin1')
    except OSError:
        return None
    numbers = {name: [int(value) for value in re.findall(rf'^\+{name}:2:\d+:(\d+):$', text, re.M)]
               for name in ('iQueueSize', 'iCurrFNum', 'iCurrOffs')}
    if [len(values) for values in numbers.values()] != [1, 2, 2] or text.count('>End\n.\n') != 3:
        return None
    write, read = zip(numbers['iCurrFNum'], numbers['iCurrOffs'])
    return numbers['iQueueSize'][0], write, read


def number_of(path):
    return int(path.rsplit('.', 1)[1])


def look(folder, queue):
    """(whole messages, whether index and segments fit, at most so many lost or None where nobody can know, segments)"""
    segments = sorted((path for path in glob.glob(f'{folder}/{queue}.*') if path.rsplit('.', 1)[1].isdigit()), key=number_of)
    index = read_index(f'{folder}/{queue}.qi')
    if not segments and not os.path.exists(f'{folder}/{queue}.qi'):
        return [], True, 0, segments
    size, write, read = index or (0, (0, 0), (0, 0))
    wanted = range(read[0], write[0] + 1) if index and read != write else []
    fits = index is not None and all(number in map(number_of, segments) for number in wanted)
    kept, odd, sure, behind = [], 0, 0, 0
    for path in segments:
        with open(path, 'rb') as file:
            data = file.read()
        number = number_of(path)
        if index and number < read[0]:
            continue
        at = read[1] if index and number == read[0] else 0
        # What was written behind the index's own place was acknowledged to nobody; it goes on all the same, once something else is amiss.
        end_of_sure = len(data) if index is None or number < write[0] else write[1] if number == write[0] else 0
        if len(data) < end_of_sure:
            fits = False
        for begin, end in messages(data):
            if begin < at:
                continue
            odd += max(0, min(begin, end_of_sure) - at)
            behind += max(0, begin - max(at, end_of_sure))
            sure += end <= end_of_sure
            kept.append(data[begin:end])
            at = end
        odd += max(0, end_of_sure - at)  # what is cut off, too
        behind += max(0, len(data) - max(at, end_of_sure))
    if index is None:
        return kept, False, None, segments  # nobody knows how long the segments were
    # What stands whole behind the index's place takes the place of nothing that it counts; what is broken there may have been something.
    lost = max(size - sure, -(-odd // SMALLEST)) + -(-behind // SMALLEST)
    return kept, fits and odd == 0, lost, segments


def field(name, kind, value):
    raw = str(value).encode()
    return b'+%s:%d:%d:%s:\n' % (name.encode(), kind, len(raw), raw)


def told(queue, ruleset, host, words):
    """A message of this rsyslog's own, as the queue holds it."""
    now = time.gmtime()
    stamp = f'2:{now.tm_year}:{now.tm_mon}:{now.tm_mday}:{now.tm_hour}:{now.tm_min}:{now.tm_sec}:0:6:+:0:0'
    text = json.dumps(words)
    raw = f'<43>1 {time.strftime("%Y-%m-%dT%H:%M:%SZ", now)} {host} rota-queue - - - {text}'
    own = {'id': uuid.uuid4().hex.upper(), 'dataset': 'rota.pipeline', 'd': 'rota.pipeline', 'h': host}
    return b''.join([
        BEGIN, field('iProtocolVersion', 2, 1), field('iSeverity', 2, 3), field('iFacility', 2, 5), field('msgFlags', 2, 32),
        field('ttGenTime', 2, int(time.time())), field('tRcvdAt', 3, stamp), field('tTIMESTAMP', 3, stamp), field('pszTAG', 1, ''),
        field('pszRawMsg', 1, raw), field('pszHOSTNAME', 1, host), field('pszInputName', 1, 'rsyslogd'),
        field('pszRcvFrom', 1, host), field('pszRcvFromIP', 1, '127.0.0.1'), field('pszStrucData', 1, '-'),
        field('json', 1, json.dumps(own)), field('pCSAPPNAME', 1, 'rota-queue'), field('pCSPROCID', 1, '-'),
        field('pCSMSGID', 1, '-'), field('pszRuleset', 1, ruleset),
        field('offMSG', 2, len(raw.encode()) - len(text.encode())), END])


def stream(number, queue, offset, reads):
    return b''.join([
        b'<Obj:1:strm:1:\n', field('iCurrFNum', 2, number), field('pszFName', 1, queue), field('iMaxFiles', 2, 10000000),
        field('bDeleteOnClose', 2, int(reads)), field('sType', 2, 1), field('tOperationsMode', 2, 1 if reads else 2),
        field('tOpenMode', 2, 384), field('iCurrOffs', 2, offset), field('inode', 2, 0), field('strtOffs', 2, 0),
        field('bPrevWasNL', 2, 0), END])


def rebuild(folder, queue, kept, segments):
    """Puts the messages into a queue of their own in the old one's place; the old files are moved aside. Returns where."""
    made = f'{folder}/{queue}.rebuilt'
    os.makedirs(made, exist_ok=True)
    parts, size = [[]], 0
    for message in kept:
        if size > SEGMENT:
            parts.append([])
            size = 0
        parts[-1].append(message)
        size += len(message)
    for number, part in enumerate(parts, 1):
        write(f'{made}/{queue}.{number:08}', b''.join(part))
    last = sum(len(message) for message in parts[-1])
    write(f'{made}/{queue}.qi', b''.join([
        b'<OPB:1:qqueue:1:\n', field('iQueueSize', 2, len(kept)),
        field('tVars.disk.sizeOnDisk', 2, sum(len(message) for message in kept)), END,
        stream(len(parts), queue, last, False), stream(1, queue, 0, True)]))
    aside = f'{folder}/{queue}.damaged-{time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())}'
    os.makedirs(aside)
    for path in [*segments, f'{folder}/{queue}.qi']:
        if os.path.exists(path):
            os.replace(path, f'{aside}/{os.path.basename(path)}')
    for path in sorted(glob.glob(f'{made}/*')):  # the .qi last: digits stand before letters
        os.replace(path, f'{folder}/{os.path.basename(path)}')
    os.rmdir(made)
    return aside


def write(path, data):
    with open(path, 'wb', opener=lambda *at: os.open(*at, 0o600)) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def main(folder, queue, ruleset, host):
    kept, fits, lost, segments = look(folder, queue)
    if fits:
        return
    at_most = 'it is not known how many are lost' if lost is None else f'at most {lost} are lost'
    message = f'The queue {queue} of {host} was damaged: {len(kept)} messages were whole and go on, {at_most}.'
    words = {'name': queue, 'origin': 'rota.queue', 'message': message, 'recovered': len(kept)}
    if lost is not None:
        words['lost_at_most'] = lost
    aside = rebuild(folder, queue, [*kept, told(queue, ruleset, host, words)], segments)
    print(f'rota: {message} The files as they were are in {aside}.', file=sys.stderr)


def say(folder, queue):
    kept, fits, lost, segments = look(folder, queue)
    print(json.dumps({'fits': fits, 'whole': len(kept), 'lost_at_most': lost,
                      'bytes': sum(os.path.getsize(path) for path in segments)}))


if __name__ == '__main__':
    if sys.argv[1] == '--look':
        say(*sys.argv[2:4])
    else:
        main(*sys.argv[1:5])
