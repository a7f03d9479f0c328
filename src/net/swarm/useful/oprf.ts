import { randomBytes } from 'node:crypto';
import {
  Evaluation,
  EvaluationRequest,
  type FinalizeData,
  generatePublicKey,
  Oprf,
  POPRFClient,
  POPRFServer,
  randomPrivateKey,
} from '@cloudflare/voprf-ts';
import { CryptoNoble } from '@cloudflare/voprf-ts/crypto-noble';
import { HeatmineError } from '../../../core/errors.ts';

/**
 * Tokens that their issuer knows as its own without knowing to whom it gave them: POPRF of RFC 9497 over ristretto255 and
 * SHA-512, the expert's id as public input. Texts are base64url without padding.
 */
const SUITE = Oprf.Suite.RISTRETTO255_SHA512;
const INPUT_BYTES = 32;
/** Before one element in the library's lists. */
const ONE = Buffer.from([0, 1]);
const ELEMENT_BYTES = 32;

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const bytesOf = (base64url: string) => new Uint8Array(Buffer.from(base64url, 'base64url'));
const listOf = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat([ONE, ...parts]));
const infoOf = (expert: string) => new TextEncoder().encode(`heatmine useful\0${expert}`);

export const newSecret = async (): Promise<string> => text(await randomPrivateKey(SUITE, CryptoNoble));
/** 43 characters, for the descriptor. */
export const publicOf = (secret: string): string => text(generatePublicKey(SUITE, bytesOf(secret), CryptoNoble));

export interface Proved {
  /** 43 characters that nobody but the asker has seen until they are told. */
  input: string;
  /** 86 characters that only the expert's key makes of them. */
  output: string;
}

export interface Blinded {
  /** For the request, 43 characters. */
  blinded: string;
  /** Throws PEER_INVALID where the reply was not made with the key that was named. */
  finish(signed: string): Promise<Proved>;
}

/** Throws PEER_INVALID for a key that is none. */
export async function blind(publicKey: string, expert: string): Promise<Blinded> {
  const input = new Uint8Array(randomBytes(INPUT_BYTES));
  const client = new POPRFClient(SUITE, bytesOf(publicKey), CryptoNoble);
  const [data, request]: [FinalizeData, EvaluationRequest] = await client.blind([input]).catch(badProof);
  return {
    blinded: text(request.serialize().subarray(ONE.length)),
    async finish(signed) {
      try {
        const both = bytesOf(signed);
        const [element, proof] = [both.subarray(0, ELEMENT_BYTES), both.subarray(ELEMENT_BYTES)];
        const evaluation = listOf(element, Uint8Array.of(Oprf.Mode.POPRF), proof);
        const [output] = await client.finalize(
          data,
          Evaluation.deserialize(SUITE, evaluation, CryptoNoble),
          infoOf(expert),
        );
        return { input: text(input), output: text(output!) };
      } catch {
        return badProof();
      }
    },
  };
}

function badProof(): never {
  throw new HeatmineError('PEER_INVALID', 'the token was not made with the key of the descriptor');
}

/** Of 128 characters: the element and its proof. Throws MESSAGE_INVALID at once for a blinded token that is none. */
export function signer(secret: string, expert: string, blinded: string): () => Promise<string> {
  let request: EvaluationRequest;
  try {
    request = EvaluationRequest.deserialize(SUITE, listOf(bytesOf(blinded)), CryptoNoble);
    if (request.blinded[0]!.isIdentity()) throw new Error('identity');
  } catch {
    throw new HeatmineError('MESSAGE_INVALID', 'useful.blinded is no element of ristretto255');
  }
  return async () => {
    const server = new POPRFServer(SUITE, bytesOf(secret), CryptoNoble);
    const { evaluated, proof } = await server.blindEvaluate(request, infoOf(expert));
    return text(Buffer.concat([evaluated[0]!.serialize(), proof!.serialize()]));
  };
}

export const isOurs = (secret: string, expert: string, { input, output }: Proved): Promise<boolean> =>
  new POPRFServer(SUITE, bytesOf(secret), CryptoNoble).verifyFinalize(bytesOf(input), bytesOf(output), infoOf(expert));
