import type { DeliveryData, DeliveryRequest, Run } from '../../../common/api';
import type { Context } from '../../context';
import { damagedQueuesSearch } from '../../elasticsearch/delivery/damaged_queues';
import { deadLettersSearch, originalsSearch } from '../../elasticsearch/delivery/dead_letters';
import { askOne } from '../../elasticsearch/delivery/typed_search';
import { timelineOf, windowOf } from '../../search/timeline';
import { flowOf, outagesOf } from './flow';
import { judge } from './judge';
import { lastLineSearch } from './last_line';
import { openRun } from './open_run';
import { countedOf, listed, viewsOf } from './overview';
import { deliveryScope } from './scope';

/** `POST delivery`: which runs there are, then their whole lives; more only of runs in which something is absent. */
export async function answerDelivery(query: DeliveryRequest, context: Context): Promise<DeliveryData> {
  const { namespace, in_flight_s } = context.settings;
  const timeline = timelineOf(query.from, query.to, query.buckets, 30);
  const scope = await deliveryScope(query, context);
  const asked = query.parts.includes('run') ? query.run : undefined;
  const whole = query.parts.includes('overview');
  const letter = query.parts.includes('dead_letter') ? query.dead_letter : undefined;
  const [last, originals, outages, flow, letters, damaged, judged] = await Promise.all([
    askOne(context, 'last', lastLineSearch(query, namespace)),
    letter ? askOne(context, 'originals', originalsSearch(query, letter, namespace)) : null,
    whole || asked ? outagesOf(timeline, context) : [],
    whole ? flowOf(timeline, scope.lag, context) : null,
    whole ? askOne(context, 'letters', deadLettersSearch(query, namespace)) : null,
    whole ? askOne(context, 'damaged', damagedQueuesSearch(query, namespace)) : null,
    whole || asked ? judge({ timeline, asked: asked?.id, whole, filter: scope.runs }, context) : null,
  ]);
  const runs = judged?.inRange ?? [];
  const opened = judged?.all.find(({ life }) => life.id === asked?.id);
  const shown = whole ? listed(runs, query.run_state) : [];
  const chosen = new Set([...shown, ...runs.slice(0, 1), ...(opened ? [opened] : [])]);
  const views = await viewsOf(chosen, opened, context);
  const viewOf = ({ life }: { life: { id: string } }): Run => views.get(life.id)!;
  // Dead letters have no fields to search: where a search matches no run, they are not what was asked for.
  const searched = query.kql.trim() !== '' || query.filters.length > 0;
  const beside = (letters?.total ?? 0) + (damaged?.total ?? 0);
  const something = runs.length > 0 || (beside > 0 && !searched) || !whole;
  return {
    state: something ? 'ok' : last.state,
    last_line_at: last.newest,
    window: windowOf(timeline, context.now - in_flight_s * 1000),
    overview:
      flow && letters && damaged && judged
        ? {
            ...countedOf(runs, shown.map(viewOf), judged.unjudged, {
              worst: runs[0] ? viewOf(runs[0]) : null,
              state: query.run_state,
              duplicates: flow.conflicts,
              damaged,
            }),
            ...flow.shown,
            outages,
            dead_letters: letters.groups,
            dead_letters_total: letters.total,
            dead_letters_others: letters.others,
          }
        : null,
    run: opened ? await openRun(opened, viewOf(opened), asked?.around, outages, context) : null,
    dead_letter: originals,
  };
}
