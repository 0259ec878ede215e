import { EuiButtonEmpty, EuiButtonGroup, EuiCodeBlock, EuiSkeletonText } from '@elastic/eui';
import React from 'react';
import { asHex, asText, fromBase64 } from '../../format/bytes';
import { formatBytes, formatCount } from '../../format/numbers';
import { useRotaQuery } from '../../hooks/use_rota_query';
import { usePageParam } from '../../hooks/use_scope';
import { SUBJECTS } from '../../test_subjects';

const VIEWS = [
  { id: 'text', label: 'Text' },
  { id: 'hex', label: 'Hex' },
  { id: 'base64', label: 'Base64' },
];

/** The route pages no further (common/api/delivery.ts). */
const MOST_LETTERS = 9_001;

/** The originals of one reason, one at a time, as the bytes that rsyslog received. */
export function DeadLetterOriginals({ reason }: { reason: string }) {
  const [nth, setNth] = usePageParam('dead_letter_n');
  const [viewParam, setView] = usePageParam('dead_letter_view');
  const wanted = Number(nth ?? 1);
  const offset = Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_LETTERS ? wanted - 1 : 0;
  const setOffset = (next: number) => setNth(next === 0 ? null : String(next + 1));
  const view = VIEWS.find(({ id }) => id === viewParam)?.id ?? 'text';
  const { data, error } = useRotaQuery('delivery', {
    parts: ['dead_letter'],
    dead_letter: { reason, offset, size: 1 },
  });
  const page = data?.data.dead_letter;
  const letter = page?.items[0];
  if (error && !data) return <p className="rotaFine">{error.message}</p>;
  if (!page) return <EuiSkeletonText lines={2} />;
  if (!letter) {
    return (
      <p className="rotaFine">
        There is no line {formatCount(offset + 1)} of this reason, but {formatCount(page.total)}.{' '}
        <button type="button" className="rotaLinkButton" onClick={() => setOffset(0)}>
          Show the first
        </button>
      </p>
    );
  }
  const bytes = fromBase64(letter.raw_base64);
  const shown = view === 'hex' ? asHex(bytes) : view === 'base64' ? letter.raw_base64 : asText(bytes);
  return (
    <div className="rotaOriginal" data-test-subj={SUBJECTS.deadLetterOriginal}>
      <div className="rotaOriginal__bar">
        <EuiButtonGroup
          legend="How the bytes are shown"
          buttonSize="compressed"
          options={VIEWS}
          idSelected={view}
          onChange={(id) => setView(id === 'text' ? null : id)}
        />
        <span className="rotaFine">
          {formatCount(offset + 1)} of {formatCount(page.total)} · {formatBytes(letter.bytes)} as rsyslog received them
          · control characters written out, nothing is rendered
        </span>
        <EuiButtonEmpty size="xs" iconType="arrowLeft" isDisabled={offset === 0} onClick={() => setOffset(offset - 1)}>
          Previous
        </EuiButtonEmpty>
        <EuiButtonEmpty
          size="xs"
          iconType="arrowRight"
          iconSide="right"
          isDisabled={offset + 1 >= Math.min(page.total, MOST_LETTERS)}
          onClick={() => setOffset(offset + 1)}
        >
          Next
        </EuiButtonEmpty>
        <EuiButtonEmpty size="xs" iconType="download" onClick={() => download(bytes, `${letter.id}.bin`)}>
          Download bytes
        </EuiButtonEmpty>
      </div>
      <EuiCodeBlock isCopyable paddingSize="s" fontSize="s" whiteSpace="pre-wrap" overflowHeight={240}>
        {shown}
      </EuiCodeBlock>
    </div>
  );
}

function download(bytes: Uint8Array, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
