// Trains one llama-shaped model on token sequences: AdamW, cosine schedule, one thread, the same bits for the same seed.
// trainer DATA INIT|- OUT SEED STEPS BATCH_TOKENS PEAK_LR PROMPT_WEIGHT
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "ops.h"
#include "attention.h"

typedef struct { float *attnNorm, *wq, *wk, *wv, *wo, *ffnNorm, *gate, *up, *down; } Block;
typedef struct { float *embed, *outNorm; Block block[LAYERS]; } Model;
typedef struct { float *x, *norm1, *inv1, *q, *k, *v, *att, *probs, *mid, *norm2, *inv2, *g, *u, *h; } Acts;

enum { MAX_ROWS = 3072, MAX_SEGMENTS = 1024 };
static const size_t FLOATS = (size_t)VOCAB * DIM + DIM + LAYERS * (2 * DIM + 4 * DIM * DIM + 3 * DIM * FFN);

static Model model, grad;
static Acts acts[LAYERS];
static float *finalX, *finalNorm, *finalInv, *logits, *dX, *dTmp, *dA, *dB, *dC, *scratch;
static Segment segments[MAX_SEGMENTS];
static int segmentCount, rowCount, tokens[MAX_ROWS], targets[MAX_ROWS];
static float weights[MAX_ROWS];
static uint64_t rngState;

static float *floats(size_t n) {
  float *p = aligned_alloc(64, (n * 4 + 63) / 64 * 64);
  if (!p) exit(3);
  return memset(p, 0, n * 4);
}

