import React, { useMemo } from 'react';
import { useWidth } from '../../charts/use_width';
import type { TableData } from '../../components/data_table';
import { Panel } from '../../components/panel';
import { formatCount, formatPercent } from '../../format/numbers';
import { SUBJECTS } from '../../test_subjects';
import { useRotaTheme } from '../../theme/use_rota_theme';
import { type Flow, layoutFlow, type PlacedLink, type PlacedNode } from './flow_layout';

const NODE = 9;
const HEIGHT = 290;
/** Room for the words beside the last column. */
const WORDS = 132;
/** A 5XX share from here on is said in red. */
const MARK_FROM = 0.001;

/** Where requests went, and where 5XX came from. */
export function FlowPanel({ flow, colours, stale }: { flow: Flow; colours: Map<string, string>; stale: boolean }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const layout = useMemo(() => layoutFlow(flow, HEIGHT), [flow]);
  const column = layout.columns > 1 ? (width - WORDS - NODE) / (layout.columns - 1) : 0;
  const colourOf = (node: { name: string }) => colours.get(node.name) ?? '#98a2b3';
  const byId = new Map(layout.nodes.map((node) => [node.id, node]));
  return (
    <Panel
      id="flow"
      title="Balancer → frontend → webapp"
      question="Where did requests go, and where did 5XX come from?"
      table={() => flowTable(flow)}
      stale={stale}
    >
      <div ref={ref} data-test-subj={SUBJECTS.flow}>
        {width > 0 && (
          <svg
            width={width}
            height={layout.height + 4}
            role="img"
            aria-label="Requests from the balancer over the frontends to the webapps; the table behind it has the numbers"
          >
            {layout.links.map((link) => (
              <Ribbon
                key={`${link.from} ${link.to}`}
                link={link}
                column={column}
                colour={colourOf(byId.get(link.to)!)}
              />
            ))}
            {layout.nodes.map((node) => (
              <Node key={node.id} node={node} x={node.column * column} colour={colourOf(node)} />
            ))}
          </svg>
        )}
      </div>
    </Panel>
  );
}

function Ribbon({ link, column, colour }: { link: PlacedLink; column: number; colour: string }) {
  const { dark } = useRotaTheme();
  const x0 = link.column * column + NODE;
  const x1 = (link.column + 1) * column;
  const middle = (x0 + x1) / 2;
  const { y0, y1, height } = link;
  const d = `M${x0} ${y0}C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}V${y1 + height}C${middle} ${y1 + height} ${middle} ${y0 + height} ${x0} ${y0 + height}Z`;
  return <path d={d} fill={colour} opacity={dark ? 0.34 : 0.22} />;
}

function Node({ node, x, colour }: { node: PlacedNode; x: number; colour: string }) {
  const theme = useRotaTheme();
  const marked = node.failed_share >= MARK_FROM;
  const middle = node.y + node.height / 2;
  return (
    <g>
      <rect x={x} y={node.y} width={NODE} height={Math.max(2, node.height)} rx={1.5} fill={colour} />
      <g className="rotaHalo" fontSize={12} transform={`translate(${x + NODE + 7} ${middle - 11})`}>
        <text fill={theme.text} fontWeight={700}>
          {node.name}
        </text>
        <text y={15} fontSize={11} fill={theme.text}>
          {formatCount(node.requests)} · {formatPercent(node.share)}
        </text>
        <text y={29} fontSize={11} fill={marked ? theme.dangerText : theme.text} fontWeight={marked ? 700 : 400}>
          5XX {formatPercent(node.failed_share)}
        </text>
      </g>
    </g>
  );
}

function flowTable({ nodes, links }: Flow): TableData {
  const name = new Map(nodes.map((node) => [node.id, node.name]));
  const numeric = (title: string) => ({ name: title, numeric: true });
  return {
    caption: 'Requests from tier to tier',
    columns: [
      { name: 'From' },
      { name: 'To' },
      numeric('Requests'),
      numeric('5XX'),
      numeric('5XX share'),
      numeric('Retries'),
    ],
    rows: links.map(({ from, to, requests, failed, retries }) => [
      name.get(from) ?? from,
      name.get(to) ?? to,
      formatCount(requests),
      formatCount(failed),
      formatPercent(requests > 0 ? failed / requests : 0),
      formatCount(retries),
    ]),
  };
}
