// The entities of one room as this session sees them, kept true by applying each state.
import { type FieldValue, type Kind, type Message, RowReader } from '../protocol/index.ts';

/** An entity: the name of its kind, its id, and its fields by name. It is the same object for as
 *  long as the entity is in sight; the library writes to it, nobody else may. */
export interface Entity {
  readonly kind: string;
  readonly id: number;
  readonly [field: string]: FieldValue;
}

/** What one state did, as ids. `left` entities are no longer in the mirror. */
export interface StateChange {
  readonly tick: number;
  /** Whether the state was a complete one: `left` then has what it did not mention. */
  readonly reset: boolean;
  readonly entered: readonly number[];
  readonly changed: readonly number[];
  readonly left: readonly number[];
}

type Fields = Record<string, FieldValue>;

/** How the entities of a kind are made. One class for each kind, shared by every mirror of the
 *  process, so that V8 gives them one layout however many clients there are. */
interface Layout {
  readonly name: string;
  readonly fields: readonly string[];
  readonly create: new (id: number, values: readonly FieldValue[]) => Entity;
}

/** A layout and those of this mirror's entities that have it. */
interface Shape extends Layout {
  readonly members: Map<number, Entity>;
}

const LAYOUTS_MAX = 1_000;
/** By what `joined` says of the kind. Forgetting them costs nothing but speed. */
const layouts = new Map<string, Layout>();

// Rows are read to here and then to the entity. One array and one function for every mirror:
// RowReader calls it for each row (mirror.bench.ts).
const values: FieldValue[] = [];
const valuesOf = () => values;
const nobody: ReadonlyMap<number, Entity> = new Map();

export class Mirror {
  /** By id, in the order in which they came into sight. */
  readonly entities: ReadonlyMap<number, Entity>;
  /** The tick after which the entities are as they are here. */
  tick = 0;
  private readonly all = new Map<number, Entity>();
  private kinds: readonly Kind[] = [];
  private shapes: Shape[] = [];
  private readonly members = new Map<string, Map<number, Entity>>();

  constructor(kinds: readonly Kind[]) {
    this.entities = this.all;
    this.describe(kinds);
  }

  /** Says how the rows of the states that follow are to be read; the first must have `reset`. */
  describe(kinds: readonly Kind[]): void {
    this.kinds = kinds;
    this.shapes = kinds.map((kind) => {
      const members = this.members.get(kind.name) ?? new Map<number, Entity>();
      this.members.set(kind.name, members);
      return { ...layoutOf(kind), members };
    });
  }

  of(kind: string): ReadonlyMap<number, Entity> {
    return this.members.get(kind) ?? nobody;
  }

  /** @throws {ProtocolError} `BAD_FRAME` when the rows do not fit the kinds; the mirror is then not
   *  to be trusted until a state with `reset` was applied. */
  apply(state: Message<'state'>): StateChange {
    const entered: number[] = [];
    const changed: number[] = [];
    const left: number[] = [];
    const before = state.reset ? this.forget() : nobody;
    if (state.left.length > 0) this.leave(state.left, left);
    if (state.entered.length > 0) this.enter(state.entered, before, entered);
    if (state.changed.length > 0) this.change(state.changed, changed);
    for (const id of before.keys()) if (!this.all.has(id)) left.push(id);
    this.tick = state.tick;
    return { tick: state.tick, reset: state.reset, entered, changed, left };
  }

  private forget(): ReadonlyMap<number, Entity> {
    const before = new Map(this.all);
    this.all.clear();
    for (const members of this.members.values()) members.clear();
    return before;
  }

  private leave(rows: Uint8Array, left: number[]): void {
    const reader = new RowReader(this.kinds, rows);
    while (reader.nextLeft()) {
      const entity = this.all.get(reader.id);
      if (entity === undefined) continue;
      this.remove(entity);
      left.push(reader.id);
    }
  }

  private enter(rows: Uint8Array, before: ReadonlyMap<number, Entity>, entered: number[]): void {
    const reader = new RowReader(this.kinds, rows);
    while (reader.nextEntered(valuesOf)) {
      const { id } = reader;
      const shape = this.shapes[reader.kindIndex]!;
      const known = this.all.get(id) ?? before.get(id);
      if (known instanceof shape.create) {
        assign(known, shape.fields, -1);
        this.add(known, shape);
      } else {
        if (known) this.remove(known);
        this.add(new shape.create(id, values), shape);
      }
      entered.push(id);
    }
  }

  private change(rows: Uint8Array, changed: number[]): void {
    const reader = new RowReader(this.kinds, rows);
    while (reader.nextChanged(valuesOf)) {
      const entity = this.all.get(reader.id);
      const shape = this.shapes[reader.kindIndex]!;
      // Only after a frame was lost can a row be of an entity that is not here; a reset follows.
      if (entity === undefined || entity.kind !== shape.name) continue;
      assign(entity, shape.fields, reader.mask);
      changed.push(reader.id);
    }
  }

  private add(entity: Entity, shape: Shape): void {
    this.all.set(entity.id, entity);
    shape.members.set(entity.id, entity);
  }

  private remove(entity: Entity): void {
    this.all.delete(entity.id);
    this.members.get(entity.kind)?.delete(entity.id);
  }
}

/** Writes the values of a row to the fields whose bits are set in `mask`. */
function assign(entity: Entity, fields: readonly string[], mask: number): void {
  const target = entity as Fields;
  for (let i = 0, rest = mask; rest !== 0 && i < fields.length; i++, rest >>>= 1) {
    if ((rest & 1) === 1) target[fields[i]!] = values[i]!;
  }
}

function layoutOf(kind: Kind): Layout {
  const key = JSON.stringify(kind);
  let layout = layouts.get(key);
  if (!layout) {
    layout = newLayout(kind);
    if (layouts.size >= LAYOUTS_MAX) layouts.clear();
    layouts.set(key, layout);
  }
  return layout;
}

function newLayout(kind: Kind): Layout {
  const { name } = kind;
  const fields = kind.fields.map((field) => field.name);
  // The computed name makes the class be called as the kind is, for those who print an entity.
  const { [name]: create } = {
    [name]: class {
      constructor(id: number, row: readonly FieldValue[]) {
        const target = this as unknown as Fields;
        target.kind = name;
        target.id = id;
        for (let i = 0; i < fields.length; i++) target[fields[i]!] = row[i]!;
      }
    },
  };
  return { name, fields, create: create as unknown as Layout['create'] };
}