static uint64_t rng(void) {
  uint64_t z = (rngState += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

static float *take(float **at, size_t n) { float *p = *at; *at += n; return p; }

static void layout(Model *m, float *base) {
  m->embed = take(&base, (size_t)VOCAB * DIM);
  for (int l = 0; l < LAYERS; l++) {
    Block *b = &m->block[l];
    b->attnNorm = take(&base, DIM);
    b->wq = take(&base, DIM * DIM);
    b->wk = take(&base, DIM * DIM);
    b->wv = take(&base, DIM * DIM);
    b->wo = take(&base, DIM * DIM);
    b->ffnNorm = take(&base, DIM);
    b->gate = take(&base, FFN * DIM);
    b->up = take(&base, FFN * DIM);
    b->down = take(&base, DIM * FFN);
  }
  m->outNorm = take(&base, DIM);
}

static void initWeights(float *p) {
  for (size_t i = 0; i < FLOATS; i++) {
    float s = -6;
    for (int k = 0; k < 12; k++) s += (float)(rng() >> 40) / 16777216.f;
    p[i] = s * 0.06f;
  }
  for (int l = 0; l < LAYERS; l++)
    for (int i = 0; i < DIM; i++) model.block[l].attnNorm[i] = model.block[l].ffnNorm[i] = 1;
  for (int i = 0; i < DIM; i++) model.outNorm[i] = 1;
}

static void allocate(void) {
  size_t r = MAX_ROWS, d = r * DIM, f = r * FFN;
  for (int l = 0; l < LAYERS; l++) {
    Acts *a = &acts[l];
    float **dims[] = {&a->x, &a->norm1, &a->q, &a->k, &a->v, &a->att, &a->mid, &a->norm2};
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++) *dims[i] = floats(d);
    a->inv1 = floats(r), a->inv2 = floats(r);
    a->g = floats(f), a->u = floats(f), a->h = floats(f);
    a->probs = floats(r * HEADS * (MAX_LEN + 16));
  }
  finalX = floats(d), finalNorm = floats(d), finalInv = floats(r), logits = floats(r * VOCAB);
  dX = floats(d), dTmp = floats(d), dA = floats(f), dB = floats(f), dC = floats(f);
  scratch = floats((size_t)VOCAB * DIM + DIM * FFN);
}

static void addInto(float *y, const float *x, size_t n) { for (size_t i = 0; i < n; i++) y[i] += x[i]; }

static void forward(void) {
  int n = rowCount;
  size_t d = (size_t)n * DIM;
  for (int t = 0; t < n; t++) memcpy(acts[0].x + (size_t)t * DIM, model.embed + (size_t)tokens[t] * DIM, DIM * 4);
  for (int l = 0; l < LAYERS; l++) {
    Acts *a = &acts[l];
    Block *b = &model.block[l];
    float *next = l + 1 < LAYERS ? acts[l + 1].x : finalX;
    rmsNorm(a->norm1, a->inv1, a->x, b->attnNorm, n, DIM);
    linear(a->q, a->norm1, b->wq, n, DIM, DIM, scratch);
    linear(a->k, a->norm1, b->wk, n, DIM, DIM, scratch);
    linear(a->v, a->norm1, b->wv, n, DIM, DIM, scratch);
    for (int s = 0; s < segmentCount; s++) {
      rope(a->q, &segments[s], 1);
      rope(a->k, &segments[s], 1);
      attend(a->att, a->probs, a->q, a->k, a->v, &segments[s]);
    }
    linear(a->mid, a->att, b->wo, n, DIM, DIM, scratch);
    addInto(a->mid, a->x, d);
    rmsNorm(a->norm2, a->inv2, a->mid, b->ffnNorm, n, DIM);
    linear(a->g, a->norm2, b->gate, n, DIM, FFN, scratch);
    linear(a->u, a->norm2, b->up, n, DIM, FFN, scratch);
    swiglu(a->h, a->g, a->u, (size_t)n * FFN);
    linear(next, a->h, b->down, n, FFN, DIM, scratch);
    addInto(next, a->mid, d);
  }
  rmsNorm(finalNorm, finalInv, finalX, model.outNorm, n, DIM);
  linear(logits, finalNorm, model.embed, n, DIM, VOCAB, scratch);
}

// Turns the logits into their gradient; returns the mean loss over the weighted targets.
static double lossBack(double *hits) {
  double total = 0, loss = 0, right = 0;
  for (int t = 0; t < rowCount; t++) total += weights[t];
  for (int t = 0; t < rowCount; t++) {
    float *row = logits + (size_t)t * VOCAB, max = -1e30f, sum = 0, w = weights[t];
    if (w == 0) {
      memset(row, 0, VOCAB * 4);
      continue;
    }
    for (int i = 0; i < VOCAB; i++) max = row[i] > max ? row[i] : max;
    if (row[targets[t]] == max) right += w;
    for (int i = 0; i < VOCAB; i++) sum += row[i] = expApprox(row[i] - max);
    loss -= w * log(row[targets[t]] / sum + 1e-20);
    float k = w / (float)total / sum;
    for (int i = 0; i < VOCAB; i++) row[i] *= k;
    row[targets[t]] -= w / (float)total;
  }
  *hits = right / total;
  return loss / total;
}

static void blockBack(int l) {
  int n = rowCount;
  Acts *a = &acts[l];
  Block *b = &model.block[l], *g = &grad.block[l];
  linearBack(dA, g->down, dX, a->h, b->down, n, FFN, DIM, 0);
  swigluBack(dB, dC, dA, a->g, a->u, (size_t)n * FFN);
  linearBack(dTmp, g->gate, dB, a->norm2, b->gate, n, DIM, FFN, 0);
  linearBack(dTmp, g->up, dC, a->norm2, b->up, n, DIM, FFN, 1);
  rmsNormBack(dX, g->ffnNorm, dTmp, a->mid, b->ffnNorm, a->inv2, n, DIM);
  linearBack(dTmp, g->wo, dX, a->att, b->wo, n, DIM, DIM, 0);
  for (int s = 0; s < segmentCount; s++) {
    attendBack((Qkv){dA, dB, dC}, dTmp, a->probs, (Qkv){a->q, a->k, a->v}, &segments[s]);
    rope(dA, &segments[s], -1);
    rope(dB, &segments[s], -1);
  }
  linearBack(dTmp, g->wq, dA, a->norm1, b->wq, n, DIM, DIM, 0);
  linearBack(dTmp, g->wk, dB, a->norm1, b->wk, n, DIM, DIM, 1);
  linearBack(dTmp, g->wv, dC, a->norm1, b->wv, n, DIM, DIM, 1);
  rmsNormBack(dX, g->attnNorm, dTmp, a->x, b->attnNorm, a->inv1, n, DIM);
}

static void backward(void) {
  int n = rowCount;
  memset(dX, 0, (size_t)n * DIM * 4);
  linearBack(dTmp, grad.embed, logits, finalNorm, model.embed, n, DIM, VOCAB, 0);
  rmsNormBack(dX, grad.outNorm, dTmp, finalX, model.outNorm, finalInv, n, DIM);
  for (int l = LAYERS - 1; l >= 0; l--) blockBack(l);
  for (int t = 0; t < n; t++) addInto(grad.embed + (size_t)tokens[t] * DIM, dX + (size_t)t * DIM, DIM);
}

static void adamStep(float *p, float *g, float *m, float *v, float lr, int step) {
  double norm = 0;
  for (size_t i = 0; i < FLOATS; i++) norm += (double)g[i] * g[i];
  float clip = norm > 1 ? 1.f / (float)sqrt(norm) : 1.f;
  float c1 = 1.f - powf(0.9f, (float)step), c2 = 1.f - powf(0.98f, (float)step);
  for (size_t i = 0; i < FLOATS; i++) {
    float x = g[i] * clip;
    m[i] = 0.9f * m[i] + 0.1f * x;
    v[i] = 0.98f * v[i] + 0.02f * x * x;
    p[i] -= lr * (m[i] / c1 / (sqrtf(v[i] / c2) + 1e-8f) + 0.03f * p[i]);
  }
}

#include "batches.h"

int main(int argc, char **argv) {
  if (argc != 9) return fprintf(stderr, "usage: trainer DATA INIT|- OUT SEED STEPS BATCH_TOKENS PEAK_LR PROMPT_WEIGHT\n"), 2;
  int steps = atoi(argv[5]), batchTokens = atoi(argv[6]);
  float peak = (float)atof(argv[7]), promptWeight = (float)atof(argv[8]);
  rngState = strtoull(argv[4], 0, 10);
  float *p = floats(FLOATS), *g = floats(FLOATS), *m = floats(FLOATS), *v = floats(FLOATS);
  layout(&model, p), layout(&grad, g), allocate(), ropeInit();
  loadData(argv[1]);
  if (strcmp(argv[2], "-")) readFloats(argv[2], p, FLOATS);
  else initWeights(p);
  double seen = 0, meanLoss = 0, meanHits = 0, from = (double)clock();
  for (int step = 1; step <= steps; step++) {
    double hits;
    nextBatch(batchTokens, promptWeight);
    memset(g, 0, FLOATS * 4);
    forward();
    double loss = lossBack(&hits);
    backward();
    float done = (float)step / (float)steps, warm = (float)step / 100.f;
    adamStep(p, g, m, v, peak * (warm < 1 ? warm : 1) * (0.02f + 0.49f * (1.f + cosf(3.14159265f * done))), step);
    seen += rowCount, meanLoss += loss / 100, meanHits += hits / 100;
    if (step % 100 && step < steps) continue;
    printf("step %d/%d loss %.4f right %.4f tokens/s %.0f\n", step, steps, meanLoss, meanHits, seen / (((double)clock() - from) / CLOCKS_PER_SEC));
    fflush(stdout);
    meanLoss = meanHits = 0;
  }
  return writeFloats(argv[3], p, FLOATS);
}
