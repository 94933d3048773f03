// Events and refusals of the games and the lobby as sentences for the player.
import { CONNECT_FOUR } from './four.ts';
import { nameOf } from './shown-text.ts';

type Data = Readonly<Record<string, unknown>>;

const sentences: Readonly<Record<string, (data: Data) => string>> = {
  banked: ({ amount, total }) => `You banked ${amount} gold, ${total} in all.`,
  hit: ({ by, lost }) => `${by ? nameOf(String(by)) : 'Someone'} hit you: ${lost} gold lost.`,
  robbed: ({ name, lost }) => `You hit ${nameOf(String(name))}, who dropped ${lost} gold.`,
  'killed-rat': ({ gold }) =>
    Number(gold) > 0 ? `You killed a rat that had ${gold} gold.` : 'You killed a rat.',
  matched: ({ game }) =>
    game === CONNECT_FOUR ? 'An opponent was found.' : 'All players of your match were found.',
  unmatched: ({ text }) => String(text),
  storage: ({ text }) => String(text),
};

/** What a key held down brings about all the time, and the picture shows anyway. */
const quietCodes: readonly string[] = ['WALL', 'STUNNED', 'TOO_SOON'];

/** An event of a game, told; one that is not known by its name and data. */
export function eventText(name: string, data: unknown): string {
  const sentence = Object.hasOwn(sentences, name) ? sentences[name] : undefined;
  if (sentence) return sentence(dataOf(data));
  return data === undefined || data === null ? name : `${name} ${JSON.stringify(data)}`;
}

/** @returns undefined for a refusal that needs no word. */
export function refusalText(code: string, text: string): string | undefined {
  return quietCodes.includes(code) ? undefined : text;
}

/** Whether an event of a room is a line of chat: a game may have events of this name too. */
export function isChat(name: string, data: unknown): boolean {
  const { from, text } = dataOf(data);
  return name === 'chat' && typeof from === 'string' && typeof text === 'string';
}

/** What chat tells, of the room or of the lobby. */
export function chatOf(data: unknown): { from: string; player: number; text: string } {
  const { from, player, text } = dataOf(data);
  return { from: String(from), player: Number(player) || 0, text: String(text) };
}

function dataOf(data: unknown): Data {
  return typeof data === 'object' && data !== null ? (data as Data) : {};
}
