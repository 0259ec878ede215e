/** What a KQL text means. Texts keep `*` apart from an escaped `\*`. */
export type KqlNode =
  | { type: 'and' | 'or'; children: KqlNode[] }
  | { type: 'not'; child: KqlNode }
  | { type: 'is'; field: KqlText | null; value: KqlText }
  | { type: 'range'; field: KqlText; operator: 'gt' | 'gte' | 'lt' | 'lte'; value: KqlText }
  | { type: 'nested'; path: string; child: KqlNode }
  | { type: 'all' };

/** Pieces of a literal: plain text, and wildcards between them. */
export interface KqlText {
  parts: (string | '*')[];
  wildcards: boolean[];
  quoted: boolean;
}

export function plainText({ parts }: KqlText): string {
  return parts.join('');
}

export function hasWildcard({ wildcards }: KqlText): boolean {
  return wildcards.some(Boolean);
}
