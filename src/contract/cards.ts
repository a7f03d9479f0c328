/**
 * The named cards that the simulated accelerator can stand for, with figures somebody else measured and published.
 * Tokens measured here times `jPerToken` give the watts of the simulated accelerator.
 */
export interface Card {
  id: string;
  name: string;
  serves: string;
  tdpW: number;
  /** Powered but without work, one card; our assumption where the source gives none. */
  idleW: number;
  jPerToken: number;
  /** Speed of one card at `tdpW`, same source. */
  tokensPerS: number;
  source: string;
  /** Speed of one card under a cap, in rising order, measured by somebody; left out where nobody has published it. */
  byCap?: { points: readonly { capW: number; tokensPerS: number }[]; source: string };
}

export const CARDS: Record<string, Card> = {
  'rtx3090-8b-q4': {
    id: 'rtx3090-8b-q4',
    name: 'NVIDIA GeForce RTX 3090',
    serves: 'an 8B model in Q4_K_M, one stream',
    tdpW: 350,
    idleW: 20,
    // Published: 117.7 tokens/s under a 350 W cap. The quotient is an upper bound, the card may draw less than its cap.
    jPerToken: 2.97,
    tokensPerS: 117.7,
    source: 'https://calebcoffie.com/benchmarks/granite-4-1-8b-gguf (cap 350 W, 1 stream, chat)',
    // Another model, so only the shape counts.
    byCap: {
      points: [
        { capW: 100, tokensPerS: 18 },
        { capW: 150, tokensPerS: 42 },
        { capW: 175, tokensPerS: 64 },
        { capW: 200, tokensPerS: 83 },
        { capW: 225, tokensPerS: 91 },
        { capW: 250, tokensPerS: 97 },
        { capW: 275, tokensPerS: 98 },
        { capW: 300, tokensPerS: 101 },
        { capW: 325, tokensPerS: 102 },
        { capW: 350, tokensPerS: 103 },
      ],
      source: 'https://jankyai.droidgram.com/power-limiting-rtx-3090-gpu-to-increase-power-efficiency (1 stream)',
    },
  },
  'h100-8b-bs64': {
    id: 'h100-8b-bs64',
    name: 'NVIDIA H100',
    serves: 'Llama 3.1 8B in batches of 64',
    tdpW: 700,
    idleW: 70,
    jPerToken: 0.12,
    tokensPerS: 5833,
    source:
      'https://ml.energy/blog/measurement/energy/llm-inference-energy-a-longitudinal-analysis (0.12 J/token, batch 64)',
  },
};
