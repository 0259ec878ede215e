import React from 'react';
import type { HealthEvent } from '../../../common/api';
import { annotationStyle } from '../../charts/annotation_style';
import { EventNumber } from '../../charts/chart_annotations';
import { type EventGroup, groupEvents, numbersOf, widthOf } from '../../charts/event_groups';
import { useRotaTheme } from '../../theme/use_rota_theme';

/** Around the words beside a number, and each of their letters: those of a chosen event are bold. */
const GAP_PX = 14;
const LETTER_PX = 7;

interface EventFlagsProps {
  events: HealthEvent[];
  chosen: string | null;
  x(t: number): number;
  width: number;
  onChoose(id: string): void;
}

/** Numbered buttons above the lanes; the words stand beside where there is room. */
export function EventFlags({ events, chosen, x, width, onChoose }: EventFlagsProps) {
  if (width === 0) return null;
  const shown = events.filter(({ since }) => x(since) >= -1 && x(since) <= width + 1);
  const groups = groupEvents(shown, ({ since }) => x(since));
  return (
    <>
      {groups.map((group, i) => (
        <EventFlag
          key={group.items[0].id}
          group={group}
          room={(groups[i + 1]?.x ?? width + 60) - group.x}
          chosen={chosen}
          onChoose={onChoose}
        />
      ))}
    </>
  );
}

interface EventFlagProps extends Pick<EventFlagsProps, 'chosen' | 'onChoose'> {
  group: EventGroup<HealthEvent>;
  /** Pixels to the next flag. */
  room: number;
}

/** One event, or several that happened so close together that they share a button: each click chooses the next. */
function EventFlag({ group, room, chosen, onChoose }: EventFlagProps) {
  const theme = useRotaTheme();
  const { items, x } = group;
  const [first] = items;
  const last = items.at(-1) ?? first;
  const at = items.findIndex(({ id }) => id === chosen);
  const worst = items.find(({ severity }) => severity === 'danger') ?? first;
  const { colour } = annotationStyle(worst.kind, theme);
  const alone = items.length === 1;
  const text = alone ? labelOf(first) : `${items.length} events`;
  const label = alone
    ? `Event ${first.n}: ${named(first)}`
    : `Events ${first.n} to ${last.n}: ${items.map(named).join('; ')}`;
  return (
    <button
      type="button"
      className={`rotaState__flag${at >= 0 ? ' rotaState__flag--chosen' : ''}`}
      style={{ insetInlineStart: x - 9, color: colour }}
      aria-pressed={at >= 0}
      aria-label={label}
      title={alone ? undefined : items.map((event) => `${event.n} ${labelOf(event)}`).join('\n')}
      onClick={() => onChoose((items[(at + 1) % items.length] ?? first).id)}
    >
      <EventNumber n={numbersOf(group)} colour={colour} />
      {room > widthOf(group) + GAP_PX + text.length * LETTER_PX && <span>{text}</span>}
    </button>
  );
}

const named = ({ title, hosts }: HealthEvent) => [title, ...hosts].join(', ');
const labelOf = ({ title, hosts }: HealthEvent) => `${hosts.length === 1 ? `${hosts[0]} ` : ''}${title.toLowerCase()}`;
