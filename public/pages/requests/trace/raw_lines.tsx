import { EuiCodeBlock, EuiLink } from '@elastic/eui';
import React from 'react';
import { asText } from '../../../format/bytes';
import { formatBytes, formatCount, formatMs } from '../../../format/numbers';
import { useDiscover } from '../../../hooks/use_discover';
import { SUBJECTS } from '../../../test_subjects';
import type { TraceAnswer } from './use_trace';

const UNTIL_SENT =
  'From the line’s own time until the indexer sent it. It can be searched at Elasticsearch’s next refresh: 1 s at most by default.';

const SAME_CONNECTION =
  'nginx’s error log knows no request id. This line is of the same host, connection, method and path, and its second lies in the request’s time.';

/** The lines as they were written, by hop: text only, control characters written out. */
export function RawLines({ trace: { lines, joined_by, request_id } }: { trace: TraceAnswer }) {
  const discover = useDiscover(`http.request.id : "${request_id ?? ''}"`);
  const byConnection = lines.filter(({ by_connection }) => by_connection).length;
  const how = joined_by === 'near_in_time' ? 'near in time' : `joined by ${joined_by ?? 'nothing'}`;
  return (
    <div className="rotaRawLines" data-test-subj={SUBJECTS.rawLines}>
      <p className="rotaFine">
        {lines.length} lines of {new Set(lines.map(({ host }) => host)).size} hosts, {how}
        {byConnection > 0 && `, ${formatCount(byConnection)} of them by nginx’s connection and time`}
        {discover !== null && request_id !== null && (
          <>
            {' · '}
            <EuiLink href={discover}>in Discover</EuiLink>
          </>
        )}
      </p>
      {lines.map((line) => (
        <div key={line.id}>
          <div className="rotaRawLines__head">
            <strong>{line.host}</strong> <code className="rotaCode">{line.dataset}</code>
            {line.by_connection && (
              <span className="rotaFine" title={SAME_CONNECTION}>
                same connection
              </span>
            )}
            <span className="rotaToolbar__space" />
            <span className="rotaFine">
              {formatBytes(line.bytes)}
              {line.sent_after_ms !== null && (
                <span title={UNTIL_SENT}> · sent to Elasticsearch after {formatMs(line.sent_after_ms)}</span>
              )}
            </span>
          </div>
          <EuiCodeBlock isCopyable paddingSize="s" fontSize="s" whiteSpace="pre-wrap" overflowHeight={180}>
            {asText(new TextEncoder().encode(line.original))}
          </EuiCodeBlock>
        </div>
      ))}
    </div>
  );
}
