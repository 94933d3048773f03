// What a client knows of a room, kept up to date from state bodies as PROTOCOL.md says.
import { type FieldValue, type FieldValues, type Kind, RowReader } from '../../protocol/index.ts';

/** The rows of a `state`. */
export interface Rows {
  readonly reset: boolean;
  readonly left: Uint8Array;
  readonly entered: Uint8Array;
  readonly changed: Uint8Array;
}

export interface Mirrored {
  readonly kind: string;
  readonly values: FieldValue[];
}

export class Mirror {
  readonly known = new Map<number, Mirrored>();
  /** What the last rows named, known or not. */
  readonly named = { left: [] as number[], entered: [] as number[], changed: [] as number[] };
  private readonly kinds: readonly Kind[];

  constructor(kinds: readonly Kind[]) {
    this.kinds = kinds;
  }

  apply({ reset, left, entered, changed }: Rows): void {
    if (reset) this.known.clear();
    this.named.left = this.leave(new RowReader(this.kinds, left));
    this.named.entered = this.enter(new RowReader(this.kinds, entered));
    this.named.changed = this.change(new RowReader(this.kinds, changed));
  }

  private leave(rows: RowReader): number[] {
    const ids: number[] = [];
    while (rows.nextLeft()) {
      ids.push(rows.id);
      this.known.delete(rows.id);
    }
    return ids;
  }

  private enter(rows: RowReader): number[] {
    const ids: number[] = [];
    let values: FieldValues = [];
    const fresh = () => {
      values = [];
      return values;
    };
    while (rows.nextEntered(fresh)) {
      ids.push(rows.id);
      this.known.set(rows.id, { kind: rows.kind.name, values });
    }
    return ids;
  }

  private change(rows: RowReader): number[] {
    const ids: number[] = [];
    const target = ({ id }: RowReader) => this.known.get(id)?.values ?? [];
    while (rows.nextChanged(target)) ids.push(rows.id);
    return ids;
  }
}
