import type { Annotation } from '../../common/api';
import type { RotaTheme } from '../theme/use_rota_theme';

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
  marker: 'words' | 'number' | 'line';
  /** What a number's marker shows: "4", or "4–8" when it stands for those after it, too. */
  numbers: string;
}

const CHARACTER_PX = 6.2;
const PADDING_PX = 14;
const NUMBER_PX = 20;
const NUMBERS_PX = 38;

/**
 * Decides which annotations can carry words without covering each other: from the left, each keeps its words when they
 * end before the next marker begins.
 */
export function placeAnnotations(
  annotations: readonly Annotation[],
  from: number,
  to: number,
  widthPx: number,
): PlacedAnnotation[] {
  const inside = annotations.filter((a) => a.from < to && (a.to ?? to) >= from).sort((a, b) => a.from - b.from);
  const x = (t: number) => ((Math.max(t, from) - from) / (to - from)) * widthPx;
  let freeFrom = Number.NEGATIVE_INFINITY;
  const placed = inside.map((given, i): PlacedAnnotation => {
    const annotation = { ...given, numbers: String(given.n ?? '') };
    // The detection gap belongs to the ejection that ends it.
    if (annotation.kind === 'gap') return { ...annotation, marker: 'line' };
    const centre = x(annotation.from);
    const half = (annotation.label.length * CHARACTER_PX + PADDING_PX) / 2;
    const next = inside.slice(i + 1).find(({ kind }) => kind !== 'gap');
    const nextStart = next ? x(next.from) - NUMBER_PX / 2 : widthPx + half;
    const fits = (width: number) => centre - width >= freeFrom && centre + width <= nextStart;
    if (widthPx >= 700 && fits(half) && centre - half >= -40 && centre + half <= widthPx + 40) {
      freeFrom = centre + half;
      return { ...annotation, marker: 'words' };
    }
    if (centre - NUMBER_PX / 2 >= freeFrom && annotation.n !== null) {
      freeFrom = centre + NUMBER_PX / 2;
      return { ...annotation, marker: 'number' };
    }
    return { ...annotation, marker: 'line' };
  });
  return withRanges(placed, (annotation) => x(annotation.from));
}

/** A number that stands before others without a marker of their own stands for them, where there is room to say so. */
function withRanges(placed: readonly PlacedAnnotation[], x: (a: PlacedAnnotation) => number): PlacedAnnotation[] {
  const marked = placed.flatMap((annotation, i) => (annotation.marker === 'line' ? [] : [i]));
  return placed.map((annotation, i) => {
    if (annotation.marker !== 'number' || annotation.n === null) return annotation;
    const at = marked.indexOf(i);
    const next = marked[at + 1] ?? placed.length;
    // A gap has the number of the ejection that ends it, and that has its own marker.
    const covered = placed.slice(i + 1, next).filter(({ kind }) => kind !== 'gap');
    const last = Math.max(annotation.n, ...covered.map(({ n }) => n ?? 0));
    const neighbours = [placed[marked[at - 1] ?? -1], placed[next]].filter((other) => other !== undefined);
    const room = neighbours.every((other) => Math.abs(x(other) - x(annotation)) >= NUMBERS_PX / 2 + halfOf(other));
    return last > annotation.n && room ? { ...annotation, numbers: `${annotation.n}–${last}` } : annotation;
  });
}

/** A neighbour may itself be a range. */
function halfOf({ marker, label }: PlacedAnnotation): number {
  return marker === 'words' ? (label.length * CHARACTER_PX + PADDING_PX) / 2 : NUMBERS_PX / 2;
}
