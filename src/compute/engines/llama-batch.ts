import type { CustomBatchingPrioritizationStrategy } from 'node-llama-cpp';

/**
 * Which of the waiting tokens go into the next batch: the shortest wholly, then the next longer one, and what is left of the
 * batch to one that does not fit. So the words of running answers wait for nobody's prompt, and a prompt is computed
 * beginning to end where it can: shared out evenly, eight prompts in two batches would all be ready only after the second.
 * In the batch they keep their order (llama-sequences.ts says why).
 */
export const shortestWhole: CustomBatchingPrioritizationStrategy = ({ items, size }) => {
  const amounts = new Map<(typeof items)[number], number>();
  let left = size;
  for (const item of items.toSorted((a, b) => a.tokens.length - b.tokens.length)) {
    const amount = Math.min(item.tokens.length, left);
    left -= amount;
    if (amount > 0) amounts.set(item, amount);
  }
  return items.flatMap((item) => {
    const processAmount = amounts.get(item);
    return processAmount === undefined ? [] : [{ item, processAmount }];
  });
};
