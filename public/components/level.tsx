import React from 'react';

/** A log level (`log.level`): graver ones are framed in their colour. */
export function Level({ level, none = '–' }: { level: string | null; none?: string }) {
  return <span className={`rotaLevel rotaLevel--${levelTone(level)}`}>{level ?? none}</span>;
}

export function levelTone(level: string | null): 'danger' | 'warning' | 'calm' {
  if (level !== null && /^(emerg|alert|crit|err|fatal)/i.test(level)) return 'danger';
  return level !== null && /^warn/i.test(level) ? 'warning' : 'calm';
}
