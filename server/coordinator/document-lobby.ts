// docs/LOBBY.md, from the table of the lobby's commands.
import type { TSchema } from '../../protocol/schema.ts';
import { isDeed, lobbyCommands } from './lobby-commands.ts';

const intro = `# Commands of the lobby

Generated from \`server/coordinator/lobby-commands.ts\` by \`npm run generate\`: change it there.

The lobby is room 0; [PROTOCOL.md](../protocol/PROTOCOL.md) says how a command or a call is sent there, and what answers it.
An argument with a question mark may be left out. A question changes nothing, so its answer is not kept: asked
again after a reconnect, it is answered by what is true then. A deed is done once, and its answer is kept.

| name | arguments | is | text |
|---|---|---|---|
`;

/** The document of the lobby; its path is below the root of the repository. */
export function lobbyFiles(): { path: string; content: string }[] {
  const rows = Object.entries(lobbyCommands).map(([name, { text, args }]) => {
    const kind = isDeed(name) ? 'deed' : 'question';
    return `| \`${name}\` | ${argumentsText(args)} | ${kind} | ${text} |\n`;
  });
  return [{ path: 'docs/LOBBY.md', content: intro + rows.join('') }];
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
}

interface ValueSchema {
  readonly type?: string;
  readonly anyOf?: readonly ValueSchema[];
}

function argumentsText(args: TSchema): string {
  const { properties = {}, required = [] } = args as ObjectSchema;
  const parts = Object.entries(properties).map(([name, schema]) => {
    return `\`${name}${required.includes(name) ? '' : '?'}\`: ${typeText(schema)}`;
  });
  return parts.length > 0 ? parts.join('; ') : 'none';
}

function typeText({ type, anyOf }: ValueSchema): string {
  if (anyOf) return [...new Set(anyOf.map(typeText))].join(' or ');
  return type ?? 'any value';
}
