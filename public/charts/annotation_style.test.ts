import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Annotation } from '../../common/api';
import { placeAnnotations } from './annotation_style';

const annotation = (from: number, label: string, kind: Annotation['kind'] = 'ejected'): Annotation => ({
  kind,
  from,
  to: from + 10,
  label,
  hosts: [],
  n: 1,
});

describe('annotations on a time chart', () => {
  it('never covers one marker with another, and leaves no number out', () => {
    const some = fc.array(fc.tuple(fc.integer({ min: 0, max: 999 }), fc.string({ minLength: 1, maxLength: 30 })), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(some, fc.integer({ min: 200, max: 2000 }), (list, width) => {
        const placed = placeAnnotations(
          [...list].sort(([a], [b]) => a - b).map(([from, label], i) => ({ ...annotation(from, label), n: i + 1 })),
          0,
          1000,
          width,
        );
        const spans = placed
          .filter(({ marker }) => marker !== 'line')
          .map(({ from, marker, label, numbers }) => {
            const centre = (from / 1000) * width;
            const half = (label.length * 6.2 + 14) / 2;
            if (marker === 'label') return [centre - half, centre + half] as const;
            return [centre - 9, centre + (numbers.includes('–') ? 29 : 9)] as const;
          });
        const said = placed
          .filter(({ marker }) => marker !== 'line')
          .flatMap(({ numbers }) => {
            const [first = 0, last = first] = numbers.split('–').map(Number);
            return Array.from({ length: last - first + 1 }, (_, i) => first + i);
          });
        const numbered = placed.flatMap(({ n }) => n ?? []);
        expect(said.sort()).toEqual(numbered.sort());
        for (let i = 1; i < spans.length; i++) expect(spans[i]![0]).toBeGreaterThanOrEqual(spans[i - 1]![1] - 0.001);
      }),
    );
  });

  it('says for which events a number stands when theirs would cover it', () => {
    const outs = [100, 400, 404, 408, 700].map((from, i) => ({ ...annotation(from, 'out'), n: i + 1 }));
    // The gap before 5, which 5 marks.
    const events = [...outs, { ...annotation(690, 'gap', 'gap'), n: 5 }];
    const placed = placeAnnotations(events, 0, 1000, 400);
    expect(placed.filter(({ marker }) => marker !== 'line').map(({ numbers }) => numbers)).toEqual(['1', '2–4', '5']);
  });

  it('leaves out what is not in the window, and marks a detection gap by its tint alone', () => {
    const placed = placeAnnotations(
      [annotation(-500, 'before'), annotation(100, 'gap', 'gap'), annotation(120, 'out')],
      0,
      1000,
      1000,
    );
    expect(placed.map(({ label, marker }) => [label, marker])).toEqual([
      ['gap', 'line'],
      ['out', 'label'],
    ]);
  });
});
