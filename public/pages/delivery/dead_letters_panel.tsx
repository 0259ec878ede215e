import { EuiButtonEmpty } from '@elastic/eui';
import React from 'react';
import type { DeliveryOverview } from '../../../common/api';
import { Panel } from '../../components/panel';
import { asText } from '../../format/bytes';
import { formatCount, plural } from '../../format/numbers';
import { useIsNarrowed, usePageParam } from '../../hooks/use_scope';
import { useTimeFormat } from '../../hooks/use_time_format';
import { SUBJECTS } from '../../test_subjects';
import { DeadLetterOriginals } from './dead_letter_originals';

type Group = DeliveryOverview['dead_letters'][number];

/** Lines that were kept whole because they could not be parsed or were refused. */
export function DeadLettersPanel({ overview, stale }: { overview: DeliveryOverview; stale: boolean }) {
  const [open, setOpen] = usePageParam('dead_letter');
  const [, setNth] = usePageParam('dead_letter_n');
  const show = (reason: string | null) => {
    setOpen(reason);
    setNth(null);
  };
  // What could not be read names no service.
  const ofAll = useIsNarrowed() ? '. They name no service: these are all of the window' : '';
  const { dead_letters: groups, dead_letters_total: total, dead_letters_of_runs: ofRuns } = overview;
  return (
    <Panel
      id="dead_letters"
      title="Dead letters"
      question={
        total === 0
          ? 'Lines that could not be indexed would stand here, with their bytes'
          : `${plural(total, 'line')} kept whole, for ${total === 1 ? 'it' : 'they'} could not be indexed; ${formatCount(ofRuns)} of them from runs above${ofAll}`
      }
      stale={stale}
    >
      {groups.length === 0 ? (
        <p className="rotaFine">None in this window.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className="rotaScroll" aria-label="Rows of the dead letters" tabIndex={0}>
          <table className="rotaTable rotaTable--rows rotaDeadLetters" data-test-subj={SUBJECTS.deadLetters}>
            <thead>
              <tr>
                <th scope="col">Reason</th>
                <th scope="col" className="rotaNumeric">
                  Lines
                </th>
                <th scope="col">Data set</th>
                <th scope="col">From</th>
                <th scope="col">Input</th>
                <th scope="col">Last</th>
                <th scope="col">Example line</th>
                <th scope="col">
                  <span className="euiScreenReaderOnly">Original</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {groups.map((group) => (
                <GroupRow key={group.reason} group={group} open={open === group.reason} onOpen={show} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {overview.dead_letters_others > 0 && (
        <p className="rotaFine">and {plural(overview.dead_letters_others, 'line')} of other reasons</p>
      )}
    </Panel>
  );
}

function GroupRow({ group, open, onOpen }: { group: Group; open: boolean; onOpen(reason: string | null): void }) {
  const time = useTimeFormat();
  const example = asText(new TextEncoder().encode(group.example));
  return (
    <>
      <tr>
        <td>
          <strong>{group.reason}</strong> {group.detail && <span className="rotaFine">{group.detail}</span>}
        </td>
        <td className="rotaNumeric">{formatCount(group.count)}</td>
        <td>{group.datasets.join(', ') || '–'}</td>
        <td>{group.from.join(', ') || '–'}</td>
        <td>{group.inputs.join(', ') || '–'}</td>
        <td title={time.full(group.last)}>{time.second(group.last)}</td>
        <td className="rotaDeadLetters__example" title={example}>
          <code className="rotaCode">{example}</code>
        </td>
        <td>
          <EuiButtonEmpty
            size="xs"
            iconType={open ? 'eyeClosed' : 'eye'}
            aria-expanded={open}
            aria-label={`${open ? 'Hide' : 'Show'} the originals: ${group.reason}`}
            onClick={() => onOpen(open ? null : group.reason)}
          >
            {open ? 'Hide' : 'Show original'}
          </EuiButtonEmpty>
        </td>
      </tr>
      {open && (
        <tr className="rotaRuns__detail">
          <td colSpan={8}>
            <DeadLetterOriginals reason={group.reason} />
          </td>
        </tr>
      )}
    </>
  );
}
