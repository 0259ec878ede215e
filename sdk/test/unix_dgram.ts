import { loadUnixDgram } from '../src/net/unix_socket.js';

/** Why unix sockets cannot be tested on this machine, with the mend; undefined when they can. Tests put it in their name. */
export const noUnixDgram = obstacle();

function obstacle(): string | undefined {
  try {
    loadUnixDgram();
    return undefined;
  } catch {
    const reason =
      'SKIPPED: the native module unix-dgram is not built here; install python3, make and g++, then npm rebuild unix-dgram';
    console.warn(`Tests of unix sockets are ${reason}`);
    return reason;
  }
}

/** A test's name that says so when it is skipped. */
export const needsUnixDgram = (name: string): string => (noUnixDgram === undefined ? name : `${name} (${noUnixDgram})`);
