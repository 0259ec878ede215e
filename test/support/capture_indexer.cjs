// Stands where the indexer stands: speaks omprog's protocol, confirms everything, and keeps each line as it came.
const { appendFileSync } = require('node:fs');

// Says nothing, as while Elasticsearch is away.
if (process.env.ROTA_CAPTURE_SILENT) setInterval(() => {}, 60_000);
else listen();

function listen() {
  let rest = Buffer.alloc(0);
  // Profile `fast` reads no answers.
  const answers = process.env.ROTA_PROFILE !== 'fast';
  if (answers) process.stdout.write('OK\n');
  process.stdin.on('data', (chunk) => {
    const all = Buffer.concat([rest, chunk]);
    const end = all.lastIndexOf(10) + 1;
    rest = all.subarray(end);
    const kept = [];
    let answer = '';
    for (let at = 0; at < end; ) {
      const next = all.indexOf(10, at) + 1;
      const line = all.subarray(at, next);
      at = next;
      const isMark = /^(BEGIN|COMMIT) TRANSACTION\n$/.test(line.toString('latin1'));
      if (!isMark) kept.push(line);
      answer += isMark ? 'OK\n' : 'DEFER_COMMIT\n';
    }
    if (kept.length > 0) appendFileSync(process.env.ROTA_CAPTURE, Buffer.concat(kept));
    if (answers) process.stdout.write(answer);
  });
}
