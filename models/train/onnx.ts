/** Just enough of the ONNX protobuf to write a two-layer classifier with int8 weights. */
const INT64 = 0;
const BYTES = 2;
const FLOAT = 1;
const INT8 = 3;

const varint = (n: number): number[] => (n < 128 ? [n] : [(n % 128) | 128, ...varint(Math.floor(n / 128))]);
const intField = (field: number, n: number): Buffer => Buffer.from([...varint(field * 8 + INT64), ...varint(n)]);
const message = (field: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([...varint(field * 8 + BYTES), ...varint(body.length)]), body]);
};
const string = (field: number, s: string): Buffer => message(field, Buffer.from(s));

const tensor = (name: string, type: number, dims: number[], raw: Buffer): Buffer =>
  message(5, ...dims.map((d) => intField(1, d)), intField(2, type), string(8, name), message(9, raw));
const floats = (name: string, dims: number[], values: Float32Array): Buffer =>
  tensor(name, FLOAT, dims, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
const node = (op: string, inputs: string[], output: string): Buffer =>
  message(1, ...inputs.map((i) => string(1, i)), string(2, output), string(3, output), string(4, op));
const value = (field: number, name: string, dims: number[]): Buffer => {
  const shape = message(2, ...dims.map((d) => message(1, intField(1, d))));
  return message(field, string(1, name), message(2, message(1, intField(1, FLOAT), shape)));
};

type Int8Matrix = { rows: number; cols: number; q: Int8Array; scale: number };

export const toInt8 = (x: Float32Array, rows: number, cols: number): Int8Matrix => {
  const max = x.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  const scale = max > 0 ? Math.fround(max / 127) : 1;
  return { rows, cols, q: Int8Array.from(x, (v) => Math.round(v / scale)), scale };
};

const dequantised = (name: string, m: Int8Matrix): { weights: Buffer[]; node: Buffer } => ({
  weights: [
    tensor(`${name}_q`, INT8, [m.rows, m.cols], Buffer.from(m.q.buffer)),
    floats(`${name}_scale`, [], Float32Array.of(m.scale)),
    tensor(`${name}_zero`, INT8, [], Buffer.from([0])),
  ],
  node: node('DequantizeLinear', [`${name}_q`, `${name}_scale`, `${name}_zero`], name),
});

/** features [1,N] -> relu(features W1 + b1) W2 + b2 = logits [1,labels]. */
export const writeClassifier = (w1: Int8Matrix, b1: Float32Array, w2: Int8Matrix, b2: Float32Array): Buffer => {
  const first = dequantised('w1', w1);
  const second = dequantised('w2', w2);
  const graph = message(
    7,
    first.node,
    second.node,
    node('MatMul', ['features', 'w1'], 'mm1'),
    node('Add', ['mm1', 'b1'], 'sum1'),
    node('Relu', ['sum1'], 'hidden'),
    node('MatMul', ['hidden', 'w2'], 'mm2'),
    node('Add', ['mm2', 'b2'], 'logits'),
    string(2, 'heatmine-classifier'),
    ...first.weights,
    ...second.weights,
    floats('b1', [w1.cols], b1),
    floats('b2', [w2.cols], b2),
    value(11, 'features', [1, w1.rows]),
    value(12, 'logits', [1, w2.cols]),
  );
  return Buffer.concat([intField(1, 8), string(2, 'heatmine'), graph, message(8, string(1, ''), intField(2, 13))]);
};
