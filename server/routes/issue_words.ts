import { type ZodIssue, ZodIssueCode } from 'zod';

/** What is wrong with a field of a question, as one would say it; zod's own words are about schemas. */
export function issueWords(issue: ZodIssue): string {
  const path = issue.path.join('.') || 'body';
  return `${path}: ${wordsOf(issue)}`;
}

function wordsOf(issue: ZodIssue): string {
  switch (issue.code) {
    case ZodIssueCode.too_big: {
      const most = Number(issue.maximum).toLocaleString('en-US');
      if (issue.type === 'array') return `may hold at most ${most}`;
      return issue.type === 'string' ? `may have at most ${most} characters` : `may be at most ${most}`;
    }
    case ZodIssueCode.too_small: {
      const least = Number(issue.minimum).toLocaleString('en-US');
      if (issue.type === 'array') return `must hold at least ${least}`;
      return issue.type === 'string' ? `must have at least ${least} characters` : `must be at least ${least}`;
    }
    case ZodIssueCode.invalid_type:
      return issue.received === 'undefined'
        ? 'is missing'
        : `must be of the type ${issue.expected}, not ${issue.received}`;
    case ZodIssueCode.invalid_enum_value:
      return `must be one of ${issue.options.join(', ')}`;
    case ZodIssueCode.invalid_union:
      return unionWords(issue.unionErrors.map((error) => error.issues));
    case ZodIssueCode.unrecognized_keys:
      return `knows no ${issue.keys.slice(0, 5).join(', ')}`;
    default:
      return issue.message;
  }
}

/** Of the forms that something may have, the one that it is closest to: whose `op` fits, with the fewest faults. */
function unionWords(forms: ZodIssue[][]): string {
  const isOp = ({ path }: ZodIssue) => path.at(-1) === 'op';
  const fitting = forms.filter((issues) => !issues.some(isOp)).sort((a, b) => a.length - b.length)[0];
  if (!fitting) return 'has a form that is not known';
  return fitting.map((issue) => `${issue.path.at(-1) ?? ''} ${wordsOf(issue)}`.trim()).join(', ');
}
