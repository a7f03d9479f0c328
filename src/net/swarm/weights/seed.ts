import { setTimeout as sleep } from 'node:timers/promises';
import { HeatmineError, messageOf } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { inFlight } from '../../in-flight.ts';
import type { Stream } from '../wire/stream.ts';
import { PIECE_BYTES } from './chunks.ts';
import type { Library, Offer } from './library.ts';
import { encode, MAX_OFFERS, parseRequest, type WeightsReply, type WeightsRequest } from './messages.ts';
import type { Pace } from './pace.ts';

export interface SeedOptions {
  library: Library;
  pace: Pace;
  /** Settled use of an offer that this node can tell of, as JSON. */
  usesOf(offer: Offer): Buffer;
  log: Log;
}

/** Streams that get weights at once, and how long one may be without a word, or without taking one. */
const STREAMS = 16;
const SILENT_MS = 60_000;
/** Questions on one stream: a file of 16,384 chunks needs as many; then dial again. */
const QUESTIONS = 40_000;
/** A second that bad questions cost. */
const FAULT_MS = 200;

/** Gives weights to whoever asks: reads files of signed experts, and nothing else. */
export function createSeed({ library, pace, usesOf, log }: SeedOptions): (stream: Stream) => Promise<void> {
  const slots = inFlight(STREAMS);
  const answer = async function* (request: WeightsRequest): AsyncGenerator<Buffer> {
    if (request.type === 'offers') {
      const { tag } = request;
      const given = library.offers().filter((offer) => tag === undefined || offer.tags.includes(tag));
      const offers = given.slice(0, MAX_OFFERS).map(lineOf);
      return yield encode({ type: 'offers', offers });
    }
    const offer = library.get(request.id);
    if (!offer) throw new HeatmineError('NOT_OFFERED', 'these weights are not given here');
    if (request.type === 'chunk') {
      const pieces = library.chunk(offer, request.file, request.index);
      const first = await pieces.next();
      const file = offer.manifest.files[request.file]!;
      const left = file.sizeBytes - request.index * file.chunkBytes;
      yield encode({ type: 'blob', sizeBytes: Math.min(file.chunkBytes, left) });
      yield first.value as Buffer;
      return yield* pieces;
    }
    yield* blob(
      request.type === 'manifest'
        ? offer.text
        : request.type === 'uses'
          ? usesOf(offer)
          : await library.chunkList(offer, request.file),
    );
  };
  return async (stream) => {
    const leave = slots.enter();
    if (!leave) return stream.close('BUSY', `over ${STREAMS} streams of weights at once`);
    const silent = setTimeout(() => stream.close('BUSY', 'no word for long'), SILENT_MS);
    try {
      let asked = 0;
      for (let next = await stream.take(); next; next = await stream.take()) {
        silent.refresh();
        if (++asked > QUESTIONS) throw new HeatmineError('BUSY', 'enough on one stream');
        try {
          for await (const payload of answer(parseRequest(next.payload))) {
            await pace(payload.length);
            await stream.send(payload);
            silent.refresh();
          }
        } catch (error) {
          if (stream.closed.aborted) return;
          if (!(error instanceof HeatmineError)) throw error;
          await sleep(FAULT_MS);
          await stream.send(encode({ type: 'error', code: error.code, message: error.message.slice(0, 300) }));
        }
      }
      await stream.send(Buffer.alloc(0), true);
    } catch (error) {
      if (stream.closed.aborted) return;
      log.debug({ err: messageOf(error) }, 'weights for a stranger failed');
      stream.close('NOT_RUNNING', 'these weights cannot be given now');
    } finally {
      clearTimeout(silent);
      leave();
    }
  };
}

const lineOf = ({ id, manifest, sizeBytes }: Offer) => ({ id, name: manifest.expert.id, sizeBytes });

function* blob(bytes: Buffer): Generator<Buffer> {
  yield encode({ type: 'blob', sizeBytes: bytes.length } satisfies WeightsReply);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}
