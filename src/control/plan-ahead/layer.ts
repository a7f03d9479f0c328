/** Widest layer: of more houses than this only the best go on. Cells are sized so that it hardly happens. */
const WIDTH = 120;
const GROWN = 900;
const HEAT_CELLS = 48;
/** Heat cells either side of the first house of a layer, and emitter cells, that are told apart. */
const HEAT_SPAN = 256;
const EMITTER_SPAN = 64;

/** Node of each cell, valid where the mark is that of the layer being filled: one table for all, so that it stays in the cache. */
const cells = new Uint16Array(2 * HEAT_SPAN * EMITTER_SPAN * 2);
const marks = new Uint32Array(2 * HEAT_SPAN * EMITTER_SPAN * 2);
let mark = 0;

/** Houses that can be at one time: arrays by node, at most one node in a cell. */
export class Layer {
  count = 0;
  readonly air = new Float64Array(GROWN);
  readonly emitter = new Float64Array(GROWN);
  readonly mass = new Float64Array(GROWN);
  readonly on = new Uint8Array(GROWN);
  readonly cost = new Float64Array(GROWN);
  readonly parent = new Uint16Array(GROWN);
  readonly action = new Uint8Array(GROWN);
  /** Cost less the worth of the stored heat: what houses are compared by. */
  private readonly worth = new Float64Array(GROWN);
  private weights: readonly [number, number, number] = [0, 0, 0];
  private valueEurPerJ = 0;
  private cellJ = 1;
  private emitterCellK = 1;
  private firstJ = 0;

  /**
   * Empties it for a plan. Layers are filled one after the other: the last one reset is the one that takes offers.
   * @param spanJ how far the stored heat of two houses can be apart by then
   * @param emitterCellK how finely emitters are told apart: what is in the emitter comes out within hours
   */
  reset(weights: readonly [number, number, number], valueEurPerJ: number, spanJ: number, emitterCellK: number): void {
    this.count = 0;
    mark = (mark + 1) >>> 0;
    // Come round: marks of the first plans would pass for this one's.
    if (mark === 0) marks.fill(mark++);
    this.weights = weights;
    this.valueEurPerJ = valueEurPerJ;
    this.cellJ = spanJ / HEAT_CELLS;
    this.emitterCellK = emitterCellK;
  }

  /** Takes a house unless its cell has a better one. */
  offer(air: number, emitter: number, mass: number, on: number, cost: number, parent: number, action: number): void {
    const storedJ = this.weights[0] * air + this.weights[1] * emitter + this.weights[2] * mass;
    if (this.count === 0) this.firstJ = storedJ;
    const worth = cost - this.valueEurPerJ * (storedJ - this.firstJ);
    const heatCell = Math.round((storedJ - this.firstJ) / this.cellJ) + HEAT_SPAN;
    const within = heatCell < 0 ? 0 : heatCell >= 2 * HEAT_SPAN ? 2 * HEAT_SPAN - 1 : heatCell;
    const emitterCell = Math.round(emitter / this.emitterCellK) & (EMITTER_SPAN - 1);
    const key = (within * EMITTER_SPAN + emitterCell) * 2 + on;
    let i: number;
    if (marks[key] !== mark) {
      if (this.count >= GROWN) return;
      i = this.count++;
      marks[key] = mark;
      cells[key] = i;
    } else {
      i = cells[key]!;
      if (this.worth[i]! <= worth) return;
    }
    this.air[i] = air;
    this.emitter[i] = emitter;
    this.mass[i] = mass;
    this.on[i] = on;
    this.cost[i] = cost;
    this.parent[i] = parent;
    this.action[i] = action;
    this.worth[i] = worth;
  }

  /** No more offers: the worst beyond `WIDTH` are dropped. */
  close(): void {
    if (this.count <= WIDTH) return;
    const limit = this.worth.slice(0, this.count).sort()[WIDTH - 1]!;
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (this.worth[i]! > limit) continue;
      this.air[kept] = this.air[i]!;
      this.emitter[kept] = this.emitter[i]!;
      this.mass[kept] = this.mass[i]!;
      this.on[kept] = this.on[i]!;
      this.cost[kept] = this.cost[i]!;
      this.parent[kept] = this.parent[i]!;
      this.action[kept] = this.action[i]!;
      this.worth[kept] = this.worth[i]!;
      kept++;
    }
    this.count = kept;
  }
}
