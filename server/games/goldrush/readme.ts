// The text of README.md, the rules for people: all that the code knows is taken from the code.
import type { Game } from '../game.ts';
import { chunkText } from './chunks.ts';
import { eventTexts } from './events.ts';
import game from './index.ts';
import { kindTexts } from './kinds.ts';
import { numbers, numberTable } from './numbers.ts';
import { refusals } from './refusals.ts';

const LINE_COLUMNS = 100;

const seconds = (ticks: number): string => `${ticks / numbers.ticksPerSecond} s`;

function walkingText(): string {
  const n = numbers;
  return `A \`walk\` is one step in one of the four directions. A step takes ${n.stepTicks} ticks
(${seconds(n.stepTicks)}), and one tick more for each ${n.goldPerStepTick} gold carried, up to
${n.stepTicksMax}: gold is heavy.

A client that sees a key held sends \`walk\` again and again, at any rate. What comes before the
last step is done is not refused: the miner keeps the latest such step and takes it as soon as it
can. So the speed is the same for all, no time is lost between steps, and a turn can be asked for early.

Towards a wall a miner only turns, so that it can aim along the wall. Facing the wall already, it is
refused \`WALL\`, which a client may ignore. Miners do not stand in each other’s way.`;
}

function goldText(): string {
  const n = numbers;
  return `A new cave has ${n.goldTotal} pieces of gold. None is lost and none is doubled, whatever
dies: on the ground, carried by miners and rats, in flight (in the treasury, and on its way to the
bank) and banked they are always as many, but for the veins under “Upkeep”, and \`audit\` counts
them.

Stepping onto a pile picks it up. Stepping onto a bank tile sends all that is carried to the
player’s account; some ticks later it is there, and \`banked\` says so. The account outlives the
cave, and the server: who comes back with its key, into whichever cave, has it still. What the bank
refuses, because the account was taken over by a newer session meanwhile, goes to the treasury.
Finds are larger further from the banks: at most ${n.pileBesideBank} beside a bank, one more for each
${n.pileTilesPerPiece} tiles.

Who leaves for good drops what is carried; what is banked stays on the account.`;
}

function upkeepText(): string {
  const n = numbers;
  return `So that there is gold to be found for hours, by one player or by a thousand, banks take
upkeep. Every
${seconds(n.upkeepTicks)} the gold on the ground is counted. What it and the treasury have less than
${n.groundGold} is missing;
1/${n.upkeepParts} of that is taken from the accounts of the miners who are here, from each in
proportion to what it holds (pieces cannot be split: who pays the last one is drawn by lot). It goes
to the treasury. What they do not have is replaced by a vein, new gold, as far as those who went
have taken as much with them. At the same time
1/${n.upkeepParts} of the treasury rains: it is hidden in the cave as new finds.

So one miner alone can bank about ${n.goldTotal - n.groundGold} before upkeep
begins, and where many dig, an account shows what its
owner has banked lately. Upkeep keeps the order of the accounts, but for single pieces.`;
}

function arrowsText(): string {
  const n = numbers;
  return `A \`shoot\` turns the miner and lets an arrow fly from its tile,
${n.arrowTilesPerTick} tiles a tick and ${n.arrowRangeTiles} tiles far. It
strikes the first miner or rat on its way; walls and banks stop it. Between two shots lie
${n.bowTicks} ticks
(${seconds(n.bowTicks)}).

A miner who is hit drops 1/${n.lossParts} of the gold carried, rounded up. It scatters over
floor tiles up
to ${n.scatterTiles} tiles around, in ${n.scatterPilesMax} piles at most. The miner is stunned for
${seconds(n.stunTicks)} and then protected for ${seconds(n.protectedTicks)}: arrows
fly past. Newcomers are protected as long. Who shoots is protected no longer.

A bank is safe: no arrow flies in, and nobody shoots in it or from right beside it into it.`;
}

function ratsText(): string {
  const n = numbers;
  return `${n.ratsMax} rats live in the cave. A rat with a miner within ${n.ratWakeTiles} tiles is
awake: it runs to gold that it sees
(${n.ratSightTiles} tiles) and carries up to ${n.ratGoldMax}, and flees from a miner that it
sees. It is slower than a miner
with little gold. Killed by an arrow it drops all; every ${seconds(n.ratBirthTicks)} one is born
somewhere while some are
missing. Rats keep out of banks, and sleep where no miner is near.`;
}

function ranksText(): string {
  const n = numbers;
  return `Ranks are counted every ${seconds(n.rankTicks)} by what is banked. Equals share a
rank. With nothing banked it is 0.
\`scores\` gives the ${n.topPlaces} best and one’s own place as they were last counted.`;
}

function kindsText(): string {
  return Object.entries(kindTexts)
    .map(([kind, { text, fields }]) => {
      const types = game.entities[kind as keyof typeof kindTexts] as Record<string, unknown>;
      const rows = Object.entries(fields).map(
        ([name, sentence]) => `| \`${name}\` | ${types[name]} | ${sentence} |`,
      );
      return `**${kind}**: ${text}\n\n| field | type | |\n|---|---|---|\n${rows.join('\n')}`;
    })
    .join('\n\n');
}

function commandsText(): string {
  const rows = Object.entries((game as Game).commands as Game['commands']).map(
    ([name, { args }]) => {
      const schema = args as { description?: string; properties?: object };
      const names = Object.keys(schema.properties ?? {}).join(', ');
      return `| \`${name} {${names}}\` | ${schema.description} |`;
    },
  );
  return `| command | |\n|---|---|\n${rows.join('\n')}`;
}

function textTable(head: string, texts: Readonly<Record<string, string>>): string {
  const rows = Object.entries(texts).map(([name, text]) => `| \`${name}\` | ${text} |`);
  return `| ${head} | |\n|---|---|\n${rows.join('\n')}`;
}

function numbersText(): string {
  const rows = Object.entries(numberTable).map(
    ([name, { value, unit, text }]) => `| \`${name}\` | ${value} | ${unit} | ${text} |`,
  );
  return `| number | value | unit | |\n|---|---|---|---|\n${rows.join('\n')}`;
}

/** Breaks the lines of running text anew; blank lines stay. */
function wrap(text: string): string {
  return text
    .split('\n\n')
    .map((paragraph) => {
      const lines = [''];
      for (const word of paragraph.split(/\s+/)) {
        const line = lines.at(-1)!;
        if (line.length + 1 + word.length > LINE_COLUMNS) lines.push(word);
        else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
      }
      return lines.join('\n');
    })
    .join('\n\n');
}

/** The whole README. */
export function readme(): string {
  const sections = {
    'The map': wrap(`Clients learn the map from \`chunk\` entities. ${chunkText}`),
    Walking: wrap(walkingText()),
    Gold: wrap(goldText()),
    Upkeep: wrap(upkeepText()),
    Arrows: wrap(arrowsText()),
    Rats: wrap(ratsText()),
    Ranks: wrap(ranksText()),
    Entities: kindsText(),
    Commands: `${commandsText()}\n\nWhat is refused changes nothing.`,
    Refusals: textTable('code', refusals),
    Events: textTable('event', eventTexts),
    Numbers: numbersText(),
  };
  const body = Object.entries(sections).map(([title, text]) => `## ${title}\n\n${text}\n`);
  const note = '<!-- Generated from the code by `npm run generate`; do not edit. -->';
  return `# Goldrush\n\n${note}\n\n${game.text}\n\n${body.join('\n')}`;
}
