// The bare receiver: counts messages as cheaply as JavaScript can. Usage: sink.mjs FILE RELP_PORT TCP_PORT HTTP_PORT
// Messages of all subjects hold the text "request done" exactly once; RELP and OTLP ones are answered as well.
import { openSync, writeSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';

const [file, relpPort, tcpPort, httpPort] = process.argv.slice(2);
const fd = openSync(file, 'w');
const MARK = Buffer.from('request done');
let count = 0;
let dirty = true;
setInterval(() => {
  if (!dirty) return;
  dirty = false;
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(count);
  writeSync(fd, bytes, 0, 8, 0);
}, 5);

/** Counts the mark in a stream of chunks, also where it lies across two of them. */
function counter() {
  let tail = Buffer.alloc(0);
  return (chunk) => {
    const bytes = tail.length > 0 ? Buffer.concat([tail, chunk]) : chunk;
    let at = bytes.indexOf(MARK);
    let end = 0;
    while (at !== -1) {
      count += 1;
      end = at + MARK.length;
      at = bytes.indexOf(MARK, end);
    }
    tail = bytes.subarray(Math.max(end, bytes.length - MARK.length + 1));
    dirty = true;
  };
}

createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', counter());
}).listen(Number(tcpPort), '127.0.0.1');

// OTLP over HTTP: a request is a batch; `{}` says that all of it was accepted.
createHttpServer((request, response) => {
  request.on('data', counter());
  request.on('end', () => response.setHeader('content-type', 'application/json').end('{}'));
}).listen(Number(httpPort), '127.0.0.1');

createServer((socket) => {
  let rest = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    let out = '';
    for (;;) {
      const head = /^(\d+) (\w+) (\d+)[ \n]/.exec(bytes.latin1Slice(at, Math.min(at + 40, bytes.length)));
      if (head === null) break;
      const length = Number(head[3]);
      const end = at + head[0].length + (length === 0 ? 0 : length + 1);
      if (end > bytes.length) break;
      if (head[2] === 'open') out += `${head[1]} rsp 41 200 OK\nrelp_version=0\ncommands=syslog    \n`;
      else out += `${head[1]} rsp 6 200 OK\n`;
      if (head[2] === 'syslog') count += 1;
      at = end;
    }
    rest = bytes.subarray(at);
    dirty = true;
    if (out !== '') socket.write(out);
  });
}).listen(Number(relpPort), '127.0.0.1');
