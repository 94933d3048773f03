// What comes of a command: its result, or why it was refused.
import { type ErrorCode, sentence } from '../../protocol/index.ts';

/** What came of a call or of a refused command. */
export type Answer =
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'rejected'; readonly code: string; readonly text: string };

export function result(value: unknown): Answer {
  return { kind: 'result', value };
}

/** Refused by the server; a game refuses with codes of its own. */
export function refused(code: ErrorCode, detail?: string): Answer {
  return { kind: 'rejected', code, text: sentence(code, detail) };
}
