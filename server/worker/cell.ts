// One cell of a room's copy: what is in it, and the rows of what happened in it in the last delta.
import { type FieldValues, type Kind, RowWriter } from '../../protocol/index.ts';

export interface CopyEntity {
  readonly id: number;
  readonly kindIndex: number;
  readonly kind: Kind;
  readonly values: FieldValues;
  /** The cell that it is in. */
  cell: number;
}

/** An entity that came from another cell, with its changed row. */
export interface Arrival {
  readonly entity: CopyEntity;
  readonly from: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** An entity that went to another cell. */
export interface Departure {
  readonly id: number;
  readonly to: number;
}

export class Cell {
  readonly entities = new Set<CopyEntity>();
  /** The delta that the following belong to; for any other they count as empty. */
  stamp = 0;
  readonly changed = new RowWriter(64);
  readonly entered = new RowWriter(64);
  readonly left = new RowWriter(16);
  readonly arrivals: Arrival[] = [];
  readonly departures: Departure[] = [];
  private readonly all = new RowWriter(64);
  private allStamp = -1;

  /** Begins the rows of delta `stamp`, unless they have begun. */
  touch(stamp: number): void {
    if (this.stamp === stamp) return;
    this.stamp = stamp;
    this.changed.clear();
    this.entered.clear();
    this.left.clear();
    this.arrivals.length = 0;
    this.departures.length = 0;
  }

  /** Entered rows of everything in the cell, built once after each delta that touched it. */
  everything(): RowWriter {
    if (this.allStamp < this.stamp) {
      this.allStamp = this.stamp;
      this.all.clear();
      for (const entity of this.entities) {
        this.all.entered(entity.kindIndex, entity.kind, entity.id, entity.values);
      }
    }
    return this.all;
  }
}
