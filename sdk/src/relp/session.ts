/**
 * One RELP session, without any I/O: bytes from the receiver in, decisions out.
 *
 * Invariants: the session is `opening` until the receiver accepts our offers (transaction 1); only then may `syslog`
 * commands be sent, each with the next transaction number. `unanswered` counts them, the oldest is `oldest`. An answer
 * must name one of the unanswered transactions, anything else ends the session. After `serverclose` or our own `close`
 * nothing more is sent; what is unanswered at the end of a session is the caller's to send again in the next one.
 */
import { ProtocolError } from '../errors.js';
import { encodeFrame, nextTxnr, type RelpFrame, RelpParser, txnrDistance } from './frame.js';

export interface RelpHandler {
  /** The receiver accepted our offers: messages may be sent. */
  onOpen(offers: ReadonlyMap<string, string>): void;
  /** The message `index` places after the oldest unanswered one was answered; `ok` false: refused, with the reason. */
  onAnswer(index: number, ok: boolean, reason: string): void;
  /** The receiver will close the connection; take the unanswered messages elsewhere. */
  onServerClose(): void;
  /** The receiver answered our `close`. */
  onClosed(): void;
}

type State = 'new' | 'opening' | 'open' | 'closing' | 'closed';

const OK = '200 OK';

export class RelpSession {
  state: State = 'new';
  private readonly parser = new RelpParser();
  private txnr = 0;
  private oldest = 0;
  private openTxnr = 0;
  private closeTxnr = 0;

  /** `start` is the last used transaction number; other than 0 only in tests of the wrap. */
  constructor(
    private readonly handler: RelpHandler,
    private readonly software: string,
    start = 0,
  ) {
    this.txnr = start;
  }

  /** The first frame: our offers. */
  open(): string {
    this.state = 'opening';
    this.txnr = nextTxnr(this.txnr);
    this.openTxnr = this.txnr;
    return encodeFrame(this.txnr, 'open', `relp_version=0\nrelp_software=${this.software}\ncommands=syslog`);
  }

  /** The transaction number for the next message, which must then be sent. */
  take(): number {
    this.txnr = nextTxnr(this.txnr);
    if (this.oldest === 0) this.oldest = this.txnr;
    return this.txnr;
  }

  /** The frame that ends the session in an orderly way. */
  close(): string {
    this.state = 'closing';
    this.txnr = nextTxnr(this.txnr);
    this.closeTxnr = this.txnr;
    return encodeFrame(this.txnr, 'close', '');
  }

  /** The `count` oldest messages are answered and done with. */
  settle(count: number): void {
    for (let i = 0; i < count; i += 1) this.oldest = nextTxnr(this.oldest);
  }

  /** @throws ProtocolError when the receiver breaks the protocol or refuses the session. */
  receive(chunk: Buffer): void {
    this.parser.push(chunk, this.onFrame, this.onOk);
  }

  private readonly onOk = (txnr: number): void => {
    if (this.state === 'open' && txnr !== 0) this.handler.onAnswer(this.indexOf(txnr), true, OK);
    else this.onFrame({ txnr, command: 'rsp', data: OK });
  };

  private readonly onFrame = (frame: RelpFrame): void => {
    if (frame.txnr === 0) {
      // A hint. `serverclose` is the only one that asks for something; unknown ones are to be ignored.
      if (frame.command === 'serverclose') {
        this.state = 'closed';
        this.handler.onServerClose();
      }
      return;
    }
    if (frame.command !== 'rsp') {
      throw new ProtocolError(
        'ROTA_RELP_COMMAND',
        `The receiver sent the command "${frame.command}"; only answers may come from it.`,
      );
    }
    const ok = /^200(?: |$)/.test(frame.data);
    if (this.state === 'opening') this.onOffers(frame, ok);
    else if (this.state === 'closing' && frame.txnr === this.closeTxnr) this.onCloseAnswer();
    else this.handler.onAnswer(this.indexOf(frame.txnr), ok, frame.data);
  };

  private onOffers(frame: RelpFrame, ok: boolean): void {
    if (!ok || frame.txnr !== this.openTxnr) {
      throw new ProtocolError(
        'ROTA_RELP_REFUSED',
        `The receiver refused the RELP session: ${oneLine(frame.data)}. See its own log for the reason.`,
      );
    }
    const offers = parseOffers(frame.data);
    const version = offers.get('relp_version');
    const commands = (offers.get('commands') ?? '').split(',').map((c) => c.trim());
    if (version === undefined || !/^[01]$/.test(version.trim())) {
      throw new ProtocolError(
        'ROTA_RELP_VERSION',
        `The receiver offers RELP version "${version ?? ''}"; this client speaks version 0.`,
      );
    }
    if (!commands.includes('syslog')) {
      throw new ProtocolError(
        'ROTA_RELP_OFFERS',
        'The receiver does not take the "syslog" command. Allow it there (librelp: enable the syslog command).',
      );
    }
    this.state = 'open';
    this.handler.onOpen(offers);
  }

  private onCloseAnswer(): void {
    this.state = 'closed';
    this.handler.onClosed();
  }

  private indexOf(txnr: number): number {
    return this.oldest === 0 ? Number.MAX_SAFE_INTEGER : txnrDistance(this.oldest, txnr);
  }
}

/** Offers are lines `name=value` after the status line; librelp names its version `relp_version`. */
function parseOffers(data: string): Map<string, string> {
  const offers = new Map<string, string>();
  for (const line of data.split('\n').slice(1)) {
    const equals = line.indexOf('=');
    if (equals > 0) offers.set(line.slice(0, equals), line.slice(equals + 1));
    else if (line !== '') offers.set(line, '');
  }
  return offers;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 200);
}
