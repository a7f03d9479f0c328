// The numeric kernels of the trainer. Own exp() and fixed loop orders, so a run does not depend on the libm in use.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// A tile of accumulators must fit the vector registers, or the compiler spills it and training is 40x slower.
#ifdef __AVX512F__
enum { LANES = 16, ROWS = 8 };
#else
enum { LANES = 8, ROWS = 4 };
#endif
typedef float vec __attribute__((vector_size(LANES * 4), aligned(4)));

static inline float expApprox(float x) {
  x = x < -87.f ? -87.f : x > 87.f ? 87.f : x;
  float n = __builtin_floorf(x * 1.44269504f + 0.5f);
  float r = x - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.f;
  union { int32_t i; float f; } u = {((int32_t)n + 127) << 23};
  return p * u.f;
}

#define TILE(VECS)                                                                                      \
  do {                                                                                                  \
    vec c[ROWS][VECS];                                                                                  \
    for (int r = 0; r < ROWS; r++)                                                                      \
      for (int v = 0; v < VECS; v++)                                                                    \
        c[r][v] = add ? *(const vec *)(C + (size_t)(i + r) * ldc + j + LANES * v) : (vec){0};           \
    for (int p = 0; p < P; p++) {                                                                       \
      const float *b = B + (size_t)p * ldb + j;                                                         \
      const float *a = A + (size_t)i * ars + (size_t)p * aps;                                           \
      vec bv[VECS];                                                                                     \
      for (int v = 0; v < VECS; v++) bv[v] = *(const vec *)(b + LANES * v);                             \
      for (int r = 0; r < ROWS; r++)                                                                    \
        for (int v = 0; v < VECS; v++) c[r][v] += a[(size_t)r * ars] * bv[v];                           \
    }                                                                                                   \
    for (int r = 0; r < ROWS; r++)                                                                      \
      for (int v = 0; v < VECS; v++) *(vec *)(C + (size_t)(i + r) * ldc + j + LANES * v) = c[r][v];     \
  } while (0)

// C[M,N] (+)= A[M,P] B[P,N]; A by two strides, so it may be read transposed. M a multiple of 8, N of 16.
static void gemm(float *C, int ldc, const float *A, int ars, int aps, const float *B, int ldb, int M, int N, int P, int add) {
  int j = 0;
  for (; j + 2 * LANES <= N; j += 2 * LANES)
    for (int i = 0; i < M; i += ROWS) TILE(2);
  for (; j < N; j += LANES)
    for (int i = 0; i < M; i += ROWS) TILE(1);
}

static void transpose(float *out, int ldo, const float *in, int ldi, int rows, int cols) {
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < cols; c++) out[(size_t)c * ldo + r] = in[(size_t)r * ldi + c];
}

// y[n,out] = x[n,in] w[out,in]^T; scratch holds w transposed.
static void linear(float *y, const float *x, const float *w, int n, int in, int out, float *scratch) {
  transpose(scratch, out, w, in, out, in);
  gemm(y, out, x, in, 1, scratch, out, n, out, in, 0);
}

// Token blocks keep the panel of x in cache while the gradient of w is summed.
static void linearBack(float *dx, float *dw, const float *dy, const float *x, const float *w, int n, int in, int out, int addDx) {
  for (int n0 = 0; n0 < n; n0 += 256) {
    int len = n - n0 < 256 ? n - n0 : 256;
    gemm(dw, in, dy + (size_t)n0 * out, 1, out, x + (size_t)n0 * in, in, out, in, len, 1);
  }
  gemm(dx, in, dy, out, 1, w, in, n, in, out, addDx);
}

static void rmsNorm(float *y, float *inv, const float *x, const float *g, int n, int dim) {
  for (int t = 0; t < n; t++, x += dim, y += dim) {
    float s = 0;
    for (int i = 0; i < dim; i++) s += x[i] * x[i];
    float k = 1.f / __builtin_sqrtf(s / dim + 1e-5f);
    for (int i = 0; i < dim; i++) y[i] = x[i] * k * g[i];
    inv[t] = k;
  }
}

static void rmsNormBack(float *dx, float *dg, const float *dy, const float *x, const float *g, const float *inv, int n, int dim) {
  for (int t = 0; t < n; t++, x += dim, dy += dim, dx += dim) {
    float k = inv[t], dot = 0;
    for (int i = 0; i < dim; i++) dot += dy[i] * g[i] * x[i];
    float c = k * k * k * dot / dim;
    for (int i = 0; i < dim; i++) {
      dx[i] += k * dy[i] * g[i] - c * x[i];
      dg[i] += dy[i] * x[i] * k;
    }
  }
}

static void swiglu(float *h, const float *gate, const float *up, size_t n) {
  for (size_t i = 0; i < n; i++) h[i] = gate[i] / (1.f + expApprox(-gate[i])) * up[i];
}

static void swigluBack(float *dGate, float *dUp, const float *dh, const float *gate, const float *up, size_t n) {
  for (size_t i = 0; i < n; i++) {
    float s = 1.f / (1.f + expApprox(-gate[i]));
    dUp[i] = dh[i] * gate[i] * s;
    dGate[i] = dh[i] * up[i] * s * (1.f + gate[i] * (1.f - s));
  }
}
