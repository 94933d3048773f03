// The help of a game that this client does not know: its commands, what is on the map, what it says of itself.
import { shorten, widthOf } from '../text.ts';
import type { World } from '../world.ts';
import type { AnyView } from './any-scene.ts';
import { commandText } from './command-words.ts';
import { hasMap, type LegendRow, legendOf } from './map-scene.ts';
import { aboutText } from './table-scene.ts';

export interface HelpLine {
  readonly text: string;
  readonly isTitle?: boolean;
  /** Characters of the text that look as they do on the map. */
  readonly marks?: readonly Mark[];
}

export interface AnyHelp {
  /** What the game says of itself. */
  readonly said: readonly string[];
  readonly more: readonly HelpLine[];
}

export interface Mark {
  readonly column: number;
  readonly row: LegendRow;
}

const GAP = 3;

export function anyHelp(
  world: World | undefined,
  { info, moving }: AnyView,
  columns: number,
): AnyHelp {
  const lines: HelpLine[] = [];
  const commands = info?.commands ?? [];
  if (commands.length > 0) {
    lines.push({ text: '' }, { text: 'Commands, to be typed after /', isTitle: true });
    for (const command of commands) lines.push({ text: commandText(command) });
  }
  if (world && hasMap(world)) {
    lines.push({ text: '' }, { text: 'On the map', isTitle: true });
    lines.push(...legendLines(legendOf(world, moving), columns));
  }
  const said = [info?.text ?? '', aboutText(world?.about)].filter(Boolean);
  return { said, more: lines };
}

/** As many rows of the legend in a line as there is room for. */
function legendLines(rows: readonly LegendRow[], columns: number): HelpLine[] {
  const lines: { text: string; marks: Mark[] }[] = [];
  for (const row of rows) {
    const entry = `  ${shorten(row.text, columns - 2)}`;
    let line = lines.at(-1);
    if (!line || widthOf(line.text) + GAP + widthOf(entry) > columns) {
      line = { text: '', marks: [] };
      lines.push(line);
    } else line.text += ' '.repeat(GAP);
    line.marks.push({ column: widthOf(line.text), row });
    line.text += entry;
  }
  return lines;
}
