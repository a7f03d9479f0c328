/** Widest layer; more houses than this and the dearest are dropped. */
const WIDTH = 140;
const GROWN = 1024;
const EMITTER_CELL_K = 2;

/** Houses that can be at one time: arrays by node, at most one node in a cell. */
export class Layer {
  count = 0;
  air = new Float64Array(GROWN);
  emitter = new Float64Array(GROWN);
  mass = new Float64Array(GROWN);
  on = new Uint8Array(GROWN);
  cost = new Float64Array(GROWN);
  parent = new Uint16Array(GROWN);
  action = new Uint8Array(GROWN);
  private readonly weights: readonly [number, number, number];
  private readonly valueEurPerJ: number;
  private readonly cellJ: number;
  private readonly cells = new Map<number, number>();

  /** @param slotJ heat of one slot at full speed: cells are a quarter of it */
  constructor(weights: readonly [number, number, number], valueEurPerJ: number, slotJ: number) {
    this.weights = weights;
    this.valueEurPerJ = valueEurPerJ;
    this.cellJ = slotJ / 4;
  }

  private storedJ(air: number, emitter: number, mass: number): number {
    return this.weights[0] * air + this.weights[1] * emitter + this.weights[2] * mass;
  }

  /** Takes a house unless its cell has a cheaper one. */
  offer(air: number, emitter: number, mass: number, on: number, cost: number, parent: number, action: number): void {
    const heat = Math.round(this.storedJ(air, emitter, mass) / this.cellJ);
    const key = (heat * 128 + (Math.round(emitter / EMITTER_CELL_K) & 63)) * 2 + on;
    let i = this.cells.get(key);
    if (i === undefined) {
      if (this.count >= GROWN) return;
      i = this.count++;
      this.cells.set(key, i);
    } else if (this.worth(i) <= cost - this.valueEurPerJ * this.storedJ(air, emitter, mass)) return;
    this.air[i] = air;
    this.emitter[i] = emitter;
    this.mass[i] = mass;
    this.on[i] = on;
    this.cost[i] = cost;
    this.parent[i] = parent;
    this.action[i] = action;
  }

  /** Cost less the worth of what is stored: what houses are compared by. */
  private worth(i: number): number {
    return this.cost[i]! - this.valueEurPerJ * this.storedJ(this.air[i]!, this.emitter[i]!, this.mass[i]!);
  }

  /** No more offers: only the best `WIDTH` go on. */
  close(): void {
    this.cells.clear();
    const worth = Float64Array.from({ length: this.count }, (_, i) => this.worth(i));
    const order = Array.from({ length: this.count }, (_, i) => i)
      .sort((a, b) => worth[a]! - worth[b]!)
      .slice(0, WIDTH);
    this.count = order.length;
    this.air = Float64Array.from(order, (i) => this.air[i]!);
    this.emitter = Float64Array.from(order, (i) => this.emitter[i]!);
    this.mass = Float64Array.from(order, (i) => this.mass[i]!);
    this.on = Uint8Array.from(order, (i) => this.on[i]!);
    this.cost = Float64Array.from(order, (i) => this.cost[i]!);
    this.parent = Uint16Array.from(order, (i) => this.parent[i]!);
    this.action = Uint8Array.from(order, (i) => this.action[i]!);
  }

  /** The node to end at; nodes are sorted by worth. */
  best(): number {
    return 0;
  }
}
