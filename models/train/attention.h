// Causal attention over independent segments of one flat batch; dimensions are compile-time constants.
#define ROUND16(n) (((n) + 15) & ~15)

typedef struct { int start, rows, len, cols; size_t probs; } Segment;

static float ropeCos[MAX_LEN][HEAD_DIM / 2], ropeSin[MAX_LEN][HEAD_DIM / 2];
static float headT[HEAD_DIM * (MAX_LEN + 16)], dScore[MAX_LEN * (MAX_LEN + 16)];

static void ropeInit(void) {
  for (int t = 0; t < MAX_LEN; t++)
    for (int i = 0; i < HEAD_DIM / 2; i++) {
      double a = t * __builtin_pow(10000.0, -2.0 * i / HEAD_DIM);
      ropeCos[t][i] = (float)__builtin_cos(a);
      ropeSin[t][i] = (float)__builtin_sin(a);
    }
}

// Neighbouring pairs turn together: the layout llama.cpp expects of the llama architecture. sign -1 turns back.
static void rope(float *x, const Segment *s, float sign) {
  for (int t = 0; t < s->rows; t++)
    for (int h = 0; h < HEADS; h++) {
      float *v = x + (size_t)(s->start + t) * DIM + h * HEAD_DIM;
      for (int i = 0; i < HEAD_DIM / 2; i++) {
        float c = ropeCos[t][i], n = sign * ropeSin[t][i], a = v[2 * i], b = v[2 * i + 1];
        v[2 * i] = a * c - b * n;
        v[2 * i + 1] = a * n + b * c;
      }
    }
}

static void softmaxRows(float *p, const Segment *s) {
  const float scale = 1.f / __builtin_sqrtf((float)HEAD_DIM);
  for (int i = 0; i < s->rows; i++) {
    float *row = p + (size_t)i * s->cols, max = -1e30f, sum = 0;
    for (int j = 0; j <= i; j++) max = row[j] > max ? row[j] : max;
    for (int j = 0; j <= i; j++) {
      row[j] = expApprox((row[j] - max) * scale);
      sum += row[j];
    }
    for (int j = 0; j <= i; j++) row[j] /= sum;
    for (int j = i + 1; j < s->cols; j++) row[j] = 0;
  }
}

static int blockRows(const Segment *s, int i) { return s->rows - i < 32 ? s->rows - i : 32; }
static int causalCols(const Segment *s, int i) { return ROUND16(i + blockRows(s, i)); }

static void attend(float *out, float *probs, const float *q, const float *k, const float *v, const Segment *s) {
  for (int h = 0; h < HEADS; h++) {
    size_t at = (size_t)s->start * DIM + h * HEAD_DIM;
    float *p = probs + s->probs + (size_t)h * s->rows * s->cols;
    memset(headT, 0, sizeof headT);
    transpose(headT, s->cols, k + at, DIM, s->rows, HEAD_DIM);
    for (int i = 0; i < s->rows; i += 32)
      gemm(p + (size_t)i * s->cols, s->cols, q + at + (size_t)i * DIM, DIM, 1, headT, s->cols, blockRows(s, i), causalCols(s, i), HEAD_DIM, 0);
    softmaxRows(p, s);
    for (int i = 0; i < s->rows; i += 32)
      gemm(out + at + (size_t)i * DIM, DIM, p + (size_t)i * s->cols, s->cols, 1, v + at, DIM, blockRows(s, i), HEAD_DIM, i + blockRows(s, i), 0);
  }
}

static void scoreBack(const float *p, const Segment *s) {
  const float scale = 1.f / __builtin_sqrtf((float)HEAD_DIM);
  for (int i = 0; i < s->rows; i++) {
    const float *pr = p + (size_t)i * s->cols;
    float *dr = dScore + (size_t)i * s->cols, dot = 0;
    for (int j = 0; j <= i; j++) dot += pr[j] * dr[j];
    for (int j = 0; j <= i; j++) dr[j] = pr[j] * (dr[j] - dot) * scale;
    for (int j = i + 1; j < s->cols; j++) dr[j] = 0;
  }
}

typedef struct { float *q, *k, *v; } Qkv;

static void attendBack(Qkv d, const float *dOut, const float *probs, Qkv x, const Segment *s) {
  for (int h = 0; h < HEADS; h++) {
    size_t at = (size_t)s->start * DIM + h * HEAD_DIM;
    const float *p = probs + s->probs + (size_t)h * s->rows * s->cols;
    memset(headT, 0, sizeof headT);
    transpose(headT, s->cols, x.v + at, DIM, s->rows, HEAD_DIM);
    for (int i = 0; i < s->rows; i += 32)
      gemm(dScore + (size_t)i * s->cols, s->cols, dOut + at + (size_t)i * DIM, DIM, 1, headT, s->cols, blockRows(s, i), causalCols(s, i), HEAD_DIM, 0);
    scoreBack(p, s);
    for (int i = 0; i < s->rows; i += 32) {
      int rows = blockRows(s, i), rest = s->rows - i;
      size_t here = at + (size_t)i * DIM, diag = (size_t)i * s->cols + i;
      gemm(d.q + here, DIM, dScore + (size_t)i * s->cols, s->cols, 1, x.k + at, DIM, rows, HEAD_DIM, i + rows, 0);
      gemm(d.k + here, DIM, dScore + diag, 1, s->cols, x.q + here, DIM, rows, HEAD_DIM, rest, 0);
      gemm(d.v + here, DIM, p + diag, 1, s->cols, dOut + here, DIM, rows, HEAD_DIM, rest, 0);
    }
  }
}
