// What comes of a command: its result, or why it was refused.
import { type ErrorCode, sentence } from '../../protocol/index.ts';
import type { FromCoordinator } from '../link/index.ts';
import { type ProcessMetrics, rejectionCode } from '../observe/index.ts';

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

/** What counts refusals. */
export type AnswerMetrics = Pick<ProcessMetrics<'coordinator'>, 'count'>;

/** Where answers for a session go. */
interface AnswerTo {
  readonly link: { send(message: FromCoordinator): void } | undefined;
  readonly connection: number;
}

/** Answers a command, of a room or of the lobby. Every refusal goes this way, and is counted. */
export function sendAnswer(
  metrics: AnswerMetrics,
  { link, connection }: AnswerTo,
  room: number,
  seq: number,
  answer: Answer,
): void {
  if (!link) return;
  if (answer.kind === 'result') {
    link.send({ type: 'result', connection, room, seq, value: answer.value });
    return;
  }
  const { code, text } = answer;
  metrics.count('commandsRejected', 1, { code: rejectionCode(code) });
  link.send({ type: 'rejected', connection, room, seq, code, text });
}
