// What clients see of a room's copy: joins the rows of the cells in view to bodies of `state`.
// A view is a block of cells around one cell (or every cell, or none), and the cell that everyone sees. Two
// clients whose views began in the same cell and end in the same cell are sent the same body.
import { RowWriter, type StateBody, stateBody } from '../../protocol/index.ts';
import type { Sight } from '../link/index.ts';
import type { Cell } from './cell.ts';
import type { RoomCopy } from './room-copy.ts';

/** The cell of one that has seen nothing yet: everything in view is sent, and a reset. */
export const NOWHERE = -1;

const left = new RowWriter(1024);
const entered = new RowWriter(4096);
const changed = new RowWriter(4096);

/** Invariant: bodies are those of the delta `stamp`. */
export class Interest {
  private readonly copy: RoomCopy;
  private readonly bodies = new Map<number, StateBody>();
  private stamp = 0;

  constructor(copy: RoomCopy) {
    this.copy = copy;
  }

  /** What to send to a client whose view was around cell `from` (or `NOWHERE`) before the last
   *  delta and is around `to` now. */
  body(from: number, to: number): StateBody {
    if (this.stamp !== this.copy.stamp) {
      this.stamp = this.copy.stamp;
      this.bodies.clear();
    }
    const key = (from + 1) * (this.copy.everywhere + 2) + to;
    let body = this.bodies.get(key);
    if (!body) {
      body = this.build(from, to);
      this.bodies.set(key, body);
    }
    return body;
  }

  /** The cell around which a client sees; `everywhere` for one that sees every cell, and the number
   *  after it for one that sees none.
   *  @param sight counts where the avatar has no place. */
  centre(avatar: number, sight: Sight): number {
    const { grid, everywhere } = this.copy;
    if (!grid) return everywhere;
    const cell = this.copy.entity(avatar)?.cell;
    if (cell !== undefined && cell !== everywhere) return cell;
    if (sight === 'all') return everywhere;
    return sight === 'nothing' ? everywhere + 1 : grid.cellAt(sight[0], sight[1]);
  }

  private build(from: number, to: number): StateBody {
    left.clear();
    entered.clear();
    changed.clear();
    const { copy } = this;
    this.joinInView(from, to);
    if (from !== NOWHERE && from !== to) this.joinOutOfView(from, to);
    const shared = copy.cellAt(copy.everywhere);
    if (shared) {
      if (from === NOWHERE) append(entered, shared.everything());
      else this.joinSeen(shared, from, to);
    }
    return stateBody(copy.id, copy.tick, from === NOWHERE, left, entered, changed);
  }

  /** Cells in view now. */
  private joinInView(from: number, to: number): void {
    const { copy } = this;
    this.view(to, (index) => {
      const cell = copy.cellAt(index);
      if (!cell) return;
      if (!this.sees(from, index)) append(entered, cell.everything());
      else if (cell.stamp === copy.stamp) this.joinSeen(cell, from, to);
    });
  }

  /** A cell that was in view and still is: what happened in it. */
  private joinSeen(cell: Cell, from: number, to: number): void {
    if (cell.stamp !== this.copy.stamp) return;
    append(left, cell.left);
    append(entered, cell.entered);
    append(changed, cell.changed);
    for (const { entity, from: origin, bytes, start, end } of cell.arrivals) {
      if (this.sees(from, origin)) changed.append(bytes, start, end);
      else entered.entered(entity.kindIndex, entity.kind, entity.id, entity.values);
    }
    for (const departure of cell.departures) {
      // In a cell that has come into view it is among everything there.
      if (!this.sees(to, departure.to)) left.left(departure.id);
    }
  }

  /** Cells that were in view and no longer are: all that was in them goes, unless it moved to
   *  where it is seen. */
  private joinOutOfView(from: number, to: number): void {
    const { copy } = this;
    this.view(from, (index) => {
      const cell = copy.cellAt(index);
      if (!cell || this.sees(to, index)) return;
      for (const { id } of cell.entities) left.left(id);
      if (cell.stamp !== copy.stamp) return;
      append(left, cell.left);
      for (const departure of cell.departures) {
        if (!this.sees(to, departure.to)) left.left(departure.id);
      }
    });
  }

  /** Visits the cells that are seen from `centre`, but the one that everyone sees. */
  private view(centre: number, visit: (cell: number) => void): void {
    const { grid, everywhere } = this.copy;
    if (!grid || centre > everywhere) return;
    if (centre < everywhere) grid.view(centre, visit);
    else for (let cell = 0; cell < everywhere; cell++) visit(cell);
  }

  /** Whether the view around cell `centre` has cell `index` in it. */
  private sees(centre: number, index: number): boolean {
    const { grid, everywhere } = this.copy;
    if (centre === NOWHERE) return false;
    if (!grid || index === everywhere || centre === everywhere) return true;
    return centre < everywhere && grid.sees(centre, index);
  }
}

function append(target: RowWriter, source: RowWriter): void {
  if (source.length > 0) target.append(source.bytes, 0, source.length);
}
