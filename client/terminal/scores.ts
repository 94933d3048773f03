// Goldrush's answer to `scores`, read with care: another game's may be anything.

export interface Score {
  readonly place: number;
  readonly name: string;
  readonly banked: number;
  readonly carried: number;
}

export interface Scores {
  /** Best first; equals share a place. */
  readonly top: readonly Score[];
  /** Place 0: nothing banked yet. */
  readonly own: Score;
}

/** @returns undefined for what are no scores as Goldrush gives them. */
export function scoresOf(value: unknown, ownName: string): Scores | undefined {
  if (!isObject(value) || !Array.isArray(value.top) || !isObject(value.own)) return undefined;
  const rows = value.top.filter(isObject);
  const bankedOf = (row: Fields) => Number(row.banked) || 0;
  const top = rows.map((row) =>
    scoreOf(row, 1 + rows.filter((other) => bankedOf(other) > bankedOf(row)).length),
  );
  const place = Number(value.own.place) || 0;
  return { top, own: scoreOf({ ...value.own, name: ownName }, place) };
}

type Fields = Readonly<Record<string, unknown>>;

function scoreOf({ name, banked, carried }: Fields, place: number): Score {
  return { place, name: String(name), banked: Number(banked) || 0, carried: Number(carried) || 0 };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
