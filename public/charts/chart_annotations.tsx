import { AnnotationDomainType, LineAnnotation, Position, RectAnnotation } from '@elastic/charts';
import React from 'react';
import type { Annotation } from '../../common/api';
import { useTimeFormat } from '../hooks/use_time_format';
import { useRotaTheme } from '../theme/use_rota_theme';
import { annotationStyle, type PlacedAnnotation, placeAnnotations } from './annotation_style';

/** Deploys and pool events on a time chart: a line where it began, a tint while it lasted. */
export function ChartAnnotations({
  annotations,
  from,
  to,
  width,
  bare = false,
}: {
  annotations: Annotation[];
  from: number;
  to: number;
  width: number;
  /** Lines alone, in a low chart under another that has the words. */
  bare?: boolean;
}) {
  const theme = useRotaTheme();
  const time = useTimeFormat();
  const placed = placeAnnotations(annotations, from, to, width).map(
    (annotation): PlacedAnnotation => (bare ? { ...annotation, marker: 'line' } : annotation),
  );
  return (
    <>
      {placed.map((annotation) => {
        const { colour, fill, dashed } = annotationStyle(annotation.kind, theme);
        const id = `${annotation.kind}-${annotation.from}-${annotation.hosts.join()}`;
        const end = Math.min(annotation.to ?? to, to);
        const start = Math.max(annotation.from, from);
        return (
          <React.Fragment key={id}>
            {end > start && (
              <RectAnnotation
                id={`rect-${id}`}
                dataValues={[{ coordinates: { x0: start, x1: end }, details: annotation.label }]}
                style={{ fill, opacity: theme.dark ? 0.22 : 0.13, strokeWidth: 0 }}
                zIndex={-1}
              />
            )}
            <LineAnnotation
              id={`line-${id}`}
              domainType={AnnotationDomainType.XDomain}
              dataValues={[{ dataValue: start, header: time.second(annotation.from), details: annotation.label }]}
              style={{ line: { stroke: colour, strokeWidth: 1.5, opacity: 1, ...(dashed ? { dash: [4, 3] } : {}) } }}
              marker={<Marker annotation={annotation} colour={colour} />}
              markerPosition={Position.Top}
            />
          </React.Fragment>
        );
      })}
    </>
  );
}

function Marker({ annotation, colour }: { annotation: PlacedAnnotation; colour: string }) {
  if (annotation.marker === 'label') {
    return (
      <span className="rotaMarker" style={{ color: colour, borderColor: colour }}>
        {annotation.label}
      </span>
    );
  }
  if (annotation.marker === 'number') {
    return (
      <span className="rotaMarkerAnchor">
        <EventNumber n={annotation.numbers} colour={colour} />
      </span>
    );
  }
  return <span />;
}

/** The number (or, of a group, the numbers) that ties lanes, list and charts together. */
export function EventNumber({ n, colour }: { n: number | string; colour: string }) {
  return (
    <span className="rotaEventNumber" style={{ background: colour }}>
      {n}
    </span>
  );
}
