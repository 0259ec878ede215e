import type { Annotation } from '../../common/api';
import type { RotaTheme } from '../theme/use_rota_theme';
import { groupEvents, numbersOf, spanOf } from './event_groups';

export interface AnnotationStyle {
  colour: string;
  /** What lies between begin and end. */
  fill: string;
  dashed: boolean;
}

/** One look for deploys and pool events on every chart. Red stays with what cost users something. */
export function annotationStyle(kind: Annotation['kind'], theme: RotaTheme): AnnotationStyle {
  const grey = { colour: theme.subdued, fill: theme.faint, dashed: true };
  switch (kind) {
    case 'outage':
    case 'all_silent':
    case 'ejected':
    case 'gap':
    case 'burst':
      return { colour: theme.dangerText, fill: theme.status.s5xx, dashed: false };
    case 'returned':
      return { colour: theme.successText, fill: theme.success, dashed: true };
    case 'deploy':
      return { colour: theme.primary, fill: theme.primary, dashed: true };
    default:
      return grey;
  }
}

export interface PlacedAnnotation extends Annotation {
  /** Words when there is room for them, else the event's number (or nothing but the line). */
  marker: 'label' | 'number' | 'line';
  /** What a number's marker shows: "4", or "4–8" when it stands for those after it, too. */
  numbers: string;
}

const CHARACTER_PX = 6.2;
const PADDING_PX = 14;
/** Words at a chart's edge may reach this far over it. */
const EDGE_PX = 40;
/** A narrower chart has numbers only. */
const WORDS_FROM_PX = 700;

/**
 * Decides which annotations carry words, which a number, and which stand behind another's ("4–8"), so that none covers
 * another. A detection gap has its tint alone: it belongs to the ejection that ends it.
 */
export function placeAnnotations(
  annotations: readonly Annotation[],
  from: number,
  to: number,
  widthPx: number,
): PlacedAnnotation[] {
  const inside = annotations.filter((a) => a.from < to && (a.to ?? to) >= from).sort((a, b) => a.from - b.from);
  const x = (a: Annotation) => ((Math.max(a.from, from) - from) / (to - from)) * widthPx;
  const named = inside.filter(({ kind }) => kind !== 'gap');
  const groups = groupEvents(
    named.filter(({ n }) => n !== null),
    x,
  );
  const taken = new Map<Annotation, [from: number, to: number]>(groups.map((group) => [group.items[0], spanOf(group)]));
  const shared = new Set(groups.filter(({ items }) => items.length > 1).flatMap(({ items }) => items));
  const worded = new Set<Annotation>();
  for (const annotation of widthPx < WORDS_FROM_PX ? [] : named.filter((each) => !shared.has(each))) {
    const half = (annotation.label.length * CHARACTER_PX + PADDING_PX) / 2;
    const [begin, end] = [x(annotation) - half, x(annotation) + half];
    const free = [...taken].every(([other, span]) => other === annotation || end <= span[0] || begin >= span[1]);
    if (!free || begin < -EDGE_PX || end > widthPx + EDGE_PX) continue;
    taken.set(annotation, [begin, end]);
    worded.add(annotation);
  }
  return inside.map((annotation): PlacedAnnotation => {
    const group = groups.find(({ items: [first] }) => first === annotation);
    const marker = worded.has(annotation) ? 'label' : group ? 'number' : 'line';
    return { ...annotation, marker, numbers: group ? numbersOf(group) : '' };
  });
}
