import { MESSAGE } from 'triple-beam';
import type { LineTaker } from '../line_taker.js';
import type { Info } from '../record/info.js';
import { recordOfInfo } from '../record/log_record.js';

/** Takes what winston hands to a transport. Where the body is a message, the text that a format made is that. Never throws. */
export function acceptInfo(engine: LineTaker, info: Info): void {
  try {
    const record = recordOfInfo(info);
    const text = info[MESSAGE];
    if (engine.body === 'message' && text !== undefined) {
      engine.log({ ...record, message: String(text), fields: undefined });
    } else engine.log(record);
  } catch (error) {
    engine.fail(error);
  }
}
