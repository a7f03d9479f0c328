import type { z } from 'zod';

/** What is wrong with a value, as people say it, where the library speaks of types. Pure. */
export function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_big' && issue.origin === 'number') return `must be at most ${issue.maximum}`;
  if (issue.code === 'too_small' && issue.origin === 'number') return `must be at least ${issue.minimum}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map((v) => JSON.stringify(v)).join(', ')}`;
  if (issue.code === 'invalid_type' && issue.expected === 'number') return 'must be a number';
  if (issue.code === 'invalid_type' && issue.expected === 'boolean') return 'must be true or false';
  if (issue.code === 'invalid_type' && issue.expected === 'string') return 'must be a text';
  if (issue.code === 'invalid_type' && issue.expected === 'object') return 'must be an object in braces';
  if (issue.code === 'invalid_type' && issue.expected === 'array') return 'must be a list in brackets';
  if (issue.code === 'invalid_format' && issue.format === 'url')
    return 'must be an address such as https://example.org';
  if (issue.code === 'invalid_format' && issue.format === 'email') return 'must be an address such as me@example.org';
  return issue.message;
}

/** What would do, behind what is wrong; what is one of a few has named them all. */
export const exampleText = (usual: unknown): string => (typeof usual === 'number' ? `; such as ${usual}` : '');
