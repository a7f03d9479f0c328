// Data file: u32 count, then per sequence u16 length, u16 prompt length, u16 tokens. Segments are padded to 8 rows.
static uint16_t *data;
static uint32_t *offsets, *order, dataCount, cursor;

static FILE *mustOpen(const char *path, const char *mode) {
  FILE *f = fopen(path, mode);
  if (!f) fprintf(stderr, "trainer: cannot open %s\n", path), exit(2);
  return f;
}

static void loadData(const char *path) {
  FILE *f = mustOpen(path, "rb");
  fseek(f, 0, SEEK_END);
  size_t words = ((size_t)ftell(f) - 4) / 2;
  rewind(f);
  data = malloc(words * 2);
  if (fread(&dataCount, 4, 1, f) != 1 || fread(data, 2, words, f) != words) exit(2);
  fclose(f);
  offsets = malloc(dataCount * 4), order = malloc(dataCount * 4);
  for (uint32_t i = 0, at = 0; i < dataCount; i++) {
    offsets[i] = at, order[i] = i;
    at += 2u + data[at];
  }
  cursor = dataCount;
}

static void readFloats(const char *path, float *p, size_t n) {
  FILE *f = mustOpen(path, "rb");
  if (fread(p, 4, n, f) != n) fprintf(stderr, "trainer: %s is too short\n", path), exit(2);
  fclose(f);
}

static int writeFloats(const char *path, const float *p, size_t n) {
  FILE *f = mustOpen(path, "wb");
  int bad = fwrite(p, 4, n, f) != n;
  return fclose(f) || bad;
}

static const uint16_t *nextSequence(void) {
  if (cursor == dataCount) {
    for (uint32_t i = dataCount - 1; i > 0; i--) {
      uint32_t j = (uint32_t)(rng() % (i + 1)), swap = order[i];
      order[i] = order[j], order[j] = swap;
    }
    cursor = 0;
  }
  return data + offsets[order[cursor++]];
}

static void nextBatch(int batchTokens, float promptWeight) {
  size_t probs = 0;
  rowCount = segmentCount = 0;
  while (rowCount < batchTokens && segmentCount < MAX_SEGMENTS && rowCount + MAX_LEN <= MAX_ROWS) {
    const uint16_t *seq = nextSequence();
    int len = seq[0] - 1, prompt = seq[1], rows = (len + 7) & ~7;
    if (rows > MAX_LEN) fprintf(stderr, "trainer: a sequence of %d tokens is too long\n", len), exit(2);
    segments[segmentCount++] = (Segment){rowCount, rows, len, ROUND16(rows), probs};
    probs += (size_t)HEADS * rows * ROUND16(rows);
    for (int t = 0; t < rows; t++, rowCount++) {
      tokens[rowCount] = t < len ? seq[2 + t] : 0;
      targets[rowCount] = t < len ? seq[3 + t] : 0;
      weights[rowCount] = t >= len ? 0 : t + 1 < prompt ? promptWeight : 1;
    }
  }
}
