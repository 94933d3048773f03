// A drawn cave with what is in it, for tests of bots.
import type { Entity } from '../index.ts';
import { Brain } from './brain.ts';
import { CaveMap } from './cave-map.ts';
import { PathSearch } from './path-search.ts';
import type { Sight } from './sight.ts';

const BOW_TICKS = 12;

/** Drawn from its upper left corner: `#` wall, `$` bank, `@` the bot, `*` gold, `r` a rat, `m` a miner
 *  who carries gold; all else is floor. Shorter rows end in wall. */
export class TestCave implements Sight {
  tick = 1;
  readonly entities = new Map<number, Entity>();
  readonly map: CaveMap;
  readonly brain: Brain;
  private lastId = 0;

  constructor(rows: readonly string[], seed = 1) {
    const width = Math.ceil(Math.max(...rows.map((row) => row.length)) / 8) * 8;
    const height = Math.ceil(rows.length / 8) * 8;
    this.map = drawnMap(rows, width, height);
    this.brain = new Brain({
      map: this.map,
      search: new PathSearch(),
      seed,
      bowTicks: BOW_TICKS,
    });
    const born: Record<string, [kind: string, fields: object]> = {
      '@': ['miner', { gold: 0 }],
      '*': ['gold', { amount: 1 }],
      r: ['rat', { gold: 0 }],
      m: ['miner', { gold: 20 }],
    };
    rows.forEach((row, y) => {
      [...row].forEach((sign, x) => {
        const [kind, fields] = born[sign] ?? [];
        if (!kind) return;
        const id = this.add(kind, { x, y, ...fields });
        if (sign === '@') this.avatarId = id;
      });
    });
  }

  avatarId = 0;

  get avatar(): Entity | undefined {
    return this.entities.get(this.avatarId);
  }

  /** @returns its id. */
  add(kind: string, fields: object): number {
    const id = ++this.lastId;
    this.entities.set(id, { kind, id, facing: 0, hurt: 0, ...fields });
    return id;
  }

  set(id: number, fields: object): void {
    Object.assign(this.entities.get(id)!, fields);
  }

  *of<E extends Entity>(kind: string): IterableIterator<E> {
    for (const entity of this.entities.values()) if (entity.kind === kind) yield entity as E;
  }

  /** Decides and takes steps as the game would, and picks up gold.
   *  @returns what was decided, a letter each: n, e, s, w; capitals for shots; `-` for nothing. */
  play(decisions: number): string {
    let letters = '';
    for (let i = 0; i < decisions; i++) {
      const action = this.brain.decide(this);
      const letter = action ? 'nesw'[action.direction]! : '-';
      letters += action?.name === 'shoot' ? letter.toUpperCase() : letter;
      if (action?.name === 'walk') this.walk(action.direction);
      this.tick += 4;
    }
    return letters;
  }

  private walk(facing: number): void {
    const me = this.avatar as Entity & { x: number; y: number };
    const x = me.x + [0, 1, 0, -1][facing]!;
    const y = me.y + [-1, 0, 1, 0][facing]!;
    this.set(this.avatarId, this.map.isOpen(x, y) ? { x, y, facing } : { facing });
    for (const pile of this.of('gold')) {
      if (pile.x === me.x && pile.y === me.y) this.entities.delete(pile.id);
    }
  }
}

function drawnMap(rows: readonly string[], width: number, height: number): CaveMap {
  const map = new CaveMap(width, height);
  const plane = (x: number, y: number, isSet: (sign: string) => boolean): string => {
    let digits = '';
    for (let row = 0; row < 8; row++) {
      let byte = 0;
      for (let column = 0; column < 8; column++) {
        byte = (byte << 1) | (isSet(rows[y + row]?.[x + column] ?? '#') ? 1 : 0);
      }
      digits += byte.toString(16).padStart(2, '0');
    }
    return digits;
  };
  for (let y = 0; y < height; y += 8) {
    for (let x = 0; x < width; x += 8) {
      const open = plane(x, y, (sign) => sign !== '#');
      map.learn(x, y, open + plane(x, y, (sign) => sign === '$'));
    }
  }
  return map;
}
